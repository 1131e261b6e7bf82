import { emojiOnly, partsOf } from "@recado/lib/text";
import { memo, type ReactNode } from "react";
import classes from "./message.module.css";

/** A text with its links. */
export const linked = (text: string): ReactNode[] =>
  partsOf(text).map((part, index) =>
    part.kind === "link" ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no identity but their place
      <a key={index} dir="ltr" href={part.href} target="_blank" rel="noopener noreferrer nofollow">
        {part.text}
      </a>
    ) : (
      part.text
    ),
  );

/** A message text. The end of its last line leaves room for the time stamp over it. */
export const UserText = memo(function UserText({ text, stamp }: { text: string; stamp: string }) {
  return (
    <p className={classes.text} dir="auto" data-stamp={stamp} data-large={emojiOnly.test(text) || undefined}>
      {linked(text)}
    </p>
  );
});

import { emojiOnly, partsOf, type TextPart } from "@recado/lib/text";
import { memo, type ReactNode, useMemo } from "react";
import { beginningOf } from "./longText.ts";
import classes from "./message.module.css";
import { useWhole } from "./whole.tsx";

/** Parts of a text, with its links. */
const linkedParts = (parts: TextPart[]): ReactNode[] =>
  parts.map((part, index) =>
    part.kind === "link" ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no identity but their place
      <a key={index} dir="ltr" href={part.href} target="_blank" rel="noopener noreferrer nofollow">
        {part.text}
      </a>
    ) : (
      part.text
    ),
  );

/** A text with its links. */
export const linked = (text: string): ReactNode[] => linkedParts(partsOf(text));

/** A message text, a long one from its beginning. The end of its last line leaves room for the time stamp over it. */
export const UserText = memo(function UserText({ text, stamp }: { text: string; stamp: string }) {
  const parts = useMemo(() => partsOf(text), [text]);
  const beginning = useMemo(() => beginningOf(parts), [parts]);
  const [whole, button] = useWhole();
  return (
    <>
      <p className={classes.text} dir="auto" data-stamp={stamp} data-large={emojiOnly.test(text) || undefined}>
        {linkedParts((!whole && beginning) || parts)}
      </p>
      {beginning && button}
    </>
  );
});

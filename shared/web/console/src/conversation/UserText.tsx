import { memo } from "react";
import { partsOf } from "./links.ts";
import classes from "./message.module.css";

/** Up to three emojis and nothing else are shown large. */
const emojiOnly = /^(?:\p{RGI_Emoji}\s?){1,3}$/v;

/** What people wrote, as text. */
export const UserText = memo(function UserText({ text }: { text: string }) {
  return (
    <p className={classes.text} dir="auto" data-large={emojiOnly.test(text) || undefined}>
      {partsOf(text).map((part, index) =>
        part.kind === "link" ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no identity but their place
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
            {part.text}
          </a>
        ) : (
          part.text
        ),
      )}
    </p>
  );
});

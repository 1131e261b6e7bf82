import { marked } from "./match.ts";
import classes from "./palette.module.css";

/** A text with what was typed marked in it. */
export function Marked({ text, q }: { text: string; q: string }) {
  let at = 0;
  return (
    <bdi>
      {marked(text, q).map((part) => {
        const key = at;
        at += part.text.length;
        return part.hit ? (
          <mark key={key} className={classes.hit}>
            {part.text}
          </mark>
        ) : (
          part.text
        );
      })}
    </bdi>
  );
}

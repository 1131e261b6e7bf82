/** Preview of a message as the customer will see it. */
import type { ReactNode } from "react";
import message from "../message.module.css";
import classes from "./compose.module.css";
import type { Style, Styled } from "./templates.ts";

export function Bubble({ children }: { children: ReactNode }) {
  return (
    <div className={classes.stage}>
      <div className={message.message} data-out data-starts>
        <div className={message.bubble}>{children}</div>
      </div>
    </div>
  );
}

const elements = { bold: "strong", italic: "em", strike: "s", code: "code" } as const satisfies Record<Style, string>;

export function StyledText({ parts, className }: { parts: Styled[]; className?: string }) {
  return (
    <p className={`${classes.words} ${className ?? ""}`} dir="auto">
      {parts.map(({ text, style, gap }, index) => {
        const Element = gap ? "mark" : style ? elements[style] : "span";
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a text have no identity but their place
          <Element key={index}>{text}</Element>
        );
      })}
    </p>
  );
}

/** Preview of a message as the customer will see it. */
import type { ReactNode } from "react";
import message from "../message.module.css";
import { StyledParts } from "../TemplateParts.tsx";
import classes from "./compose.module.css";
import type { Styled } from "./styled.ts";

export function Bubble({ children }: { children: ReactNode }) {
  return (
    <div className={classes.stage}>
      <div className={message.message} data-out data-starts>
        <div className={message.bubble}>{children}</div>
      </div>
    </div>
  );
}

export const StyledText = ({ parts }: { parts: readonly Styled[] }) => (
  <p className={classes.words} dir="auto">
    <StyledParts parts={parts} />
  </p>
);

import type { ReactNode } from "react";
import classes from "./settings.module.css";

export function PageHead(props: { title: string; text?: string; children?: ReactNode }) {
  return (
    <header className={classes.head}>
      <div>
        <h1>{props.title}</h1>
        {props.text && <p>{props.text}</p>}
      </div>
      {props.children}
    </header>
  );
}

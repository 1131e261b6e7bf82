import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./message.module.css";

/** Whether the whole of something long is shown, and the button that changes it. */
export function useWhole(): [whole: boolean, button: ReactNode] {
  const { t } = useTranslation();
  const [whole, setWhole] = useState(false);
  const button = (
    <button type="button" className={classes.whole} aria-expanded={whole} onClick={() => setWhole(!whole)}>
      {t(whole ? "message.less" : "action.more")}
    </button>
  );
  return [whole, button];
}

/** The first items of many, and the button for the others; all of a few. */
export function useFirst<T>(items: readonly T[], count: number): [shown: readonly T[], button: ReactNode] {
  const [whole, button] = useWhole();
  if (items.length <= count) return [items, null];
  return [whole ? items : items.slice(0, count), button];
}

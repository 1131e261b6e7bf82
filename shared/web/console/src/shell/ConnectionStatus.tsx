import { useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { leftOut } from "../core/leftOut.ts";
import { useLive } from "../live/LiveProvider.tsx";
import classes from "./shell.module.css";

/** Milliseconds offline before it is shown. */
const PATIENCE = 1_500;

export function ConnectionStatus() {
  const { t } = useTranslation();
  const { state } = useLive();
  const away = state !== "online";
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!away) {
      setShown(false);
      return;
    }
    const timer = setTimeout(() => setShown(true), PATIENCE);
    return () => clearTimeout(timer);
  }, [away]);
  const missing = useSyncExternalStore(leftOut.subscribe, leftOut.count);
  return (
    <>
      <div role="status" className={classes.connection} data-shown={shown || undefined}>
        {shown ? t("connection.lost") : <span className="visually-hidden">{away ? "" : t("connection.online")}</span>}
      </div>
      {missing > 0 && (
        <div role="status" className={classes.leftOut} title={t("connection.leftOutHint")}>
          {t("connection.leftOut", { count: missing })}
        </div>
      )}
    </>
  );
}

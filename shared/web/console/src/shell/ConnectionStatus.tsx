import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { leftOut } from "../core/leftOut.ts";
import type { Key } from "../core/texts.ts";
import { Countdown } from "../ui/states.tsx";
import { type Connection, useConnection } from "./connection.ts";
import classes from "./shell.module.css";

const words: Record<Connection, Key> = {
  offline: "connection.offline",
  away: "connection.away",
  paused: "connection.paused",
  slow: "state.slow",
  back: "connection.back",
  ok: "connection.online",
};

/** Lies over the page, so that nothing moves when it comes and goes. */
export function ConnectionStatus() {
  const { t } = useTranslation();
  const { shown, retryAt, retry } = useConnection();
  const failing = shown === "away" || shown === "paused";
  const missing = useSyncExternalStore(leftOut.subscribe, leftOut.count);
  return (
    <>
      <div className={shown === "ok" ? "visually-hidden" : classes.connection} data-state={shown}>
        <span role="status">{t(words[shown])}</span>
        {failing && (
          <>
            {/* A screen reader would read each second. */}
            <span className={classes.retrying} aria-hidden="true">
              <Countdown until={retryAt} />
            </span>
            <button type="button" className={classes.retry} onClick={retry}>
              {t("action.retryNow")}
            </button>
          </>
        )}
      </div>
      {missing > 0 && (
        <div role="status" className={classes.leftOut} title={t("connection.leftOutHint")}>
          {t("connection.leftOut", { count: missing })}
        </div>
      )}
    </>
  );
}

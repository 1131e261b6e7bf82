import { Outlet } from "@tanstack/react-router";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useLive } from "../live/LiveProvider.tsx";
import { useFirstRun } from "../start/progress.ts";
import { ConversationList } from "./ConversationList.tsx";
import { InboxHeader } from "./InboxHeader.tsx";
import classes from "./inbox.module.css";
import { useView } from "./useView.ts";

/** List, conversation and details side by side; on phones the open conversation covers the list. */
export function Inbox() {
  const { t } = useTranslation();
  const { view, openId } = useView();
  const { lists } = useLive();
  const own = view.box === "mine" && !view.q;
  useEffect(() => lists(own), [lists, own]);
  const { alone } = useFirstRun();
  const open = openId ? "conversation" : alone ? "start" : "list";
  return (
    <div className={classes.panes} data-open={open}>
      <h1 className="visually-hidden">{t("shell.inbox")}</h1>
      <section className={classes.list} aria-label={t("inbox.list")}>
        <InboxHeader />
        <ConversationList />
      </section>
      <Outlet />
    </div>
  );
}

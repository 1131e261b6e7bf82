import { Outlet } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { ConversationList } from "./ConversationList.tsx";
import { InboxHeader } from "./InboxHeader.tsx";
import classes from "./inbox.module.css";
import { useView } from "./useView.ts";

/** Three panes side by side where there is room; on a phone the list, and over it the open conversation. */
export function Inbox() {
  const { t } = useTranslation();
  const { openId } = useView();
  return (
    <div className={classes.panes} data-open={openId ? "conversation" : "list"}>
      <section className={classes.list} aria-label={t("inbox.list")}>
        <InboxHeader />
        <ConversationList />
      </section>
      <Outlet />
    </div>
  );
}

import { Button } from "@mantine/core";
import { IconInbox, IconPlugConnected } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/me.ts";
import { channelsQuery, countsQuery } from "../api/queries.ts";
import { EmptyState } from "../ui/states.tsx";
import { useView } from "./useView.ts";

/** An empty list leads on: to the channels if there are none, from "mine" to what waits for anybody. */
export function EmptyInbox() {
  const { t } = useTranslation();
  const may = useMay();
  const { view, change } = useView();
  const channels = useQuery({ ...channelsQuery, enabled: may("channel.manage") }).data;
  const waiting = useQuery(countsQuery).data?.unassigned;
  if (channels?.length === 0) {
    return (
      <EmptyState icon={IconPlugConnected} title={t("channels.none")} text={t("channels.noneHint")}>
        <Button component={Link} to="/settings/channels" size="xs" mt="xs">
          {t("channels.connect")}
        </Button>
      </EmptyState>
    );
  }
  if (view.box === "mine" && view.status === "open" && waiting && waiting.value > 0) {
    return (
      <EmptyState
        icon={IconInbox}
        title={t(waiting.more ? "inbox.waitingMore" : "inbox.waitingNow", { count: waiting.value })}
        text={t("inbox.waitingNowHint")}
      >
        <Button size="xs" mt="xs" onClick={() => change({ box: "unassigned" })}>
          {t("inbox.waitingShow")}
        </Button>
      </EmptyState>
    );
  }
  return <EmptyState icon={IconInbox} title={t("inbox.empty")} text={t("inbox.emptyHint")} />;
}

import "@mantine/core/styles/Badge.css";
import { Badge, Button, Skeleton } from "@mantine/core";
import type { Key } from "@recado/lib/i18n";
import type { Channel } from "@recado/lib/protocol";
import { IconPlugConnected, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { channelsQuery } from "../api/queries.ts";
import { useMay } from "../shell/me.ts";
import { ChannelBadge, channelNames } from "../ui/ChannelBadge.tsx";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { ChannelForm } from "./ChannelForm.tsx";
import { PageHead } from "./PageHead.tsx";
import classes from "./settings.module.css";

const health: Record<Channel["health"]["state"], { key: Key; color: string }> = {
  ok: { key: "channels.ok", color: "petrol" },
  reauthorise: { key: "channels.reauthorise", color: "orange" },
  stopped: { key: "channels.stopped", color: "red" },
  unverified: { key: "channels.unverified", color: "gray" },
};

export function Channels() {
  const { t } = useTranslation();
  const may = useMay();
  const list = useQuery(channelsQuery);
  const [edited, setEdited] = useState<Channel | "new" | null>(null);
  const manage = may("channel.manage");
  const connect = manage && (
    <Button leftSection={<IconPlus size={16} />} onClick={() => setEdited("new")}>
      {t("channels.connect")}
    </Button>
  );
  return (
    <>
      <PageHead title={t("settings.channels")} text={t("channels.hint")}>
        {connect}
      </PageHead>
      {list.isPending && <Skeleton height={60} role="status" aria-label={t("state.loading")} />}
      {list.isError && !list.data && (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} retrying={list.isFetching} />
      )}
      {list.data?.length === 0 && (
        <EmptyState icon={IconPlugConnected} title={t("channels.none")} text={t("channels.noneHint")} />
      )}
      {list.data && list.data.length > 0 && (
        <ul className={classes.rows}>
          {list.data.map((channel) => (
            <li key={channel.id} className={classes.row}>
              <ChannelBadge type={channel.type} size={34} />
              <span className={classes.rowLines}>
                <bdi className={classes.rowName}>{channel.name}</bdi>
                <span className={classes.rowMeta}>
                  {channelNames[channel.type]} · <bdi>{channel.displayPhone ?? channel.externalId}</bdi>
                </span>
                {channel.health.message && <bdi className={classes.rowMeta}>{channel.health.message}</bdi>}
              </span>
              <Badge variant="light" tt="none" color={health[channel.health.state].color}>
                {t(health[channel.health.state].key)}
              </Badge>
              {manage && (
                <Button
                  size="xs"
                  variant="default"
                  aria-label={t("channels.editOne", { name: channel.name })}
                  onClick={() => setEdited(channel)}
                >
                  {t("action.edit")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {edited && <ChannelForm channel={edited === "new" ? null : edited} onClose={() => setEdited(null)} />}
    </>
  );
}

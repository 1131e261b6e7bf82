import { Button, Skeleton } from "@mantine/core";
import type { Channel } from "@recado/lib/protocol";
import { IconPlugConnected, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/me.ts";
import { channelsQuery } from "../api/queries.ts";
import { ChannelBadge } from "../channels/ChannelBadge.tsx";
import { channelOf } from "../channels/index.ts";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { ChannelForm } from "./ChannelForm.tsx";
import { Health, identityOf } from "./Health.tsx";
import { PageHead } from "./PageHead.tsx";
import classes from "./settings.module.css";

export function Channels() {
  const { t } = useTranslation();
  const may = useMay();
  const list = useQuery(channelsQuery);
  const { connect: preferred } = useSearch({ from: "/shell/settings/channels" });
  const navigate = useNavigate();
  const [edited, setEdited] = useState<Channel | "new" | null>(preferred ? "new" : null);
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
        <EmptyState icon={IconPlugConnected} title={t("channels.none")} text={t("channels.noneHint")}>
          {manage && (
            <Button mt="xs" onClick={() => setEdited("new")}>
              {t("channels.connectFirst")}
            </Button>
          )}
        </EmptyState>
      )}
      {list.data && list.data.length > 0 && (
        <ul className={classes.rows}>
          {list.data.map((channel) => (
            <li key={channel.id} className={`${classes.row} ${classes.wrapping}`}>
              <ChannelBadge type={channel.type} size={34} />
              <span className={classes.rowLines}>
                <Link
                  to="/settings/channels/$channelId"
                  params={{ channelId: channel.id }}
                  className={classes.rowLink}
                  dir="auto"
                >
                  {channel.name}
                </Link>
                <span className={classes.rowMeta}>
                  {channelOf(channel.type).name} · <bdi>{identityOf(channel)}</bdi>
                </span>
              </span>
              <Health channel={channel} />
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
      {edited && (
        <ChannelForm
          channel={edited === "new" ? null : edited}
          preferred={preferred}
          onClose={() => {
            setEdited(null);
            if (preferred) void navigate({ to: "/settings/channels", replace: true });
          }}
        />
      )}
    </>
  );
}

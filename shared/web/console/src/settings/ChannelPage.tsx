import "@mantine/core/styles/Tabs.css";
import { Button, Skeleton, Tabs } from "@mantine/core";
import type { Channel } from "@recado/lib/protocol";
import { IconArrowLeft, IconPencil } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/me.ts";
import { capabilitiesQuery, channelsQuery, storesQuery } from "../api/queries.ts";
import { ChannelBadge } from "../channels/ChannelBadge.tsx";
import { channelOf } from "../channels/index.ts";
import { setupOf } from "../channels/setup.ts";
import { ApiError } from "../core/errors.ts";
import { Later } from "../ui/later.tsx";
import { ErrorState } from "../ui/states.tsx";
import { ChannelForm } from "./ChannelForm.tsx";
import classes from "./channel.module.css";
import { Disconnect } from "./Disconnect.tsx";
import { Health, identityOf, Trouble } from "./Health.tsx";
import { Templates } from "./Templates.tsx";

/** A channel's details and tabs. */
export function ChannelPage() {
  const { t } = useTranslation();
  const { channelId } = useParams({ from: "/shell/settings/channels/$channelId" });
  const list = useQuery(channelsQuery);
  const channel = list.data?.find(({ id }) => id === channelId);
  return (
    <>
      <Link to="/settings/channels" className={classes.back}>
        <IconArrowLeft size={16} aria-hidden="true" />
        {t("settings.channels")}
      </Link>
      {!channel && <h1 className="visually-hidden">{t("settings.channels")}</h1>}
      {list.isPending && <Skeleton height={220} role="status" aria-label={t("state.loading")} />}
      {list.isError && !list.data && (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} retrying={list.isFetching} />
      )}
      {list.data && !channel && <ErrorState error={new ApiError("not_found")} onRetry={() => void list.refetch()} />}
      {channel && <Opened key={channel.id} channel={channel} />}
    </>
  );
}

function Opened({ channel }: { channel: Channel }) {
  const { t } = useTranslation();
  const may = useMay();
  const navigate = useNavigate();
  const search = useSearch({ from: "/shell/settings/channels/$channelId" });
  const able = useQuery(capabilitiesQuery).data?.find(({ channelType }) => channelType === channel.type);
  const [editing, setEditing] = useState(false);
  const ownTabs = setupOf(channel.type).tabs ?? [];
  const tabs = [
    { value: "general", label: t("channels.tab.general"), content: <General channel={channel} /> },
    ...ownTabs.map(({ value, label, load }) => ({
      value,
      label: t(label),
      content: <Later load={load} props={{ channel }} fallback={<Skeleton height={220} />} />,
    })),
    ...(able?.templates
      ? [{ value: "templates", label: t("channels.tab.templates"), content: <Templates channel={channel} /> }]
      : []),
  ];
  const shown = tabs.some(({ value }) => value === search.tab) ? search.tab : "general";
  return (
    <>
      <header className={classes.head}>
        <ChannelBadge type={channel.type} size={40} />
        <div className={classes.headLines}>
          <h1 dir="auto">{channel.name}</h1>
          <p>
            {channelOf(channel.type).name} · <bdi>{identityOf(channel)}</bdi>
          </p>
        </div>
        <div className={classes.headSide}>
          <Health channel={channel} />
          {may("channel.manage") && (
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPencil size={15} />}
              aria-label={t("channels.editOne", { name: channel.name })}
              onClick={() => setEditing(true)}
            >
              {t("action.edit")}
            </Button>
          )}
        </div>
      </header>
      <Trouble channel={channel} onReconnect={() => setEditing(true)} />
      <Tabs
        value={shown}
        keepMounted={false}
        onChange={(tab) =>
          void navigate({
            to: "/settings/channels/$channelId",
            params: { channelId: channel.id },
            search: tab && tab !== "general" ? { tab } : {},
            replace: true,
          })
        }
      >
        <Tabs.List mb="md">
          {tabs.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {tabs.map(({ value, content }) => (
          <Tabs.Panel key={value} value={value}>
            {content}
          </Tabs.Panel>
        ))}
      </Tabs>
      {editing && <ChannelForm channel={channel} onClose={() => setEditing(false)} />}
    </>
  );
}

function General({ channel }: { channel: Channel }) {
  const may = useMay();
  return (
    <>
      <Facts channel={channel} />
      {may("channel.manage") && <Disconnect channel={channel} />}
    </>
  );
}

const isColor = (value: string) => /^#[\da-f]{6}$/i.test(value);

function Facts({ channel }: { channel: Channel }) {
  const { t } = useTranslation();
  const may = useMay();
  const stores = useQuery({ ...storesQuery, enabled: may("store.read") }).data;
  const own = setupOf(channel.type).facts?.(channel) ?? [];
  const facts: [string, string][] = [
    [t("field.name"), channel.name],
    [t("field.store"), stores?.find(({ id }) => id === channel.storeId)?.name ?? ""],
    ...own.map(({ label, value }): [string, string] => [t(label), value]),
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd dir="auto">
            {isColor(value) && <span className={classes.sample} style={{ background: value }} />}
            {value || "—"}
          </dd>
        </div>
      ))}
    </dl>
  );
}

import "@mantine/core/styles/Alert.css";
import "@mantine/core/styles/Badge.css";
import { Alert, Badge, Button, Group, Text } from "@mantine/core";
import type { Channel } from "@recado/lib/protocol";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { tell } from "../api/client.ts";
import { useMay } from "../api/me.ts";
import { channelsQuery } from "../api/queries.ts";
import { channelOf } from "../channels/index.ts";
import type { Key } from "../core/texts.ts";
import { useFailureNotice } from "../ui/errors.ts";
import { useFormats, useNow } from "../ui/format.ts";

type State = Channel["health"]["state"];

const health: Record<State, { key: Key; color: string }> = {
  ok: { key: "channels.ok", color: "petrol" },
  waiting: { key: "channels.waiting", color: "gray" },
  reauthorise: { key: "channels.reauthorise", color: "orange" },
  stopped: { key: "channels.stopped", color: "red" },
  silent: { key: "channels.silent", color: "orange" },
  unverified: { key: "channels.unverified", color: "orange" },
};

// B-22
export function Health({ channel }: { channel: Channel }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const now = useNow();
  const { state, at } = channel.health;
  const { key, color } = health[state];
  const since = state === "ok" && at !== undefined;
  return (
    <Badge variant="light" tt="none" color={color} h="auto" styles={{ label: { whiteSpace: "normal" } }}>
      {since ? t("channels.okSince", { time: formats.listTime(at, now) }) : t(key)}
    </Badge>
  );
}

/** What a person must know and do about a channel that does not work. */
const troubles: Partial<Record<State, Key>> = {
  unverified: "channels.unverifiedHint",
  reauthorise: "channels.reauthoriseHint",
  stopped: "channels.stoppedHint",
  silent: "channels.silentHint",
};

/** Why a channel is not verified, or silent, by the code of its health. */
const reasons: Partial<Record<State, Partial<Record<string, Key>>>> = {
  unverified: { no_answer: "channels.noAnswerHint", claimed: "channels.claimedHint", moved: "channels.movedHint" },
  silent: { diverted: "channels.divertedHint" },
};

/** A check takes a moment. The list is read every AGAIN milliseconds until the state changes or CHECKING milliseconds have passed. */
const CHECKING = 15_000;
const AGAIN = 1_500;

// B-22
export function Trouble({ channel, onReconnect }: { channel: Channel; onReconnect: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const failed = useFailureNotice();
  const formats = useFormats();
  const now = useNow();
  const [checking, setChecking] = useState(false);
  useQuery({ ...channelsQuery, refetchInterval: checking ? AGAIN : false });
  const check = useMutation({
    mutationFn: () => tell("POST", `/channels/${encodeURIComponent(channel.id)}/verify`, {}),
    onSuccess: () => setChecking(true),
    onError: failed,
  });
  useEffect(() => {
    if (!checking) return;
    const timer = setTimeout(() => setChecking(false), CHECKING);
    return () => clearTimeout(timer);
  }, [checking]);
  const { state, code, message, since } = channel.health;
  const reason = reasons[state]?.[code ?? ""];
  const trouble = reason ?? troubles[state];
  if (!trouble) return null;
  const busy = check.isPending || checking;
  return (
    <Alert color={health[state].color} title={t(health[state].key)} role="status" mb="md">
      <Text size="sm">
        {t(trouble, {
          channel: channelOf(channel.type).name,
          time: since === undefined ? "" : formats.listTime(since, now),
        })}
      </Text>
      {message && !reason && (
        <Text size="sm" dir="auto" mt={4}>
          {t("channels.answered", { message })}
        </Text>
      )}
      {may("channel.manage") && (
        <Group gap="xs" mt="sm">
          <Button size="xs" onClick={onReconnect}>
            {t(state === "unverified" ? "channels.correct" : "channels.reconnect")}
          </Button>
          <Button size="xs" variant="default" loading={busy} onClick={() => check.mutate()}>
            {t("channels.check")}
          </Button>
        </Group>
      )}
    </Alert>
  );
}

/** What people recognise a channel by, such as its phone number. */
export const identityOf = (channel: Channel): string =>
  channelOf(channel.type).identityOf?.(channel) ?? channel.displayPhone ?? channel.externalId;

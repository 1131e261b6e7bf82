import "@mantine/core/styles/Badge.css";
import { Badge } from "@mantine/core";
import type { Channel } from "@recado/lib/protocol";
import { useTranslation } from "react-i18next";
import { channelOf } from "../channels/index.ts";
import type { Key } from "../core/texts.ts";

const health: Record<Channel["health"]["state"], { key: Key; color: string }> = {
  ok: { key: "channels.ok", color: "petrol" },
  reauthorise: { key: "channels.reauthorise", color: "orange" },
  stopped: { key: "channels.stopped", color: "red" },
  unverified: { key: "channels.unverified", color: "gray" },
};

export function Health({ channel }: { channel: Channel }) {
  const { t } = useTranslation();
  const { key, color } = health[channel.health.state];
  return (
    <Badge variant="light" tt="none" color={color}>
      {t(key)}
    </Badge>
  );
}

/** What people recognise a channel by, such as its phone number. */
export const identityOf = (channel: Channel): string =>
  channelOf(channel.type).identityOf?.(channel) ?? channel.displayPhone ?? channel.externalId;

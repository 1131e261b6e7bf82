import "@mantine/core/styles/Badge.css";
import { Badge } from "@mantine/core";
import type { Key } from "@recado/lib/i18n";
import type { Channel } from "@recado/lib/protocol";
import { useTranslation } from "react-i18next";
import { siteOf } from "./site.ts";

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

/** What people know a channel by. */
export function identityOf(channel: Channel): string {
  if (channel.type === "webchat") {
    return siteOf(channel)
      .origins.map((origin) => origin.replace(/^https?:\/\//, ""))
      .join(", ");
  }
  return channel.displayPhone ?? channel.externalId;
}

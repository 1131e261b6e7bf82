import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/me.ts";
import { channelsQuery } from "../api/queries.ts";
import { useFormats, useNow } from "../ui/format.ts";
import classes from "./shell.module.css";

/** Tells who can mend it that a channel does not send, or else that nothing comes in on one. B-22 */
export function ChannelBanner() {
  const { t } = useTranslation();
  const manage = useMay()("channel.manage");
  const channels = useQuery({ ...channelsQuery, enabled: manage }).data ?? [];
  const formats = useFormats();
  const now = useNow();
  const trouble = channels.filter(({ health: { state } }) => state !== "ok" && state !== "waiting");
  const broken = trouble.find(({ health }) => health.state !== "silent") ?? trouble[0];
  if (!manage || !broken) return null;
  const { state, since } = broken.health;
  return (
    <div className={classes.banner} role="status">
      <span dir="auto">
        {state === "silent" && since !== undefined
          ? t("banner.channelSilent", { name: broken.name, time: formats.listTime(since, now) })
          : t("banner.channel", { name: broken.name })}
      </span>
      <Link to="/settings/channels/$channelId" params={{ channelId: broken.id }}>
        {t("banner.channelOpen")}
      </Link>
    </div>
  );
}

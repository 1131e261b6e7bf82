import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/me.ts";
import { channelsQuery } from "../api/queries.ts";
import classes from "./shell.module.css";

/** Tells who can mend it that a channel neither receives nor sends. B-22 */
export function ChannelBanner() {
  const { t } = useTranslation();
  const manage = useMay()("channel.manage");
  const channels = useQuery({ ...channelsQuery, enabled: manage }).data ?? [];
  const broken = channels.find(({ health: { state } }) => state !== "ok" && state !== "waiting");
  if (!manage || !broken) return null;
  return (
    <div className={classes.banner} role="status">
      <span dir="auto">{t("banner.channel", { name: broken.name })}</span>
      <Link to="/settings/channels/$channelId" params={{ channelId: broken.id }}>
        {t("banner.channelOpen")}
      </Link>
    </div>
  );
}

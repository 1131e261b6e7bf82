import { IconAddressBook, IconMessages, IconSettings } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ComponentType, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/me.ts";
import { countsQuery } from "../api/queries.ts";
import { useCountText } from "../ui/format.ts";
import { Mark } from "../ui/Wordmark.tsx";
import { AvailabilitySwitch } from "./AvailabilitySwitch.tsx";
import classes from "./shell.module.css";
import { UserMenu } from "./UserMenu.tsx";
import { waitingFor } from "./waiting.ts";

export function Rail() {
  const { t } = useTranslation();
  const may = useMay();
  const countText = useCountText();
  const counts = useQuery(countsQuery).data;
  const waiting = counts && waitingFor(counts, may("conversation.reply"));
  const badge = waiting && waiting.value > 0 ? countText(waiting) : undefined;
  useEffect(() => {
    document.title = badge ? `(${badge}) Recado` : "Recado";
    return () => {
      document.title = "Recado";
    };
  }, [badge]);
  return (
    <nav className={classes.rail} aria-label={t("shell.navigation")}>
      <span className={classes.mark}>
        <Mark size={34} />
      </span>
      <Entry to="/inbox" icon={IconMessages} label={t("shell.inbox")} badge={badge} />
      {may("contact.read") && <Entry to="/contacts" icon={IconAddressBook} label={t("shell.contacts")} />}
      <Entry to="/settings" icon={IconSettings} label={t("shell.settings")} />
      <span className={classes.spring} />
      <AvailabilitySwitch />
      <UserMenu />
    </nav>
  );
}

function Entry(props: {
  to: "/inbox" | "/contacts" | "/settings";
  icon: ComponentType<{ size?: number; stroke?: number }>;
  label: string;
  badge?: string;
}) {
  const { t } = useTranslation();
  const Icon = props.icon;
  return (
    <Link
      to={props.to}
      className={classes.entry}
      activeProps={{ "data-active": true }}
      aria-label={props.badge ? t("shell.entryUnread", { entry: props.label, unread: props.badge }) : props.label}
    >
      <Icon size={22} stroke={1.7} />
      <span className={classes.entryLabel}>{props.label}</span>
      {props.badge && (
        <span className={classes.badge} aria-hidden="true">
          {props.badge}
        </span>
      )}
    </Link>
  );
}

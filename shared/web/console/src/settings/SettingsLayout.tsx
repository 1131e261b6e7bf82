import { Link, Outlet, useLocation } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/me.ts";
import { settingsPages } from "../ui/pages.ts";
import classes from "./settings.module.css";

export function SettingsLayout() {
  const { t } = useTranslation();
  const may = useMay();
  const nav = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  // On phones the entries are in one row, which may scroll.
  useEffect(() => {
    const entry = pathname.split("/").slice(0, 3).join("/");
    nav.current?.querySelector(`[href="${entry}"]`)?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [pathname]);
  return (
    <div className={classes.layout}>
      <nav ref={nav} className={classes.nav} aria-label={t("shell.settings")}>
        <span className={classes.navTitle}>{t("shell.settings")}</span>
        {settingsPages(may).map(({ to, icon: Icon, key }) => (
          <Link key={to} to={to} className={classes.navEntry} activeProps={{ "data-active": true }}>
            <Icon size={18} stroke={1.7} />
            {t(key)}
          </Link>
        ))}
      </nav>
      <div className={classes.content}>
        <div className={classes.column}>
          <Outlet />
        </div>
      </div>
    </div>
  );
}

import { Outlet } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { LanguageChoice } from "../ui/LanguageChoice.tsx";
import { Wordmark } from "../ui/Wordmark.tsx";
import classes from "./auth.module.css";

export function AuthLayout() {
  const { t } = useTranslation();
  return (
    <div className={classes.page}>
      <aside className={classes.side} aria-hidden="true">
        <Wordmark light />
        <p className={classes.pitch}>{t("auth.pitch")}</p>
        <div className={classes.sample}>
          <span className={classes.in}>{t("auth.sample.question")}</span>
          <span className={classes.out}>{t("auth.sample.answer")}</span>
        </div>
      </aside>
      <main className={classes.main}>
        <div className={classes.top}>
          <span className={classes.mobileMark}>
            <Wordmark />
          </span>
          <LanguageChoice />
        </div>
        <div className={classes.form}>
          <Outlet />
        </div>
      </main>
    </div>
  );
}

import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Switch.css";
import { Switch, Text } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { alertsOn, alertsPossible, switchAlerts } from "../live/alerts.ts";
import classes from "./settings.module.css";

// B-15
export function Alerts() {
  const { t } = useTranslation();
  const [on, setOn] = useState(alertsOn);
  const [refused, setRefused] = useState(false);
  if (!alertsPossible()) return null;
  const change = async (wanted: boolean) => {
    const now = await switchAlerts(wanted);
    setOn(now);
    setRefused(wanted && !now);
  };
  return (
    <section className={classes.card}>
      <h2>{t("profile.alerts")}</h2>
      <p>{t("profile.alertsHint")}</p>
      <Switch
        label={t("profile.alertsSwitch")}
        checked={on}
        onChange={(event) => void change(event.currentTarget.checked)}
      />
      {refused && (
        <Text role="alert" size="sm" c="var(--rc-danger)" mt="xs">
          {t("profile.alertsRefused")}
        </Text>
      )}
    </section>
  );
}

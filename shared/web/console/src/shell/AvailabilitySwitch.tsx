import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useMe } from "../api/me.ts";
import { useAvailabilityChange } from "./availability.ts";
import classes from "./shell.module.css";

export function AvailabilitySwitch() {
  const { t } = useTranslation();
  const me = useMe();
  const change = useAvailabilityChange();
  const shown = change.isPending ? change.variables : me.operator.availability;
  const available = shown === "available";
  const hint = available ? t("availability.availableHint") : t("availability.awayHint");
  return (
    <UnstyledButton
      role="switch"
      aria-checked={available}
      aria-label={t("availability.label")}
      aria-description={hint}
      data-hint={hint}
      data-hint-side="right"
      className={classes.availability}
      disabled={change.isPending}
      onClick={() => change.mutate(available ? "away" : "available")}
    >
      <span className={classes.track} data-on={available || undefined}>
        <span className={classes.thumb} />
      </span>
      <span className={classes.availabilityLabel}>
        {available ? t("availability.available") : t("availability.away")}
      </span>
    </UnstyledButton>
  );
}

import { UnstyledButton } from "@mantine/core";
import { type Availability, type Me, operator } from "@recado/lib/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { send } from "../api/client.ts";
import { useMe } from "../api/me.ts";
import { meQuery } from "../api/queries.ts";
import { useFailureNotice } from "../ui/errors.ts";
import classes from "./shell.module.css";

export function AvailabilitySwitch() {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const failed = useFailureNotice();
  const change = useMutation({
    mutationFn: (status: Availability) => send("PUT", "/me/availability", { status }, operator),
    onSuccess: (next) => {
      client.setQueryData<Me>(
        meQuery.queryKey,
        (known) => known && { ...known, operator: { ...known.operator, ...next } },
      );
      void client.invalidateQueries({ queryKey: ["operators"] });
    },
    onError: failed,
  });
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

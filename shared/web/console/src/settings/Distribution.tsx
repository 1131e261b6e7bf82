import "@mantine/core/styles/NumberInput.css";
import "@mantine/core/styles/InlineInput.css";
import "@mantine/core/styles/Radio.css";
import "@mantine/core/styles/Switch.css";
import { Button, Group, NumberInput, Radio, Skeleton, Stack, Switch, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import {
  type Distribution as Assignment,
  type DistributionMode,
  distribution as distributionShape,
  type Settings,
  settings as settingsShape,
} from "@recado/lib/protocol";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../api/client.ts";
import { useMay } from "../api/me.ts";
import { operatorsQuery, settingsQuery } from "../api/queries.ts";
import { useErrorText } from "../ui/errors.ts";
import { useFormats } from "../ui/format.ts";
import { Select } from "../ui/select.ts";
import { isStale, useStale } from "../ui/stale.tsx";
import { ErrorState } from "../ui/states.tsx";
import { PageHead } from "./PageHead.tsx";
import classes from "./settings.module.css";

export function Distribution() {
  const { t } = useTranslation();
  const settings = useQuery(settingsQuery);
  return (
    <>
      <PageHead title={t("settings.distribution")} text={t("distribution.hint")} />
      {settings.isPending && <Skeleton height={220} role="status" aria-label={t("state.loading")} />}
      {settings.isError && !settings.data && (
        <ErrorState error={settings.error} onRetry={() => void settings.refetch()} retrying={settings.isFetching} />
      )}
      {settings.data && (
        <>
          <Assigning settings={settings.data} />
          <Closing settings={settings.data} />
        </>
      )}
    </>
  );
}

// S3-10
function Assigning({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const errorText = useErrorText();
  const operators = useQuery(operatorsQuery).data ?? [];
  const form = useForm<Assignment>({
    initialValues: settings.distribution,
    validate: {
      managerId: (value, { mode }) => (mode === "manager" && !value ? t("distribution.managerMissing") : null),
    },
  });
  const save = useMutation({
    mutationFn: ({ mode, managerId }: Assignment) =>
      send("PUT", "/distribution", mode === "manager" ? { mode, managerId } : { mode }, distributionShape),
    onSuccess: (next) => {
      client.setQueryData<Settings>(settingsQuery.queryKey, (known) => known && { ...known, distribution: next });
      void client.invalidateQueries({ queryKey: settingsQuery.queryKey });
      form.resetDirty(form.values);
      notifications.show({ message: t("state.saved") });
    },
  });
  const modes: { mode: DistributionMode; label: string; description: string }[] = [
    { mode: "groups", label: t("distribution.groups"), description: t("distribution.groupsHint") },
    { mode: "account", label: t("distribution.account"), description: t("distribution.accountHint") },
    { mode: "manager", label: t("distribution.manager"), description: t("distribution.managerHint") },
  ];
  const locked = !may("settings.manage");
  return (
    <form className={classes.card} onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      <h2>{t("distribution.assigning")}</h2>
      <p>{t("distribution.assigningHint")}</p>
      <Stack gap="md">
        <Radio.Group {...form.getInputProps("mode")} aria-label={t("distribution.assigning")}>
          <Stack gap="sm">
            {modes.map(({ mode, label, description }) => (
              <Radio key={mode} value={mode} label={label} description={description} disabled={locked} />
            ))}
          </Stack>
        </Radio.Group>
        {form.values.mode === "manager" && (
          <Select
            label={t("distribution.managerPick")}
            maw={360}
            searchable
            disabled={locked}
            data={operators
              .filter(({ active, role }) => active && role !== "readonly")
              .map(({ id, name }) => ({ value: id, label: name }))}
            {...form.getInputProps("managerId")}
          />
        )}
        {form.values.mode === "manager" && (
          <Text size="sm" c="dimmed">
            {t("distribution.managerOnly")}
          </Text>
        )}
        {save.isError && (
          <Text size="sm" c="var(--rc-danger)" role="alert">
            {errorText(save.error)}
          </Text>
        )}
        <Group>
          <Button type="submit" disabled={locked || !form.isDirty()} loading={save.isPending}>
            {t("action.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

const timeZones = Intl.supportedValuesOf("timeZone");

const zoneName = (zone: string) => zone.replaceAll("_", " ");

const closingOf = ({ closing, timeZone }: Settings) => ({
  closes: closing.idleMinutes !== null,
  idleMinutes: closing.idleMinutes ?? 60,
  timeZone,
});

// S3-09
function Closing({ settings }: { settings: Settings }) {
  const { t } = useTranslation();
  const may = useMay();
  const client = useQueryClient();
  const { number } = useFormats();
  const errorText = useErrorText();
  const form = useForm({ initialValues: closingOf(settings) });
  const { base, meet, settle, panel } = useStale(settings, form, closingOf, {
    closes: { label: t("closing.switch"), show: (on) => t(on ? "stale.on" : "stale.off") },
    idleMinutes: { label: t("closing.minutes"), show: (minutes) => number(minutes) },
    timeZone: { label: t("closing.timeZone"), show: zoneName },
  });
  const untouched = !form.isDirty();
  // Without changes of one's own, the form shows the newest settings.
  useEffect(() => {
    if (!untouched || settings.version === base.version) return;
    form.setInitialValues(closingOf(settings));
    form.reset();
    settle(settings);
  });
  const save = useMutation({
    mutationFn: ({ closes, idleMinutes, timeZone }: typeof form.values) =>
      send(
        "PATCH",
        "/settings",
        { timeZone, closing: { idleMinutes: closes ? idleMinutes : null }, version: base.version },
        settingsShape,
      ),
    onSuccess: (next) => {
      client.setQueryData<Settings>(settingsQuery.queryKey, next);
      void client.invalidateQueries({ queryKey: ["me"] });
      form.resetDirty();
      settle(next);
      notifications.show({ message: t("state.saved") });
    },
    onError: async (error) => {
      if (isStale(error)) meet(await client.fetchQuery({ ...settingsQuery, staleTime: 0 }));
    },
  });
  const locked = !may("settings.manage");
  return (
    <form className={classes.card} onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      <h2>{t("closing.title")}</h2>
      <p>{t("closing.hint")}</p>
      <Stack gap="md" maw={420}>
        <Switch label={t("closing.switch")} disabled={locked} {...form.getInputProps("closes", { type: "checkbox" })} />
        {form.values.closes && (
          <NumberInput
            label={t("closing.minutes")}
            description={t("closing.minutesHint")}
            min={1}
            max={43_200}
            allowDecimal={false}
            disabled={locked}
            {...form.getInputProps("idleMinutes")}
          />
        )}
        <Select
          label={t("closing.timeZone")}
          searchable
          disabled={locked}
          allowDeselect={false}
          limit={60}
          data={(timeZones.includes(settings.timeZone) ? timeZones : [settings.timeZone, ...timeZones]).map((zone) => ({
            value: zone,
            label: zoneName(zone),
          }))}
          {...form.getInputProps("timeZone")}
        />
        {panel}
        {save.isError && !isStale(save.error) && (
          <Text size="sm" c="var(--rc-danger)" role="alert">
            {errorText(save.error)}
          </Text>
        )}
        <Group>
          <Button
            type="submit"
            disabled={locked || !form.isDirty() || (form.values.closes && !(form.values.idleMinutes >= 1))}
            loading={save.isPending}
          >
            {t("action.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

import "@mantine/core/styles/Combobox.css";
import "@mantine/core/styles/PasswordInput.css";
import "@mantine/core/styles/Badge.css";
import { Badge, Button, Group, NativeSelect, PasswordInput, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { type BrowserSession, type Language, languages, type Me, me as meShape } from "@recado/lib/protocol";
import { IconDeviceDesktop } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { send, tell } from "../api/client.ts";
import { useMe } from "../api/me.ts";
import { meQuery, sessionsQuery } from "../api/queries.ts";
import { setLanguage } from "../core/texts.ts";
import { useErrorText, useFailureNotice } from "../ui/errors.ts";
import { filled, longEnough, PASSWORD_LENGTH } from "../ui/fields.ts";
import { useFormats } from "../ui/format.ts";
import { languageNames } from "../ui/LanguageChoice.tsx";
import { ErrorState } from "../ui/states.tsx";
import { Alerts } from "./Alerts.tsx";
import { deviceName } from "./device.ts";
import { PageHead } from "./PageHead.tsx";
import { Picture } from "./Picture.tsx";
import classes from "./settings.module.css";

export function Profile() {
  const { t } = useTranslation();
  return (
    <>
      <PageHead title={t("settings.profile")} />
      <Picture />
      <About />
      <Alerts />
      <Password />
      <Sessions />
    </>
  );
}

function About() {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const failed = useFailureNotice({ conflict: "settings.changedMeanwhile" });
  const form = useForm({
    initialValues: { name: me.operator.name, language: me.operator.language },
    validate: { name: filled(t("field.required")) },
  });
  const save = useMutation({
    mutationFn: (values: { name: string; language: Language }) =>
      send("PATCH", "/me", { ...values, name: values.name.trim(), version: me.operator.version }, meShape),
    onSuccess: async (next) => {
      client.setQueryData<Me>(meQuery.queryKey, next);
      void client.invalidateQueries({ queryKey: ["operators"] });
      form.resetDirty();
      await setLanguage(next.operator.language);
      notifications.show({ message: t("state.saved") });
    },
    onError: (error) => {
      void client.invalidateQueries({ queryKey: meQuery.queryKey });
      failed(error);
    },
  });
  return (
    <form className={classes.card} onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      <Stack gap="sm" maw={420}>
        <TextInput label={t("field.yourName")} dir="auto" autoComplete="name" {...form.getInputProps("name")} />
        <TextInput label={t("field.email")} value={me.operator.email ?? ""} readOnly disabled />
        <NativeSelect
          label={t("profile.language")}
          data={languages.map((value) => ({ value, label: languageNames[value] }))}
          {...form.getInputProps("language")}
        />
        <Group mt={4}>
          <Button type="submit" disabled={!form.isDirty()} loading={save.isPending}>
            {t("action.save")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Password() {
  const { t } = useTranslation();
  const me = useMe();
  const client = useQueryClient();
  const errorText = useErrorText({ forbidden: "profile.wrongPassword", unauthenticated: "profile.wrongPassword" });
  const form = useForm({
    initialValues: { current: "", password: "" },
    validate: {
      current: filled(t("field.required")),
      password: longEnough(t("field.passwordShort", { min: PASSWORD_LENGTH })),
    },
  });
  const save = useMutation({
    mutationFn: (values: typeof form.values) => tell("PUT", "/me/password", values),
    onSuccess: () => {
      form.reset();
      void client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
      notifications.show({ message: t("profile.passwordChanged") });
    },
  });
  return (
    <form className={classes.card} onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      <h2>{t("profile.password")}</h2>
      <p>{t("profile.passwordHint")}</p>
      <Stack gap="sm" maw={420}>
        {/* Tells the password manager whose password it is. */}
        <input type="email" autoComplete="username" value={me.operator.email ?? ""} readOnly hidden />
        <PasswordInput
          label={t("profile.currentPassword")}
          autoComplete="current-password"
          {...form.getInputProps("current")}
        />
        <PasswordInput
          label={t("field.newPassword")}
          description={t("field.passwordHint", { min: PASSWORD_LENGTH })}
          autoComplete="new-password"
          {...form.getInputProps("password")}
        />
        {save.isError && (
          <Text size="sm" c="var(--rc-danger)" role="alert">
            {errorText(save.error)}
          </Text>
        )}
        <Group mt={4}>
          <Button type="submit" variant="default" disabled={!form.isDirty()} loading={save.isPending}>
            {t("profile.changePassword")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Sessions() {
  const { t } = useTranslation();
  const list = useQuery(sessionsQuery);
  return (
    <section className={classes.card}>
      <h2>{t("profile.sessions")}</h2>
      <p>{t("profile.sessionsHint")}</p>
      {list.isPending && <Skeleton height={40} />}
      {list.isError && <ErrorState error={list.error} onRetry={() => void list.refetch()} retrying={list.isFetching} />}
      {list.data && (
        <ul className={classes.rows}>
          {list.data.map((session) => (
            <SessionRow key={session.id} session={session} />
          ))}
        </ul>
      )}
    </section>
  );
}

function SessionRow({ session }: { session: BrowserSession }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const client = useQueryClient();
  const failed = useFailureNotice();
  const revoke = useMutation({
    mutationFn: () => tell("DELETE", `/sessions/${encodeURIComponent(session.id)}`),
    onSettled: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
    onError: failed,
  });
  return (
    <li className={classes.row}>
      <IconDeviceDesktop size={22} stroke={1.6} className={classes.wideOnly} />
      <span className={classes.rowLines}>
        <span className={classes.rowName}>{deviceName(session.userAgent)}</span>
        <span className={classes.rowMeta}>
          {t("profile.lastSeen", { time: formats.full(session.lastSeenAt), address: session.ip })}
        </span>
      </span>
      {session.current ? (
        <Badge variant="light" tt="none">
          {t("profile.thisDevice")}
        </Badge>
      ) : (
        <Button size="xs" variant="default" loading={revoke.isPending} onClick={() => revoke.mutate()}>
          {t("profile.revoke")}
        </Button>
      )}
    </li>
  );
}

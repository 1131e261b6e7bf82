import "@mantine/core/styles/Combobox.css";
import "@mantine/core/styles/PasswordInput.css";
import { Button, Group, NativeSelect, PasswordInput, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { type Channel, channel as shape } from "@recado/lib/protocol";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../api/client.ts";
import { channelsQuery, storesQuery } from "../api/queries.ts";
import { channelOf } from "../channels/index.ts";
import { type ChannelField, setupOf } from "../channels/setup.ts";
import { Copyable } from "../ui/Copyable.tsx";
import { useErrorText } from "../ui/errors.ts";
import { filled } from "../ui/fields.ts";
import { isStale, useStale } from "../ui/stale.tsx";
import classes from "./channel.module.css";
import {
  changeOf,
  correctable,
  creationOf,
  fieldFault,
  fieldValue,
  needsCredentials,
  rejectedField,
} from "./channelRequest.ts";

type Form = UseFormReturnType<Record<string, string>>;

/** The form of a channel: name, store, and the fields of its descriptor. */
export function ChannelFields(props: { type: string; channel: Channel | null; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const idempotencyKey = useIdempotencyKey();
  const stores = useQuery(storesQuery).data ?? [];
  const { type, channel, onClose } = props;
  const { connect, reasons } = setupOf(type);
  const when = channel ? "changing" : "connecting";
  const fields = (connect?.fields ?? []).filter((field) => (field.when ?? when) === when);
  const nameFrom = channel ? undefined : connect?.nameFrom;
  const errorText = useErrorText(!channel && connect?.conflict ? { conflict: connect.conflict } : {}, reasons);
  const valuesOf = (from: Channel | null): Record<string, string> => ({
    name: from?.name ?? "",
    storeId: from?.storeId ?? "",
    ...Object.fromEntries(fields.map((field) => [pathOf(field), fieldValue(field, from)])),
  });
  const given = (values: Record<string, string>) =>
    fields.map((field) => ({ field, value: values[pathOf(field)] ?? "" }));
  const form: Form = useForm({
    initialValues: valuesOf(channel),
    validate: {
      ...(!nameFrom && { name: filled(t("field.required")) }),
      ...Object.fromEntries(
        fields.map((field) => [
          pathOf(field),
          (value: string, values: Record<string, string>) => {
            const missing =
              field.in === "credentials" && value.trim() === "" && needsCredentials(channel, given(values));
            return missing ? t("channels.secretNeeded") : fieldFault(field, channel, value, t);
          },
        ]),
      ),
    },
  });
  const { base, meet, panel } = useStale(channel, form, valuesOf, {
    name: { label: t("field.name") },
    ...Object.fromEntries(fields.map((field) => [pathOf(field), { label: t(field.label) }])),
  });
  const save = useMutation({
    mutationFn: ({ name = "", storeId = "", ...values }: Record<string, string>) => {
      const filledIn = given(values);
      if (base) {
        const body = changeOf(base, name, filledIn);
        return send("PATCH", `/channels/${encodeURIComponent(base.id)}`, body, shape);
      }
      const own = nameFrom?.(Object.fromEntries(filledIn.map(({ field, value }) => [field.name, value]))) ?? name;
      const initial = Object.entries(connect?.initialTexts ?? {}).map(([setting, key]) => [setting, t(key)] as const);
      const body = creationOf(type, own, storeId || (stores[0]?.id ?? ""), filledIn, Object.fromEntries(initial));
      return send("POST", "/channels", body, shape, idempotencyKey(body));
    },
    onError: async (error) => {
      if (channel && isStale(error)) {
        const all = await client.fetchQuery({ ...channelsQuery, staleTime: 0 });
        meet(all.find(({ id }) => id === channel.id) ?? channel);
      }
      const field = rejectedField(fields, error);
      if (field?.rejected) form.setFieldError(pathOf(field), t(field.rejected));
    },
    onSuccess: (saved) => {
      void client.invalidateQueries({ queryKey: channelsQuery.queryKey });
      const confirmed = saved.health.state !== "unverified";
      notifications.show(
        confirmed
          ? { message: t("state.saved") }
          : { color: "orange", message: t("channels.savedUnverified", { channel: channelOf(type).name }) },
      );
      onClose();
      if (channel || !connect?.nextTab) return;
      void navigate({
        to: "/settings/channels/$channelId",
        params: { channelId: saved.id },
        search: { tab: connect.nextTab },
      });
    },
  });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        if (!save.isPending) save.mutate(values);
      })}
      noValidate
    >
      <Stack gap="sm">
        {!channel && connect?.steps && (
          <ol className={classes.connectSteps}>
            {connect.steps.map(({ text, url }) => (
              <li key={text}>
                {url ? (
                  <a href={url} target="_blank" rel="noopener noreferrer">
                    {t(text)}
                  </a>
                ) : (
                  t(text)
                )}
              </li>
            ))}
          </ol>
        )}
        {!channel &&
          connect?.copies?.map(({ label, hint, value }) => (
            <div key={label} className={classes.copy}>
              <p>{t(label)}</p>
              <p>{t(hint)}</p>
              <Copyable label={t(label)} value={value()} action={t("copy.action")} />
            </div>
          ))}
        {!nameFrom && (
          <TextInput
            label={t("field.name")}
            description={t("channels.nameHint")}
            dir="auto"
            data-autofocus
            {...form.getInputProps("name")}
          />
        )}
        {!channel && stores.length > 1 && (
          <NativeSelect
            label={t("field.store")}
            data={stores.map(({ id, name }) => ({ value: id, label: name }))}
            {...form.getInputProps("storeId")}
          />
        )}
        {fields.map((field, index) => (
          <Field
            key={pathOf(field)}
            field={field}
            channel={channel}
            form={form}
            first={nameFrom !== undefined && index === 0}
          />
        ))}
        {panel}
        {save.isError && !rejectedField(fields, save.error) && !isStale(save.error) && (
          <Text size="sm" c="var(--rc-danger)" role="alert">
            {errorText(save.error)}
          </Text>
        )}
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={onClose}>
            {t("action.cancel")}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {channel ? t("action.save") : t(connect?.submit ?? "channels.connect")}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Key of a field in the form's values. Without a dot, which would mean a nested value. */
const pathOf = ({ in: where, name }: ChannelField): string => `${where}-${name}`;

function Field(props: { field: ChannelField; channel: Channel | null; form: Form; first: boolean }) {
  const { field, channel, form, first } = props;
  const { t } = useTranslation();
  const id = useId();
  const path = pathOf(field);
  const { label, hint, placeholder, prose, rows } = field;
  const secret = field.in === "credentials";
  const input = {
    label: t(label),
    description: secret && channel ? t("channels.secretKeep") : hint && t(hint),
    placeholder: placeholder && t(placeholder),
    inputMode: field.inputMode,
    maxLength: field.maxLength,
    "data-autofocus": first || undefined,
    ...(prose ? { dir: "auto" } : { autoComplete: "off", spellCheck: false }),
    ...form.getInputProps(path),
  };
  if (secret) return <PasswordInput {...input} />;
  switch (field.input) {
    case "lines":
      return <Textarea autosize minRows={rows?.min} maxRows={rows?.max} {...input} />;
    case "color":
      return (
        <div className={classes.color}>
          <TextInput {...input} id={id} maxLength={7} />
          <input
            type="color"
            className={classes.swatch}
            aria-label={t("channels.colorPick")}
            value={
              fieldFault(field, channel, form.values[path] ?? "", t) ? fieldValue(field, channel) : form.values[path]
            }
            onChange={(event) => form.setFieldValue(path, event.currentTarget.value)}
          />
        </div>
      );
    default:
      return <TextInput disabled={field.in === "externalId" && !correctable(channel)} {...input} />;
  }
}

/** Idempotency key of a creation. It stays the same while the body does, so that a retry creates nothing twice. */
function useIdempotencyKey(): (body: unknown) => string {
  const last = useRef({ body: "", key: "" });
  return (body) => {
    const text = JSON.stringify(body);
    if (last.current.body !== text) last.current = { body: text, key: crypto.randomUUID() };
    return last.current.key;
  };
}

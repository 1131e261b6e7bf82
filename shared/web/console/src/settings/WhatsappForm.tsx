import "@mantine/core/styles/Combobox.css";
import "@mantine/core/styles/PasswordInput.css";
import { PasswordInput, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { type Channel, channel as shape } from "@recado/lib/protocol";
import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { send } from "../api/client.ts";
import { filled } from "../auth/fields.ts";
import { useErrorText } from "../ui/errors.ts";
import { FormEnd, StoreField, useOnceKey, useSaved } from "./channelParts.tsx";
import { businessAccountOf, withBusinessAccount } from "./whatsapp.ts";

/** Connects a number by hand, or renames one and gives it a new token. A token is never shown again. */
export function WhatsappForm({ channel, onClose }: { channel: Channel | null; onClose: () => void }) {
  const { t } = useTranslation();
  const saved = useSaved();
  const onceKey = useOnceKey();
  const errorText = useErrorText({ conflict: channel ? "settings.changedMeanwhile" : "channels.taken" });
  const form = useForm({
    initialValues: {
      name: channel?.name ?? "",
      storeId: channel?.storeId ?? "",
      externalId: channel?.externalId ?? "",
      businessAccountId: businessAccountOf(channel?.settings ?? {}),
      accessToken: "",
    },
    validate: {
      name: filled(t("field.required")),
      externalId: (value) => (/^\d{5,}$/.test(value.trim()) || channel ? null : t("channels.phoneNumberIdInvalid")),
      businessAccountId: (value) => (/^(?:\d{5,})?$/.test(value.trim()) ? null : t("channels.phoneNumberIdInvalid")),
      accessToken: (value) => (channel || value.trim() !== "" ? null : t("field.required")),
    },
  });
  const save = useMutation({
    mutationFn: ({ name, storeId, externalId, businessAccountId, accessToken }: typeof form.values) => {
      const credentials = accessToken.trim() ? { credentials: { accessToken: accessToken.trim() } } : {};
      const settings = withBusinessAccount(channel?.settings ?? {}, businessAccountId.trim());
      if (channel) {
        const body = { name: name.trim(), ...credentials, settings, version: channel.version };
        return send("PATCH", `/channels/${encodeURIComponent(channel.id)}`, body, shape);
      }
      const body = {
        type: "whatsapp",
        name: name.trim(),
        ...(storeId && { storeId }),
        externalId: externalId.trim(),
        ...credentials,
        settings,
      };
      return send("POST", "/channels", body, shape, onceKey(body));
    },
    onSuccess: () => {
      saved();
      onClose();
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
        <TextInput
          label={t("field.name")}
          description={t("channels.nameHint")}
          dir="auto"
          data-autofocus
          {...form.getInputProps("name")}
        />
        {!channel && <StoreField {...form.getInputProps("storeId")} />}
        <TextInput
          label={t("channels.phoneNumberId")}
          description={t("channels.phoneNumberIdHint")}
          inputMode="numeric"
          disabled={channel !== null}
          {...form.getInputProps("externalId")}
        />
        <TextInput
          label={t("channels.businessAccountId")}
          description={t("channels.businessAccountIdHint")}
          inputMode="numeric"
          autoComplete="off"
          {...form.getInputProps("businessAccountId")}
        />
        <PasswordInput
          label={t("channels.accessToken")}
          description={channel ? t("channels.accessTokenKeep") : t("channels.accessTokenHint")}
          autoComplete="off"
          {...form.getInputProps("accessToken")}
        />
        <FormEnd
          fault={save.isError ? errorText(save.error) : null}
          saving={save.isPending}
          verb={channel ? t("action.save") : t("channels.connect")}
          onClose={onClose}
        />
      </Stack>
    </form>
  );
}

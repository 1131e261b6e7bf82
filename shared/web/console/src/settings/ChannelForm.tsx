import "@mantine/core/styles/Combobox.css";
import "@mantine/core/styles/PasswordInput.css";
import { Button, Group, NativeSelect, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { type Channel, channel as shape } from "@recado/lib/protocol";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { send } from "../api/client.ts";
import { channelsQuery, storesQuery } from "../api/queries.ts";
import { filled } from "../auth/fields.ts";
import { useErrorText } from "../ui/errors.ts";
import { useReturnFocus } from "../ui/focus.ts";
import { Modal } from "../ui/modal.ts";

/** Connects a WhatsApp number by hand, or renames one and gives it a new token. A token is never shown again. */
export function ChannelForm({ channel, onClose }: { channel: Channel | null; onClose: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const client = useQueryClient();
  const stores = useQuery(storesQuery).data ?? [];
  const errorText = useErrorText({ conflict: channel ? "settings.changedMeanwhile" : "channels.taken" });
  const form = useForm({
    initialValues: {
      name: channel?.name ?? "",
      storeId: channel?.storeId ?? "",
      externalId: channel?.externalId ?? "",
      accessToken: "",
    },
    validate: {
      name: filled(t("field.required")),
      externalId: (value) => (/^\d{5,}$/.test(value.trim()) || channel ? null : t("channels.phoneNumberIdInvalid")),
      accessToken: (value) => (channel || value.trim() !== "" ? null : t("field.required")),
    },
  });
  const save = useMutation({
    mutationFn: ({ name, storeId, externalId, accessToken }: typeof form.values) => {
      const credentials = accessToken.trim() ? { credentials: { accessToken: accessToken.trim() } } : {};
      return channel
        ? send(
            "PATCH",
            `/channels/${encodeURIComponent(channel.id)}`,
            { name: name.trim(), ...credentials, version: channel.version },
            shape,
          )
        : send(
            "POST",
            "/channels",
            {
              type: "whatsapp",
              name: name.trim(),
              ...(storeId && { storeId }),
              externalId: externalId.trim(),
              ...credentials,
              settings: {},
            },
            shape,
          );
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: channelsQuery.queryKey });
      notifications.show({ message: t("state.saved") });
      onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={channel ? t("channels.edit") : t("channels.connectWhatsapp")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
        <Stack gap="sm">
          <TextInput
            label={t("field.name")}
            description={t("channels.nameHint")}
            dir="auto"
            data-autofocus
            {...form.getInputProps("name")}
          />
          {!channel && stores.length > 0 && (
            <NativeSelect
              label={t("field.store")}
              data={stores.map(({ id, name }) => ({ value: id, label: name }))}
              {...form.getInputProps("storeId")}
            />
          )}
          <TextInput
            label={t("channels.phoneNumberId")}
            description={t("channels.phoneNumberIdHint")}
            inputMode="numeric"
            disabled={channel !== null}
            {...form.getInputProps("externalId")}
          />
          <PasswordInput
            label={t("channels.accessToken")}
            description={channel ? t("channels.accessTokenKeep") : t("channels.accessTokenHint")}
            autoComplete="off"
            {...form.getInputProps("accessToken")}
          />
          {save.isError && (
            <Text size="sm" c="var(--rc-danger)" role="alert">
              {errorText(save.error)}
            </Text>
          )}
          <Group justify="flex-end" mt="xs">
            <Button variant="default" onClick={onClose}>
              {t("action.cancel")}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {channel ? t("action.save") : t("channels.connect")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

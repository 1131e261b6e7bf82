import { Button, Group, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { Channel } from "@recado/lib/protocol";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { tell } from "../api/client.ts";
import { channelsQuery } from "../api/queries.ts";
import { useErrorText } from "../ui/errors.ts";
import { useReturnFocus } from "../ui/focus.ts";
import { Modal } from "../ui/modal.ts";
import classes from "./channel.module.css";

/** Disconnects a channel and deletes it, after a question. B-22 */
export function Disconnect({ channel }: { channel: Channel }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <section className={classes.disconnect}>
      <Text size="sm" c="dimmed">
        {t("channels.disconnectHint")}
      </Text>
      <Button
        color="red"
        variant="light"
        leftSection={<IconPlugConnectedX size={16} />}
        onClick={() => setAsking(true)}
      >
        {t("channels.disconnect")}
      </Button>
      {asking && <Question channel={channel} onClose={() => setAsking(false)} />}
    </section>
  );
}

function Question({ channel, onClose }: { channel: Channel; onClose: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const client = useQueryClient();
  const navigate = useNavigate();
  const errorText = useErrorText();
  const remove = useMutation({
    mutationFn: () => tell("DELETE", `/channels/${encodeURIComponent(channel.id)}`),
    onSuccess: async () => {
      notifications.show({ message: t("channels.disconnected", { name: channel.name }) });
      await navigate({ to: "/settings/channels" });
      await client.invalidateQueries({ queryKey: channelsQuery.queryKey });
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("channels.disconnectAsk", { name: channel.name })}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <Stack gap="sm">
        <Text size="sm">{t("channels.disconnectText")}</Text>
        {remove.isError && (
          <Text size="sm" c="var(--rc-danger)" role="alert">
            {errorText(remove.error)}
          </Text>
        )}
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t("action.cancel")}
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            {t("channels.disconnect")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

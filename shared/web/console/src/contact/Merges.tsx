import { Button, Group, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type Contact, contact as shape } from "@recado/lib/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { send } from "../api/client.ts";
import { useMay } from "../api/me.ts";
import { useErrorText } from "../ui/errors.ts";
import { useReturnFocus } from "../ui/focus.ts";
import { phoneText, useFormats } from "../ui/format.ts";
import { Modal } from "../ui/modal.ts";
import classes from "./contact.module.css";

type ContactMerge = NonNullable<Contact["merges"]>[number];

/** The contacts that became part of this one, each of which can be separated again. */
export function Merges({ contact, merges }: { contact: Contact; merges: ContactMerge[] }) {
  const { t } = useTranslation();
  const may = useMay();
  const formats = useFormats();
  const [asking, setAsking] = useState<ContactMerge>();
  return (
    <>
      <ul className={classes.plain}>
        {merges.map((merge) => (
          <li key={merge.id} className={classes.identity}>
            <span className={classes.identityLines}>
              <bdi className={classes.identityName}>
                {/^\d+$/.test(merge.externalId) ? phoneText(merge.externalId) : merge.externalId}
              </bdi>
              <span className={classes.quiet}>{t("contact.mergedAt", { date: formats.full(merge.at) })}</span>
            </span>
            {may("contact.split") && (
              <Button size="compact-sm" variant="light" ml="auto" onClick={() => setAsking(merge)}>
                {t("contact.split")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {asking && <Question contact={contact} merge={asking} onClose={() => setAsking(undefined)} />}
    </>
  );
}

function Question(props: { contact: Contact; merge: ContactMerge; onClose: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const client = useQueryClient();
  const errorText = useErrorText({ conflict: "contact.changedMeanwhile" });
  const split = useMutation({
    mutationFn: () =>
      send("POST", `/contacts/${encodeURIComponent(props.contact.id)}/split`, { mergeId: props.merge.id }, shape),
    onSuccess: (next) => {
      client.setQueryData(["contact", next.id], next);
      for (const key of ["conversations", "conversation", "contactConversations", "contactHistory", "contacts"]) {
        void client.invalidateQueries({ queryKey: [key] });
      }
      notifications.show({ message: t("contact.splitDone") });
      props.onClose();
    },
    onError: () => void client.invalidateQueries({ queryKey: ["contact", props.contact.id] }),
  });
  return (
    <Modal
      opened
      onClose={props.onClose}
      title={t("contact.splitAsk")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <Stack gap="sm">
        <Text size="sm">{t("contact.splitText")}</Text>
        {split.isError && (
          <Text size="sm" c="var(--rc-danger)" role="alert">
            {errorText(split.error)}
          </Text>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={props.onClose}>
            {t("action.cancel")}
          </Button>
          <Button color="red" loading={split.isPending} onClick={() => split.mutate()}>
            {t("contact.split")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

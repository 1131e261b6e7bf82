import "@mantine/core/styles/Alert.css";
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { InvitationStatus } from "@recado/lib/protocol";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { tell } from "../api/client.ts";
import { useMe } from "../api/me.ts";
import { operatorsQuery } from "../api/queries.ts";
import type { Key } from "../core/texts.ts";
import { useErrorText } from "../ui/errors.ts";
import { useReturnFocus } from "../ui/focus.ts";
import { Modal } from "../ui/modal.ts";
import { InviteForm, type Results } from "./InviteForm.tsx";
import classes from "./invitations.module.css";

const refusals: Record<Exclude<InvitationStatus, "sent">, Key> = {
  member: "invite.member",
  pending: "invite.pending",
  limited: "invite.limited",
  invalid: "invite.invalid",
};

/** Invites people by e-mail. S0-01, S0-02 */
export function InviteDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const { operator: me } = useMe();
  const owner = useQuery(operatorsQuery).data?.find(({ role }) => role === "owner");
  const [refused, setRefused] = useState<Results>([]);
  const done = (results: Results) => {
    const sent = results.filter(({ status }) => status === "sent").length;
    if (sent > 0) notifications.show({ message: t("invite.sent", { count: sent }) });
    if (sent === results.length) onClose();
    else setRefused(results.filter(({ status }) => status !== "sent"));
  };
  const body = () => {
    if (me.role === "owner" && !me.emailVerified) return <Unverified email={me.email ?? ""} onClose={onClose} />;
    if (owner && !owner.emailVerified)
      return (
        <Alert variant="light" role="status">
          {t("invite.ownerUnverified", { name: owner.name })}
        </Alert>
      );
    if (refused.length > 0) return <Refused results={refused} onClose={onClose} />;
    return <InviteForm onDone={done} onClose={onClose} />;
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size={520}
      title={t("invite.title")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      {body()}
    </Modal>
  );
}

/** The addresses that got no invitation, with the reasons. */
function Refused({ results, onClose }: { results: Results; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <Text size="sm" role="status">
        {t("invite.notSent", { count: results.length })}
      </Text>
      <ul className={classes.refused}>
        {results.map(({ email, status }) => (
          <li key={email}>
            <bdi>{email}</bdi>
            <span>{status !== "sent" && t(refusals[status])}</span>
          </li>
        ))}
      </ul>
      <Group justify="flex-end">
        <Button onClick={onClose} data-autofocus>
          {t("action.close")}
        </Button>
      </Group>
    </Stack>
  );
}

/** Nobody can be invited before the owner has confirmed their address. */
function Unverified({ email, onClose }: { email: string; onClose: () => void }) {
  const { t } = useTranslation();
  const errorText = useErrorText({ rate_limited: "invite.verifyLimited" });
  const resend = useMutation({ mutationFn: () => tell("POST", "/auth/verify/resend", {}) });
  return (
    <Stack gap="sm">
      <Text size="sm">{t("invite.unverified", { email })}</Text>
      {resend.isSuccess && (
        <Alert variant="light" role="status">
          {t("invite.verifySent")}
        </Alert>
      )}
      {resend.isError && (
        <Text size="sm" c="var(--rc-danger)" role="alert">
          {errorText(resend.error)}
        </Text>
      )}
      <Group justify="flex-end" mt="xs">
        <Button variant="default" onClick={onClose}>
          {t("action.close")}
        </Button>
        {!resend.isSuccess && (
          <Button loading={resend.isPending} onClick={() => resend.mutate()} data-autofocus>
            {t("invite.verifyResend")}
          </Button>
        )}
      </Group>
    </Stack>
  );
}

import { Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type Invitation, invitation as shape } from "@recado/lib/protocol";
import { IconMail } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { send, tell } from "../api/client.ts";
import { invitationsQuery } from "../api/queries.ts";
import { codeOf, useErrorText, useFailureNotice } from "../ui/errors.ts";
import { useReturnFocus } from "../ui/focus.ts";
import { useNow } from "../ui/format.ts";
import { Modal } from "../ui/modal.ts";
import { roleKeys } from "../ui/roles.ts";
import { ErrorState } from "../ui/states.tsx";
import classes from "./invitations.module.css";
import { relativeTime } from "./relativeTime.ts";
import settings from "./settings.module.css";

const pathOf = ({ id }: Invitation): string => `/invitations/${encodeURIComponent(id)}`;

/** The pending invitations, below the operators. S0-01 */
export function Invitations() {
  const { t } = useTranslation();
  // Whoever accepts elsewhere is told of when they come online; a link that ran out, or a revocation by somebody else, is not.
  const list = useQuery({ ...invitationsQuery, refetchOnWindowFocus: "always" });
  const [revoked, setRevoked] = useState<Invitation | null>(null);
  if (list.data?.length === 0) return null;
  return (
    <section aria-labelledby="invitations">
      <h2 id="invitations" className={classes.title}>
        {t("invitations.title")}
      </h2>
      {list.isPending && (
        <Stack role="status" aria-label={t("state.loading")}>
          <Skeleton height={52} />
        </Stack>
      )}
      {list.isError && !list.data && (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} retrying={list.isFetching} />
      )}
      {list.data && (
        <ul className={settings.rows}>
          {list.data.map((invitation) => (
            <Row key={invitation.id} invitation={invitation} onRevoke={() => setRevoked(invitation)} />
          ))}
        </ul>
      )}
      {revoked && <Question invitation={revoked} onClose={() => setRevoked(null)} />}
    </section>
  );
}

function Row({ invitation, onRevoke }: { invitation: Invitation; onRevoke: () => void }) {
  const { t, i18n } = useTranslation();
  const now = useNow();
  const client = useQueryClient();
  const failed = useFailureNotice({ rate_limited: "invite.limited" }, { member: "invite.member" });
  const { email, role, invitedBy, sentAt, expiresAt } = invitation;
  const resend = useMutation({
    mutationFn: () => send("POST", `${pathOf(invitation)}/resend`, {}, shape),
    onSuccess: () => notifications.show({ message: t("invitations.resent", { email }) }),
    onError: failed,
    onSettled: () => client.invalidateQueries({ queryKey: invitationsQuery.queryKey }),
  });
  const expired = Date.parse(expiresAt) <= now;
  const time = relativeTime(i18n.language, sentAt, now);
  return (
    <li className={`${settings.row} ${classes.row}`}>
      <IconMail size={22} stroke={1.6} color="var(--rc-muted)" aria-hidden="true" />
      <span className={classes.lines}>
        <bdi className={classes.email}>{email}</bdi>
        <span>
          {t(roleKeys[role])} · {t("invitations.sent", { time, name: invitedBy.name })} ·{" "}
          {expired ? (
            <strong className={classes.expired}>{t("invitations.expired")}</strong>
          ) : (
            t("invitations.expires", { time: relativeTime(i18n.language, expiresAt, now) })
          )}
        </span>
      </span>
      <Group gap={8} wrap="nowrap">
        <Button
          size="xs"
          variant="default"
          aria-label={t("invitations.resendOne", { email })}
          loading={resend.isPending}
          onClick={() => resend.mutate()}
        >
          {t("invitations.resend")}
        </Button>
        <Button size="xs" variant="default" aria-label={t("invitations.revokeOne", { email })} onClick={onRevoke}>
          {t("invitations.revoke")}
        </Button>
      </Group>
    </li>
  );
}

function Question({ invitation, onClose }: { invitation: Invitation; onClose: () => void }) {
  const { t } = useTranslation();
  useReturnFocus();
  const client = useQueryClient();
  const errorText = useErrorText();
  const revoke = useMutation({
    mutationFn: () => tell("DELETE", pathOf(invitation)),
    onSettled: async (_, error) => {
      await client.invalidateQueries({ queryKey: invitationsQuery.queryKey });
      // Somebody else revoked it, or it was accepted: the list shows which.
      if (!error || codeOf(error) === "not_found") onClose();
    },
  });
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("invitations.revokeAsk")}
      closeButtonProps={{ "aria-label": t("action.close") }}
    >
      <Stack gap="sm">
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {t("invitations.revokeText", { email: invitation.email })}
        </Text>
        {revoke.isError && (
          <Text size="sm" c="var(--rc-danger)" role="alert">
            {errorText(revoke.error)}
          </Text>
        )}
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={onClose} data-autofocus>
            {t("action.cancel")}
          </Button>
          <Button color="red" loading={revoke.isPending} onClick={() => revoke.mutate()}>
            {t("invitations.revoke")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

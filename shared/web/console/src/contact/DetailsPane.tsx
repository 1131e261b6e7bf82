import { ActionIcon, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { Conversation } from "@recado/lib/protocol";
import { IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/me.ts";
import { contactConversationsQuery, contactQuery } from "../api/queries.ts";
import { ChannelBadge } from "../channels/ChannelBadge.tsx";
import { useFormats, useNow } from "../ui/format.ts";
import { previewText } from "../ui/preview.ts";
import { ErrorState } from "../ui/states.tsx";
import { statusKeys } from "../ui/status.ts";
import { Card, Identities, Merged, RetryButton, Section } from "./ContactParts.tsx";
import classes from "./contact.module.css";

export function DetailsPane({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const { t } = useTranslation();
  const may = useMay();
  const allowed = may("contact.read");
  const contact = useQuery({ ...contactQuery(conversation.contact.id), enabled: allowed });
  return (
    <aside className={classes.details} aria-label={t("contact.details")}>
      <header className={classes.detailsHeader}>
        <Title order={2} fz={15}>
          {t("contact.details")}
        </Title>
        <ActionIcon size="lg" aria-label={t("contact.closeDetails")} onClick={onClose}>
          <IconX size={18} />
        </ActionIcon>
      </header>
      <div className={classes.detailsBody}>
        {!allowed && <Text c="dimmed">{t("error.forbidden")}</Text>}
        {allowed && contact.isPending && (
          <Stack role="status" aria-label={t("state.loading")}>
            <Skeleton circle height={56} mx="auto" />
            <Skeleton height={14} />
            <Skeleton height={14} width="70%" />
          </Stack>
        )}
        {contact.isError && !contact.data && (
          <ErrorState error={contact.error} onRetry={() => void contact.refetch()} retrying={contact.isFetching} />
        )}
        {contact.data && (
          <>
            <Card contact={contact.data}>
              <Link to="/contacts/$contactId" params={{ contactId: contact.data.id }} className={classes.link}>
                {t("contact.open")}
              </Link>
            </Card>
            <Identities contact={contact.data} />
            <Merged contact={contact.data} />
            <OtherConversations contactId={contact.data.id} current={conversation.id} />
          </>
        )}
      </div>
    </aside>
  );
}

// S1-22
function OtherConversations({ contactId, current }: { contactId: string; current: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const now = useNow(60_000);
  const list = useQuery(contactConversationsQuery(contactId));
  const others = list.data?.filter(({ id }) => id !== current) ?? [];
  return (
    <Section title={t("contact.otherConversations")}>
      {list.isPending && <Skeleton height={14} />}
      {list.isError && <RetryButton list={list} />}
      {list.isSuccess && others.length === 0 && <span className={classes.quiet}>{t("contact.noOthers")}</span>}
      <ul className={classes.plain}>
        {others.map((other) => (
          <li key={other.id}>
            <Link
              to="/inbox/$conversationId"
              params={{ conversationId: other.id }}
              search={(known) => known}
              className={classes.other}
            >
              <ChannelBadge type={other.channel.type} size={20} />
              <span className={classes.identityLines}>
                <bdi className={classes.identityName}>{previewText(other.preview) || t(statusKeys[other.status])}</bdi>
                <span className={classes.quiet}>
                  {t(statusKeys[other.status])} · {formats.listTime(other.lastActivityAt, now)}
                </span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}

import { Button, Skeleton, Stack } from "@mantine/core";
import type { Contact, Conversation, Operator } from "@recado/lib/protocol";
import { IconArrowLeft, IconLock, IconUserOff } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, Navigate, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/me.ts";
import { contactHistoryQuery, contactQuery, operatorsQuery } from "../api/queries.ts";
import { ChannelBadge } from "../channels/ChannelBadge.tsx";
import { itemsOf } from "../live/pages.ts";
import { codeOf } from "../ui/errors.ts";
import { useFormats, useNow } from "../ui/format.ts";
import { PersonAvatar } from "../ui/PersonAvatar.tsx";
import { previewKey, previewText } from "../ui/preview.ts";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { statusKeys } from "../ui/status.ts";
import { Card, Identities, Merged, OfPage, RetryButton } from "./ContactParts.tsx";
import contactClasses from "./contact.module.css";
import classes from "./page.module.css";
import { leftAt } from "./place.ts";

export function ContactPage() {
  const { t } = useTranslation();
  const may = useMay();
  const { contactId } = useParams({ from: "/shell/contacts/$contactId" });
  const allowed = may("contact.read");
  const contact = useQuery({ ...contactQuery(contactId), enabled: allowed });
  if (!allowed) return <EmptyState icon={IconLock} title={t("error.forbidden")} />;
  // The contact was merged into this one.
  if (contact.data && contact.data.id !== contactId) {
    return <Navigate to="/contacts/$contactId" params={{ contactId: contact.data.id }} replace />;
  }
  return (
    <div className={classes.page}>
      <Link to="/contacts" search={leftAt().search} className={classes.back}>
        <IconArrowLeft size={16} aria-hidden="true" />
        {t("shell.contacts")}
      </Link>
      <Body contact={contact.data} failed={contact.data ? null : contact.error}>
        <ErrorState error={contact.error} onRetry={() => void contact.refetch()} retrying={contact.isFetching} />
      </Body>
    </div>
  );
}

function Body(props: { contact: Contact | undefined; failed: unknown; children: ReactNode }) {
  const { t } = useTranslation();
  const { contact, failed } = props;
  if (failed && codeOf(failed) === "not_found") {
    return <EmptyState icon={IconUserOff} title={t("contact.notFound")} text={t("contact.notFoundHint")} />;
  }
  if (failed) return props.children;
  if (!contact) {
    return (
      <Stack role="status" aria-label={t("state.loading")} mt="lg">
        <Skeleton circle height={60} mx="auto" />
        <Skeleton height={14} />
        <Skeleton height={14} width="70%" />
      </Stack>
    );
  }
  return (
    <div className={classes.columns}>
      <div className={classes.card}>
        <OfPage value={true}>
          <Card contact={contact} />
          <Identities contact={contact} />
          <Merged contact={contact} />
        </OfPage>
      </div>
      <Conversations contact={contact} />
    </div>
  );
}

// S1-22
function Conversations({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const may = useMay();
  const list = useInfiniteQuery({ ...contactHistoryQuery(contact.id), enabled: may("conversation.read") });
  const operators = useQuery({ ...operatorsQuery, enabled: may("operator.read") }).data;
  const conversations = itemsOf(list.data);
  const now = useNow(60_000);
  return (
    <section className={classes.conversations} aria-labelledby="conversations">
      <h2 id="conversations">{t("contact.conversations")}</h2>
      {list.isPending && <Skeleton height={44} />}
      {list.isError && conversations.length === 0 && <RetryButton list={list} />}
      {list.isSuccess && conversations.length === 0 && !list.hasNextPage && (
        <p className={contactClasses.quiet}>{t("contact.noConversations")}</p>
      )}
      <ul className={classes.rows}>
        {conversations.map((one) => (
          <li key={one.id}>
            <Row conversation={one} assignee={operators?.find(({ id }) => id === one.assigneeId)} now={now} />
          </li>
        ))}
      </ul>
      {list.hasNextPage && (
        <Button
          variant="subtle"
          fullWidth
          mt="xs"
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {t("action.more")}
        </Button>
      )}
    </section>
  );
}

function Row(props: { conversation: Conversation; assignee: Operator | undefined; now: number }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { conversation, assignee, now } = props;
  const { preview, status, lastActivityAt } = conversation;
  return (
    <Link
      to="/inbox/$conversationId"
      params={{ conversationId: conversation.id }}
      search={{ box: "all", status: "all" }}
      className={classes.row}
    >
      <ChannelBadge type={conversation.channel.type} size={20} />
      <bdi className={classes.preview}>{previewText(preview) || t(previewKey(preview))}</bdi>
      <time className={classes.time} dateTime={lastActivityAt}>
        {formats.listTime(lastActivityAt, now)}
      </time>
      <span className={classes.state}>
        <span className={classes.tag} data-status={status}>
          {t(statusKeys[status])}
        </span>
        {assignee ? (
          <>
            <PersonAvatar id={assignee.id} name={assignee.name} picture={assignee.picture} size={18} />
            <bdi className={classes.assignee}>{assignee.name}</bdi>
          </>
        ) : (
          conversation.assigneeId === null && <span>{t("contact.unassigned")}</span>
        )}
      </span>
    </Link>
  );
}

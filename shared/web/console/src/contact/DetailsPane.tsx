import "@mantine/core/styles/Badge.css";
import { ActionIcon, Badge, Button, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import type { Contact, Conversation } from "@recado/lib/protocol";
import { IconPencil, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/me.ts";
import { channelsQuery, contactConversationsQuery, contactQuery } from "../api/queries.ts";
import { ChannelBadge } from "../channels/ChannelBadge.tsx";
import { channelOf } from "../channels/index.ts";
import { contactName } from "../ui/contactName.ts";
import { phoneText, useFormats, useNow } from "../ui/format.ts";
import { Later } from "../ui/later.tsx";
import { PersonAvatar } from "../ui/PersonAvatar.tsx";
import { previewText } from "../ui/preview.ts";
import { ErrorState } from "../ui/states.tsx";
import { statusKeys } from "../ui/status.ts";
import classes from "./contact.module.css";

/** Rarely opened, and it needs the forms library: loaded on demand. */
const loadContactEditor = async () => (await import("./ContactEditor.tsx")).ContactEditor;

/** Few contacts have merges. */
const loadMerges = async () => (await import("./Merges.tsx")).Merges;

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
        {contact.data && <Card contact={contact.data} />}
        {contact.data && (
          <>
            <Identities contact={contact.data} />
            {contact.data.merges && (
              <Section title={t("contact.merges")}>
                <Later
                  load={loadMerges}
                  props={{ contact: contact.data, merges: contact.data.merges }}
                  fallback={<Skeleton height={36} />}
                />
              </Section>
            )}
            <OtherConversations contactId={contact.data.id} current={conversation.id} />
          </>
        )}
      </div>
    </aside>
  );
}

function Section(props: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <Group justify="space-between" mb={6} mih={28}>
        <h3 className={classes.sectionTitle}>{props.title}</h3>
        {props.aside}
      </Group>
      {props.children}
    </section>
  );
}

function Card({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const may = useMay();
  const formats = useFormats();
  const [editing, setEditing] = useState(false);
  return (
    <>
      <div className={classes.face}>
        <PersonAvatar id={contact.id} name={contact.name} size={60} />
        <div className={classes.faceName} dir="auto">
          {contactName(contact.name, t)}
        </div>
        {contact.blocked && <Badge color="red">{t("contact.blocked")}</Badge>}
        {contact.marketingOptOutAt && (
          <span className={classes.quiet}>
            {t("contact.noMarketing", { date: formats.full(contact.marketingOptOutAt) })}
          </span>
        )}
      </div>
      <Section
        title={t("contact.data")}
        aside={
          !editing &&
          may("contact.edit") && (
            <ActionIcon aria-label={t("contact.edit")} onClick={() => setEditing(true)}>
              <IconPencil size={16} />
            </ActionIcon>
          )
        }
      >
        {editing ? (
          <Later
            load={loadContactEditor}
            props={{ contact, onDone: () => setEditing(false) }}
            fallback={<Skeleton height={220} />}
          />
        ) : (
          <dl className={classes.facts}>
            <Fact label={t("field.firstName")} value={contact.firstName} />
            <Fact label={t("field.lastName")} value={contact.lastName} />
            <Fact label={t("field.email")} value={contact.email} />
            <Fact label={t("field.phone")} value={contact.phone && phoneText(contact.phone)} />
          </dl>
        )}
      </Section>
    </>
  );
}

function Fact(props: { label: string; value: string | null }) {
  return (
    <div>
      <dt>{props.label}</dt>
      <dd>{props.value ? <bdi>{props.value}</bdi> : <span className={classes.missing}>—</span>}</dd>
    </div>
  );
}

function Identities({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const may = useMay();
  const channels = useQuery({ ...channelsQuery, enabled: may("channel.read") }).data;
  if (contact.identities.length === 0) return null;
  return (
    <Section title={t("contact.identities")}>
      <ul className={classes.plain}>
        {contact.identities.map((identity) => {
          const { name, anonymousContacts } = channelOf(identity.type);
          const where = channels?.find(({ id }) => id === identity.channelId)?.name ?? name;
          const who = identity.phone ? phoneText(identity.phone) : identity.username;
          const known = who ?? (anonymousContacts ? undefined : identity.externalId);
          const username = identity.phone && identity.username;
          return (
            <li key={`${identity.channelId} ${identity.externalId}`} className={classes.identity}>
              <ChannelBadge type={identity.type} size={20} />
              <span className={classes.identityLines}>
                <bdi className={classes.identityName}>{known ?? where}</bdi>
                {username && <bdi className={classes.quiet}>{username}</bdi>}
                {known && <bdi className={classes.quiet}>{where}</bdi>}
              </span>
            </li>
          );
        })}
      </ul>
    </Section>
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
      {list.isError && (
        <Button size="compact-sm" variant="light" loading={list.isFetching} onClick={() => void list.refetch()}>
          {t("action.retry")}
        </Button>
      )}
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

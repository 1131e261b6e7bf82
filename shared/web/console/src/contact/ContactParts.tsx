import "@mantine/core/styles/Badge.css";
import { ActionIcon, Badge, Button, Group, Skeleton } from "@mantine/core";
import type { Contact } from "@recado/lib/protocol";
import { IconPencil } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/me.ts";
import { channelsQuery, storesQuery } from "../api/queries.ts";
import { ChannelBadge } from "../channels/ChannelBadge.tsx";
import { channelOf } from "../channels/index.ts";
import { contactName } from "../ui/contactName.ts";
import { phoneText, useFormats } from "../ui/format.ts";
import { Later } from "../ui/later.tsx";
import { PersonAvatar } from "../ui/PersonAvatar.tsx";
import classes from "./contact.module.css";

/** Rarely opened, and it needs the forms library: loaded on demand. */
const loadContactEditor = async () => (await import("./ContactEditor.tsx")).ContactEditor;

/** Few contacts have merges. */
const loadMerges = async () => (await import("./Merges.tsx")).Merges;

/** The names of a contact's stores, undefined for an operator who sees one store at most. */
export function useStoreNames(): (contact: Contact) => string[] | undefined {
  const may = useMay();
  const stores = useQuery({ ...storesQuery, enabled: may("store.read") }).data;
  if (!stores || stores.length < 2) return () => undefined;
  return ({ storeIds = [] }) => stores.filter(({ id }) => storeIds.includes(id)).map(({ name }) => name);
}

export function RetryButton({ list }: { list: { isFetching: boolean; refetch: () => unknown } }) {
  const { t } = useTranslation();
  return (
    <Button size="compact-sm" variant="light" loading={list.isFetching} onClick={() => void list.refetch()}>
      {t("action.retry")}
    </Button>
  );
}

/** Whether the parts are a page's, below its heading of level 1, or the details', below one of level 2. */
export const OfPage = createContext(false);

export function Section(props: { title: string; aside?: ReactNode; children: ReactNode }) {
  const Heading = useContext(OfPage) ? "h2" : "h3";
  return (
    <section className={classes.section}>
      <Group justify="space-between" mb={6} mih={28}>
        <Heading className={classes.sectionTitle}>{props.title}</Heading>
        {props.aside}
      </Group>
      {props.children}
    </section>
  );
}

/** The contact's names and data, with a form to edit them. */
export function Card({ contact, children }: { contact: Contact; children?: ReactNode }) {
  const { t } = useTranslation();
  const may = useMay();
  const formats = useFormats();
  const storeNames = useStoreNames()(contact);
  const [editing, setEditing] = useState(false);
  const Name = useContext(OfPage) ? "h1" : "div";
  return (
    <>
      <div className={classes.face}>
        <PersonAvatar id={contact.id} name={contact.name} size={60} />
        <Name className={classes.faceName} dir="auto">
          {contactName(contact.name, t)}
        </Name>
        {contact.blocked && <Badge color="red">{t("contact.blocked")}</Badge>}
        {contact.marketingOptOutAt && (
          <span className={classes.quiet}>
            {t("contact.noMarketing", { date: formats.full(contact.marketingOptOutAt) })}
          </span>
        )}
        {children}
      </div>
      <Section
        title={t("contact.data")}
        aside={
          !editing &&
          may("contact.edit") && (
            <ActionIcon mr={-6} aria-label={t("contact.edit")} onClick={() => setEditing(true)}>
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
            {storeNames && <Fact label={t("contact.stores")} value={storeNames.join(", ")} />}
            <Fact label={t("contact.firstSeen")} value={formats.full(contact.createdAt)} />
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

export function Identities({ contact }: { contact: Contact }) {
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

/** The contacts that became part of this one. */
export function Merged({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  if (!contact.merges) return null;
  return (
    <Section title={t("contact.merges")}>
      <Later load={loadMerges} props={{ contact, merges: contact.merges }} fallback={<Skeleton height={36} />} />
    </Section>
  );
}

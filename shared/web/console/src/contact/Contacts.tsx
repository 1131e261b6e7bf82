import { Button, Collapse, Loader, Skeleton, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import type { Contact } from "@recado/lib/protocol";
import { IconAddressBook, IconSearch, IconSearchOff } from "@tabler/icons-react";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { contactConversationsQuery, contactsQuery } from "../api/queries.ts";
import { ChannelBadge } from "../channels/ChannelBadge.tsx";
import { itemsOf } from "../live/pages.ts";
import { contactName } from "../ui/contactName.ts";
import { phoneText, useFormats, useNow } from "../ui/format.ts";
import { PersonAvatar } from "../ui/PersonAvatar.tsx";
import { previewText } from "../ui/preview.ts";
import { useShortcuts } from "../ui/shortcuts.ts";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { statusKeys } from "../ui/status.ts";
import classes from "./contact.module.css";

/** Search of contacts by name, phone or e-mail. Expanding a contact shows its conversations. */
export function Contacts() {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), 300);
  const input = useRef<HTMLInputElement>(null);
  const list = useInfiniteQuery(contactsQuery(q));
  const contacts = itemsOf(list.data);
  useShortcuts({ "/": () => input.current?.focus() });
  return (
    <div className={classes.page}>
      <Title order={1} fz={22} mb="md">
        {t("shell.contacts")}
      </Title>
      <TextInput
        ref={input}
        type="search"
        size="md"
        aria-label={t("inbox.searchLabel")}
        placeholder={t("inbox.search")}
        leftSection={<IconSearch size={18} />}
        rightSection={list.isFetching && !list.isPending ? <Loader size="xs" /> : null}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className={classes.pageScroll}>
        {list.isPending && (
          <Stack role="status" aria-label={t("state.loading")}>
            <Skeleton height={44} />
            <Skeleton height={44} />
            <Skeleton height={44} />
          </Stack>
        )}
        {list.isError && contacts.length === 0 && (
          <ErrorState error={list.error} onRetry={() => void list.refetch()} retrying={list.isFetching} />
        )}
        {list.isSuccess && contacts.length === 0 && !list.hasNextPage && (
          <EmptyState
            icon={q ? IconSearchOff : IconAddressBook}
            title={q ? t("inbox.noMatch") : t("contact.find")}
            text={q ? t("inbox.noMatchHint") : t("contact.findHint")}
          />
        )}
        {contacts.map((contact) => (
          <Person key={contact.id} contact={contact} />
        ))}
        {list.hasNextPage && (
          <Button
            fullWidth
            variant="subtle"
            my="md"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            {t("action.more")}
          </Button>
        )}
      </div>
    </div>
  );
}

function Person({ contact }: { contact: Contact }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <div>
      <button type="button" className={classes.person} aria-expanded={open} onClick={() => setOpen((shown) => !shown)}>
        <PersonAvatar id={contact.id} name={contact.name} size={38} />
        <bdi className={classes.personName}>{contactName(contact.name, t)}</bdi>
        <span className={classes.personFacts}>
          {contact.phone && <bdi>{phoneText(contact.phone)}</bdi>}
          {contact.email && <bdi>{contact.email}</bdi>}
        </span>
        <span className={classes.badges}>
          {[...new Set(contact.identities.map(({ type }) => type))].map((type) => (
            <ChannelBadge key={type} type={type} size={20} />
          ))}
        </span>
      </button>
      <Collapse expanded={open}>{open && <Conversations contactId={contact.id} />}</Collapse>
    </div>
  );
}

function Conversations({ contactId }: { contactId: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const now = useNow(60_000);
  const list = useQuery(contactConversationsQuery(contactId));
  return (
    <div className={classes.personBody}>
      {list.isPending && <Skeleton height={14} />}
      {list.isError && (
        <Button size="compact-sm" variant="light" loading={list.isFetching} onClick={() => void list.refetch()}>
          {t("action.retry")}
        </Button>
      )}
      {list.data?.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("contact.noConversations")}
        </Text>
      )}
      {list.data?.map((one) => (
        <Link
          key={one.id}
          to="/inbox/$conversationId"
          params={{ conversationId: one.id }}
          search={{ box: "all", status: "all" }}
          className={classes.other}
        >
          <ChannelBadge type={one.channel.type} size={20} />
          <span className={classes.identityLines}>
            <bdi className={classes.identityName}>{previewText(one.preview) || t(statusKeys[one.status])}</bdi>
            <span className={classes.quiet}>
              {t(statusKeys[one.status])} · {formats.listTime(one.lastActivityAt, now)}
            </span>
          </span>
        </Link>
      ))}
    </div>
  );
}

import { Button, CloseButton, Loader, Skeleton, TextInput } from "@mantine/core";
import { useDebouncedCallback, useMediaQuery } from "@mantine/hooks";
import { isComposing } from "@recado/lib/input";
import type { Contact } from "@recado/lib/protocol";
import { IconAddressBook, IconLock, IconSearch, IconSearchOff } from "@tabler/icons-react";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/me.ts";
import { contactsQuery } from "../api/queries.ts";
import { ChannelBadge } from "../channels/ChannelBadge.tsx";
import { itemsOf } from "../live/pages.ts";
import { contactName } from "../ui/contactName.ts";
import { phoneText, useFormats, useNow } from "../ui/format.ts";
import { PersonAvatar } from "../ui/PersonAvatar.tsx";
import { useShortcuts } from "../ui/shortcuts.ts";
import { EmptyState, ErrorState } from "../ui/states.tsx";
import { useStoreNames } from "./ContactParts.tsx";
import classes from "./list.module.css";
import { type ContactsSearch, leaveAt, topOf } from "./place.ts";

const skeletons = ["a", "b", "c", "d", "e", "f"];

/** All contacts that the operator sees, or those that a search finds. */
export function Contacts() {
  const { t } = useTranslation();
  const may = useMay();
  const search = useSearch({ from: "/shell/contacts" });
  const navigate = useNavigate();
  const allowed = may("contact.read");
  const list = useInfiniteQuery({
    ...contactsQuery(search.q ?? ""),
    placeholderData: keepPreviousData,
    enabled: allowed,
  });
  const contacts = itemsOf(list.data);
  useEffect(() => leaveAt(search, topOf(search)), [search]);
  if (!allowed) return <EmptyState icon={IconLock} title={t("error.forbidden")} />;
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h1>{t("shell.contacts")}</h1>
        <SearchBox busy={list.isFetching && !list.isFetchingNextPage} />
      </header>
      {list.isPending && (
        <div className={classes.scroll} role="status" aria-label={t("state.loading")}>
          {skeletons.map((key) => (
            <div key={key} className={classes.skeleton}>
              <Skeleton circle height={34} />
              <Skeleton height={12} width="40%" />
            </div>
          ))}
        </div>
      )}
      {list.isError && contacts.length === 0 && (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} retrying={list.isFetching} />
      )}
      {list.isSuccess && contacts.length === 0 && !list.hasNextPage && (
        <EmptyState
          icon={search.q ? IconSearchOff : IconAddressBook}
          title={search.q ? t("inbox.noMatch") : t("contact.empty")}
          text={search.q ? t("contact.noMatchHint") : t("contact.emptyHint")}
        >
          {search.q && (
            <Button
              size="xs"
              variant="light"
              mt="xs"
              onClick={() => void navigate({ to: "/contacts", search: {}, replace: true })}
            >
              {t("contact.searchClear")}
            </Button>
          )}
        </EmptyState>
      )}
      {(contacts.length > 0 || list.hasNextPage) && (
        <Rows
          key={search.q}
          search={search}
          contacts={contacts}
          more={list.hasNextPage}
          loadingMore={list.isFetchingNextPage}
          failedMore={list.isFetchNextPageError}
          loadMore={() => void list.fetchNextPage()}
        />
      )}
    </div>
  );
}

function SearchBox({ busy }: { busy: boolean }) {
  const { t } = useTranslation();
  const search = useSearch({ from: "/shell/contacts" });
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState<string>(search.q ?? "");
  const change = (typed: string) => {
    const q = typed.trim();
    void navigate({ to: "/contacts", search: q ? { q } : {}, replace: true });
  };
  const changeLater = useDebouncedCallback(change, 300);
  const clear = () => {
    setText("");
    change("");
    input.current?.focus();
  };
  useShortcuts({ "/": () => input.current?.focus() });
  useEffect(() => setText((typed) => (typed.trim() === (search.q ?? "") ? typed : (search.q ?? ""))), [search.q]);
  return (
    <TextInput
      ref={input}
      type="search"
      className={classes.search}
      aria-label={t("inbox.searchLabel")}
      placeholder={t("inbox.search")}
      leftSection={<IconSearch size={16} />}
      rightSection={
        text &&
        (busy ? (
          <Loader size="xs" aria-hidden="true" />
        ) : (
          <CloseButton size="sm" aria-label={t("contact.searchClear")} onClick={clear} />
        ))
      }
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        changeLater(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || isComposing(event.nativeEvent)) return;
        event.preventDefault();
        clear();
      }}
    />
  );
}

function Rows(props: {
  search: ContactsSearch;
  contacts: Contact[];
  more: boolean;
  loadingMore: boolean;
  failedMore: boolean;
  loadMore: () => void;
}) {
  const { t } = useTranslation();
  const { search, contacts, more, loadingMore, failedMore, loadMore } = props;
  const narrow = useMediaQuery("(max-width: 760px)", undefined, { getInitialValueInEffect: false });
  const height = narrow ? 64 : 52;
  const now = useNow(60_000);
  const storeNames = useStoreNames();
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: contacts.length + (more ? 1 : 0),
    getScrollElement: () => scroll.current,
    estimateSize: () => height,
    getItemKey: (index) => contacts[index]?.id ?? "more",
    initialOffset: () => topOf(search),
    overscan: 8,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows have another height
  useEffect(() => virtual.measure(), [height]);
  const rows = virtual.getVirtualItems();
  const lastShown = rows.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !loadingMore && !failedMore && lastShown >= contacts.length - 10) loadMore();
  }, [more, loadingMore, failedMore, lastShown, contacts.length, loadMore]);
  const stores = contacts[0] && storeNames(contacts[0]) !== undefined;
  return (
    <div
      ref={scroll}
      className={classes.scroll}
      data-stores={stores || undefined}
      onScroll={(event) => leaveAt(search, event.currentTarget.scrollTop)}
    >
      <div className={classes.columns} aria-hidden="true">
        <span>{t("field.name")}</span>
        <span>{t("contact.identities")}</span>
        <span>{t("field.phone")}</span>
        <span>{t("field.email")}</span>
        {stores && <span>{t("contact.stores")}</span>}
        <span>{t("contact.firstSeen")}</span>
      </div>
      <ul className={classes.rows} aria-label={t("shell.contacts")} style={{ blockSize: virtual.getTotalSize() }}>
        {rows.map((row) => {
          const contact = contacts[row.index];
          return (
            <li
              key={row.key}
              aria-setsize={more ? -1 : contacts.length}
              aria-posinset={row.index + 1}
              className={classes.slot}
              style={{ blockSize: row.size, transform: `translateY(${row.start}px)` }}
            >
              {contact ? (
                <Row contact={contact} stores={storeNames(contact)} now={now} />
              ) : (
                <div className={classes.more}>
                  {failedMore ? (
                    <Button size="xs" variant="light" onClick={loadMore}>
                      {t("action.retry")}
                    </Button>
                  ) : (
                    <Loader size="xs" aria-label={t("state.loading")} />
                  )}
                </div>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

function Row(props: { contact: Contact; stores: string[] | undefined; now: number }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { contact, stores, now } = props;
  return (
    <Link to="/contacts/$contactId" params={{ contactId: contact.id }} className={classes.row} preload={false}>
      <PersonAvatar id={contact.id} name={contact.name} size={34} />
      <bdi className={classes.name}>{contactName(contact.name, t)}</bdi>
      <span className={classes.badges}>
        {[...new Set(contact.identities.map(({ type }) => type))].map((type) => (
          <ChannelBadge key={type} type={type} size={18} />
        ))}
      </span>
      <span className={classes.facts}>
        {contact.phone && <bdi>{phoneText(contact.phone)}</bdi>}
        {contact.email && <bdi data-email="">{contact.email}</bdi>}
      </span>
      {stores && <bdi className={classes.stores}>{stores.join(", ")}</bdi>}
      <time className={classes.time} dateTime={contact.createdAt}>
        {formats.listTime(contact.createdAt, now)}
      </time>
    </Link>
  );
}

/** The contacts and conversations that match, as rows of the palette. */
import type { Contact, Conversation } from "@recado/lib/protocol";
import { IconAddressBook, IconMessages } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/me.ts";
import { foundQuery } from "../../api/queries.ts";
import { contactName } from "../../ui/contactName.ts";
import { phoneText, useFormats, useNow } from "../../ui/format.ts";
import { PersonAvatar } from "../../ui/PersonAvatar.tsx";
import { previewKey, previewText } from "../../ui/preview.ts";
import { statusKeys } from "../../ui/status.ts";
import type { Entry, Group } from "./entry.ts";
import { Marked } from "./Marked.tsx";
import classes from "./palette.module.css";

export function useFound(q: string) {
  const { t } = useTranslation();
  const may = useMay();
  const router = useRouter();
  const parts = { contacts: may("contact.read"), conversations: may("conversation.read") };
  const { data, isPending, isError, isFetching, refetch } = useQuery({ ...foundQuery(q, parts), enabled: q !== "" });

  const groups: Group[] = [];
  if (data) {
    const contacts = data.contacts.items.map(
      (contact): Entry => ({
        id: contact.id,
        label: contactName(contact.name, t),
        icon: IconAddressBook,
        leads: true,
        run: () => void router.navigate({ to: "/contacts/$contactId", params: { contactId: contact.id } }),
        body: <ContactLine contact={contact} q={q} />,
      }),
    );
    if (data.contacts.nextCursor) {
      contacts.push({
        id: "all contacts",
        label: t("palette.allContacts", { q }),
        icon: IconAddressBook,
        leads: true,
        run: () => void router.navigate({ to: "/contacts", search: { q } }),
      });
    }
    const conversations = data.conversations.items.map(
      (conversation): Entry => ({
        id: conversation.id,
        label: contactName(conversation.contact.name, t),
        icon: IconMessages,
        leads: true,
        run: () =>
          void router.navigate({
            to: "/inbox/$conversationId",
            params: { conversationId: conversation.id },
            search: { box: "all", status: "all" },
          }),
        body: <ConversationLine conversation={conversation} q={q} />,
      }),
    );
    if (data.conversations.nextCursor) {
      conversations.push({
        id: "all conversations",
        label: t("palette.allConversations", { q }),
        icon: IconMessages,
        leads: true,
        run: () => void router.navigate({ to: "/inbox", search: { q } }),
      });
    }
    groups.push({ label: t("shell.contacts"), entries: contacts });
    groups.push({ label: t("palette.conversations"), entries: conversations });
  }
  return { groups, isPending, isError, isFetching, retry: () => void refetch() };
}

function Lines(props: { id: string; name: string; shown: string; q: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <span className={classes.line}>
      <PersonAvatar id={props.id} name={props.name} size={28} />
      <span className={classes.lines}>
        <span className={classes.label}>
          <Marked text={props.shown} q={props.q} />
        </span>
        <span className={classes.quiet}>{props.children}</span>
      </span>
      {props.aside}
    </span>
  );
}

function ContactLine({ contact, q }: { contact: Contact; q: string }) {
  const { t } = useTranslation();
  const { id, name, phone, email } = contact;
  return (
    <Lines id={id} name={name} shown={contactName(name, t)} q={q}>
      {phone && <Marked text={phoneText(phone)} q={q} />}
      {phone && email && " · "}
      {email && <Marked text={email} q={q} />}
    </Lines>
  );
}

function ConversationLine({ conversation, q }: { conversation: Conversation; q: string }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const now = useNow(60_000);
  const { contact, preview, status, lastActivityAt } = conversation;
  const aside = (
    <span className={classes.aside}>
      <span>{t(statusKeys[status])}</span>
      <time dateTime={lastActivityAt}>{formats.rowTime(lastActivityAt, now)}</time>
    </span>
  );
  return (
    <Lines id={contact.id} name={contact.name} shown={contactName(contact.name, t)} q={q} aside={aside}>
      <bdi>{previewText(preview) || t(previewKey(preview))}</bdi>
    </Lines>
  );
}

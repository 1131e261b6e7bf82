import { ActionIcon, Button, Loader, Skeleton, Text, Textarea, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import type { Contact } from "@recado/lib/protocol";
import { IconPlus, IconSearch, IconTrash } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../../api/me.ts";
import { contactsQuery } from "../../api/queries.ts";
import type { CardDraft } from "../../live/outgoing.ts";
import { itemsOf } from "../../live/pages.ts";
import { contactName } from "../../ui/contactName.ts";
import { phoneText } from "../../ui/format.ts";
import { PersonAvatar } from "../../ui/PersonAvatar.tsx";
import { ErrorState } from "../../ui/states.tsx";
import { Card } from "../Shared.tsx";
import { cardDraftOf, cardFaults, cardOf, emptyCard, isUntouched } from "./cards.ts";
import classes from "./compose.module.css";
import { type FormProps, useFormDraft } from "./form.ts";
import { Bubble } from "./Preview.tsx";
import { Dialog, SendForm } from "./SendDialog.tsx";

const SHOWN = 8;

export function ContactsForm({ conversation, able, onClose, onSend }: FormProps) {
  const { t } = useTranslation();
  const may = useMay();
  const [drafts, change, forget] = useFormDraft(conversation.id, "contacts", () => [emptyCard()]);
  const [tried, setTried] = useState(false);
  const most = able.maxCards ?? 1;
  const written = drafts.filter((draft) => !isUntouched(draft));

  const add = (draft: CardDraft) => {
    // An untouched card is replaced.
    const kept = drafts.filter((known) => !isUntouched(known));
    if (kept.length < most) change([...kept, draft]);
  };
  const set = (key: string, changes: Partial<CardDraft>) =>
    change(drafts.map((draft) => (draft.key === key ? { ...draft, ...changes } : draft)));
  const remove = (key: string) => {
    const left = drafts.filter((draft) => draft.key !== key);
    change(left.length > 0 ? left : [emptyCard()]);
  };
  const send = () => {
    setTried(true);
    const kept = written.length > 0 ? written : drafts;
    if (kept.some((draft) => cardFaults(draft).size > 0)) return false;
    forget();
    onSend({ type: "contacts", text: "", cards: kept.map(cardOf), draft: { kind: "contacts", value: kept } });
    return true;
  };

  return (
    <Dialog wide title={t("cards.title")} onClose={onClose}>
      <SendForm
        onSend={send}
        onClose={onClose}
        onDiscard={() => {
          forget();
          onClose();
        }}
        preview={
          <Bubble>
            {written.length > 0 ? (
              written.map((draft) => <Card key={draft.key} card={cardOf(draft)} />)
            ) : (
              <p className={classes.empty}>{t("cards.previewEmpty")}</p>
            )}
          </Bubble>
        }
      >
        {may("contact.read") && (
          <Finder full={written.length >= most} onPick={(contact) => add(cardDraftOf(contact))} />
        )}
        {drafts.map((draft, index) => (
          <CardFields
            key={draft.key}
            draft={draft}
            number={index + 1}
            tried={tried && (written.length === 0 || !isUntouched(draft))}
            removable={drafts.length > 1 || !isUntouched(draft)}
            onChange={(changes) => set(draft.key, changes)}
            onRemove={() => remove(draft.key)}
          />
        ))}
        {drafts.length < most ? (
          <Button
            variant="light"
            leftSection={<IconPlus size={16} />}
            className={classes.add}
            onClick={() => change([...drafts, emptyCard()])}
          >
            {t("cards.add")}
          </Button>
        ) : (
          <Text size="sm" c="dimmed">
            {t("cards.most", { count: most })}
          </Text>
        )}
      </SendForm>
    </Dialog>
  );
}

function Finder({ full, onPick }: { full: boolean; onPick: (contact: Contact) => void }) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const [q] = useDebouncedValue(text.trim(), 300);
  const list = useInfiniteQuery({ ...contactsQuery(q), enabled: q !== "" });
  const found = itemsOf(list.data).slice(0, SHOWN);
  return (
    <div>
      <TextInput
        type="search"
        label={t("cards.search")}
        placeholder={t("inbox.search")}
        data-autofocus
        leftSection={<IconSearch size={16} />}
        rightSection={list.isFetching ? <Loader size="xs" aria-label={t("state.loading")} /> : null}
        disabled={full}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        // Enter must not submit the form.
        onKeyDown={(event) => event.key === "Enter" && event.preventDefault()}
      />
      {q !== "" && !full && (
        <div className={classes.results}>
          {list.isPending && <Skeleton height={38} role="status" aria-label={t("state.loading")} />}
          {list.isError && (
            <ErrorState error={list.error} onRetry={() => void list.refetch()} retrying={list.isFetching} />
          )}
          {list.isSuccess && found.length === 0 && (
            <Text size="sm" c="dimmed" p="xs" role="status">
              {t("inbox.noMatch")}
            </Text>
          )}
          {found.map((contact) => (
            <button
              key={contact.id}
              type="button"
              className={classes.result}
              onClick={() => {
                onPick(contact);
                setText("");
              }}
            >
              <PersonAvatar id={contact.id} name={contact.name} size={30} />
              <span className={classes.resultLines}>
                <bdi>{contactName(contact.name, t)}</bdi>
                <bdi className={classes.quiet}>
                  {contact.phone ? phoneText(contact.phone) : (contact.email ?? t("cards.noWay"))}
                </bdi>
              </span>
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function CardFields(props: {
  draft: CardDraft;
  number: number;
  tried: boolean;
  removable: boolean;
  onChange: (changes: Partial<CardDraft>) => void;
  onRemove: () => void;
}) {
  const { t } = useTranslation();
  const { draft, number, onChange } = props;
  const faults = props.tried ? cardFaults(draft) : new Set();
  const phoneFault = faults.has("phones") ? t("cards.phoneInvalid") : undefined;
  return (
    <fieldset className={classes.group}>
      <legend>{t("cards.card", { number })}</legend>
      {props.removable && (
        <ActionIcon
          className={classes.groupRemove}
          aria-label={t("cards.remove", { name: draft.name.trim() || number })}
          onClick={props.onRemove}
        >
          <IconTrash size={16} />
        </ActionIcon>
      )}
      <TextInput
        label={t("field.name")}
        dir="auto"
        required
        autoComplete="off"
        value={draft.name}
        error={faults.has("name") ? t("field.required") : undefined}
        onChange={(event) => onChange({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t("cards.company")}
        dir="auto"
        autoComplete="off"
        value={draft.company}
        onChange={(event) => onChange({ company: event.currentTarget.value })}
      />
      <Textarea
        label={t("cards.phones")}
        description={t("cards.onePerLine")}
        autosize
        minRows={1}
        inputMode="tel"
        value={draft.phones}
        error={faults.has("unreachable") ? t("cards.unreachable") : phoneFault}
        onChange={(event) => onChange({ phones: event.currentTarget.value })}
      />
      <Textarea
        label={t("cards.emails")}
        description={t("cards.onePerLine")}
        autosize
        minRows={1}
        inputMode="email"
        value={draft.emails}
        error={faults.has("emails") ? t("field.emailInvalid") : undefined}
        onChange={(event) => onChange({ emails: event.currentTarget.value })}
      />
    </fieldset>
  );
}

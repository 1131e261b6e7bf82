import { ActionIcon, CloseButton, Loader, Textarea } from "@mantine/core";
import { accepted, checkFile } from "@recado/lib/files";
import { carriesFiles, isComposing, pastedFiles } from "@recado/lib/input";
import type { Capabilities, Conversation, FileKind } from "@recado/lib/protocol";
import { withVisibleMarks } from "@recado/lib/text";
import { IconClock, IconLock, IconPaperclip, IconPlus, IconSend2, IconTemplate } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import {
  type ClipboardEvent,
  type DragEvent,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { useMay, useMe } from "../api/me.ts";
import { capabilitiesQuery } from "../api/queries.ts";
import { channelOf } from "../channels/index.ts";
import { onDraftsChanged, readDraft, readFiles, writeDraft, writeFiles } from "../live/drafts.ts";
import { useLive } from "../live/LiveProvider.tsx";
import type { FormKind, Picked } from "../live/outgoing.ts";
import { useFormats } from "../ui/format.ts";
import { Later } from "../ui/later.tsx";
import { useOverlay } from "../ui/overlay.tsx";
import { useShortcuts } from "../ui/shortcuts.ts";
import { useAnswer, useAnswering } from "./answering.tsx";
import { carriesText, refusalKey } from "./attachments.ts";
import { ComposerFiles } from "./ComposerFiles.tsx";
import type { Made } from "./compose/form.ts";
import { type MoreKind, offered } from "./compose/kinds.ts";
import classes from "./composer.module.css";
import { EmojiPicker } from "./EmojiPicker.tsx";
import { forms, loadMoreMenu } from "./forms.ts";
import { Quote } from "./Quote.tsx";
import { TemplateButton } from "./TemplateButton.tsx";
import { useTypingSignal } from "./typing.ts";
import { useReplyWindow } from "./useReplyWindow.ts";

export function Composer({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const may = useMay();
  const capabilities = useQuery(capabilitiesQuery);
  const able = capabilities.data?.find(({ channelType }) => channelType === conversation.channel.type);
  const window = useReplyWindow(conversation, able);

  if (!may("conversation.reply")) {
    return <Closed icon={IconLock} text={t("composer.notAllowed")} />;
  }
  if (capabilities.isPending) return <div className={classes.composer} aria-busy="true" />;
  if (!able) {
    const text = capabilities.isError ? t("error.unavailable") : t("composer.noSuchChannel");
    return <Closed icon={IconLock} text={text} />;
  }
  if (!window.open) {
    const why = t(conversation.windowUntil === null ? "composer.windowNever" : "composer.windowClosed");
    const next = t(able.templates ? "composer.windowTemplates" : "composer.windowWait");
    return (
      <Closed icon={IconClock} text={`${why} ${next}`}>
        {able.templates && (
          <TemplateButton conversationId={conversation.id} size="sm" className={classes.onlyTemplates} />
        )}
      </Closed>
    );
  }
  return (
    <div className={classes.composer}>
      {window.closesIn !== null && (
        <div className={classes.countdown} role="status">
          <IconClock size={14} />
          {t("composer.windowCloses", {
            time: formats.length(window.closesIn),
            count: formats.lengthCount(window.closesIn),
          })}
        </div>
      )}
      <Field conversation={conversation} able={able} />
    </div>
  );
}

function Closed({ icon: Icon, text, children }: { icon: typeof IconLock; text: string; children?: ReactNode }) {
  return (
    <div className={classes.closed} role="note">
      <Icon size={18} />
      <span className={classes.closedText}>{text}</span>
      {children}
    </div>
  );
}

function Field({ conversation, able }: { conversation: Conversation; able: Capabilities }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const me = useMe();
  const { outbox } = useLive();
  const typing = useTypingSignal(conversation.id);
  const field = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const stickers = useRef<HTMLInputElement>(null);
  const [form, setForm] = useState<FormKind | null>(null);
  const [text, setText] = useState(() => readDraft(me.operator.id, conversation.id));
  const [files, setFiles] = useState(() => readFiles(me.operator.id, conversation.id));
  const [refusals, setRefusals] = useState<string[]>([]);
  const [dragging, setDragging] = useState(false);
  const answering = useAnswering();
  const answer = useAnswer();
  useShortcuts({ r: () => field.current?.focus() });
  useEffect(() => {
    if (answering) field.current?.focus();
  }, [answering]);

  useEffect(
    () =>
      onDraftsChanged(() => {
        setText(readDraft(me.operator.id, conversation.id));
        setFiles(readFiles(me.operator.id, conversation.id));
      }),
    [me.operator.id, conversation.id],
  );

  const change = (next: string) => {
    setText(next);
    writeDraft(me.operator.id, conversation.id, next);
    typing(next !== "");
  };
  const keep = (next: readonly Picked[]) => {
    setFiles(next);
    writeFiles(me.operator.id, conversation.id, next);
  };

  const pick = (chosen: Iterable<File>, kind?: FileKind) => {
    const channel = channelOf(conversation.channel.type).name;
    const taken: Picked[] = [];
    const refused: string[] = [];
    for (const file of chosen) {
      const verdict = checkFile(file, able, kind);
      if ("kind" in verdict) taken.push({ id: crypto.randomUUID(), file, kind: verdict.kind });
      else {
        const name = withVisibleMarks(file.name);
        refused.push(t(refusalKey(verdict, kind), { name, limit: formats.size(verdict.limit), channel }));
      }
    }
    keep([...files, ...taken]);
    setRefusals(refused);
    field.current?.focus();
  };

  const limit = files.some(({ kind }) => carriesText(kind, able)) ? able.maxCaption : able.maxText;
  const length = [...text.trim()].length;
  const sendable = (length > 0 || files.length > 0) && length <= limit;

  const submit = () => {
    if (!sendable) return;
    const words = text.trim();
    const conversationId = conversation.id;
    // The first message has the quote.
    let replyTo = answering?.id ?? null;
    const add = (entry: { type: "text" | FileKind; text: string; file?: File }) => {
      outbox.add({ conversationId, replyTo, ...entry });
      replyTo = null;
    };
    // If no file can have a caption, the text follows as a message of its own.
    const carrier = files.findIndex(({ kind }) => carriesText(kind, able));
    files.forEach(({ file, kind }, index) => {
      add({ type: kind, text: index === carrier ? words : "", file });
    });
    if (words && carrier === -1) add({ type: "text", text: words });
    answer(null);
    keep([]);
    setRefusals([]);
    change("");
    field.current?.focus();
  };

  const kinds = offered(able);
  const more = useOverlay("menu", loadMoreMenu);
  const choose = (kind: MoreKind) => {
    if (kind === "sticker") stickers.current?.click();
    else setForm(kind);
  };
  const closeForm = () => setForm(null);
  const sendForm = (made: Made) => {
    outbox.add({ ...made, conversationId: conversation.id, replyTo: answering?.id ?? null });
    answer(null);
    closeForm();
  };

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (isComposing(event.nativeEvent)) return;
    if (event.key === "Escape") {
      event.preventDefault();
      if (answering) answer(null);
      else event.currentTarget.blur();
    }
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    submit();
  };
  const onPaste = (event: ClipboardEvent) => {
    const pasted = pastedFiles(event.clipboardData);
    if (pasted.length === 0) return;
    event.preventDefault();
    pick(pasted);
  };
  // A text or a link that is dropped goes into the field.
  const onDragOver = (event: DragEvent) => {
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    setDragging(true);
  };
  const onDrop = (event: DragEvent) => {
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    setDragging(false);
    pick(event.dataTransfer.files);
  };
  const insert = (emoji: string) => {
    const { selectionStart = text.length, selectionEnd = text.length } = field.current ?? {};
    change(text.slice(0, selectionStart) + emoji + text.slice(selectionEnd));
    const caret = selectionStart + emoji.length;
    requestAnimationFrame(() => {
      field.current?.focus();
      field.current?.setSelectionRange(caret, caret);
    });
  };

  return (
    <>
      <form
        className={classes.field}
        data-dragging={dragging || undefined}
        aria-label={t("composer.label")}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
        onDragOver={onDragOver}
        onDragLeave={() => setDragging(false)}
        onDrop={onDrop}
      >
        {dragging && <div className={classes.drop}>{t("composer.drop")}</div>}
        {refusals.length > 0 && (
          <div className={classes.refusals} role="alert">
            <ul>
              {refusals.map((refusal) => (
                <li key={refusal} dir="auto">
                  {refusal}
                </li>
              ))}
            </ul>
            <CloseButton size={24} iconSize={14} aria-label={t("action.close")} onClick={() => setRefusals([])} />
          </div>
        )}
        {answering && (
          <div className={classes.answering}>
            <Quote message={answering} />
            <CloseButton size={24} iconSize={14} aria-label={t("composer.noQuote")} onClick={() => answer(null)} />
          </div>
        )}
        <ComposerFiles files={files} onRemove={(id) => keep(files.filter((one) => one.id !== id))} />
        <Textarea
          ref={field}
          variant="unstyled"
          autosize
          minRows={1}
          maxRows={8}
          dir="auto"
          aria-label={t("composer.label")}
          aria-describedby="composer-hint"
          placeholder={t("composer.placeholder")}
          value={text}
          error={length > limit ? t("composer.tooLong", { limit: formats.number(limit) }) : undefined}
          classNames={{ input: classes.input, error: classes.inputError }}
          onChange={(event) => change(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          onPaste={onPaste}
          onBlur={() => typing(false)}
        />
        <div className={classes.bar}>
          {kinds.length > 0 && (
            <>
              <ActionIcon {...more.button} size="lg" aria-label={t("composer.more")} data-hint={t("composer.more")}>
                <IconPlus size={20} />
              </ActionIcon>
              {more.overlay({ kinds, onPick: choose })}
            </>
          )}
          <ActionIcon
            size="lg"
            aria-label={t("composer.attach")}
            data-hint={t("composer.attach")}
            onClick={() => chooser.current?.click()}
          >
            <IconPaperclip size={19} />
          </ActionIcon>
          <input
            ref={chooser}
            type="file"
            accept={accepted(able)}
            multiple
            hidden
            onChange={(event) => {
              pick([...(event.currentTarget.files ?? [])]);
              event.currentTarget.value = "";
            }}
          />
          <input
            ref={stickers}
            type="file"
            accept={accepted(able, "sticker")}
            hidden
            onChange={(event) => {
              pick([...(event.currentTarget.files ?? [])], "sticker");
              event.currentTarget.value = "";
            }}
          />
          <EmojiPicker onPick={insert} />
          {able.templates && (
            <ActionIcon
              size="lg"
              aria-label={t("template.choose")}
              data-hint={t("template.choose")}
              aria-haspopup="dialog"
              onClick={() => setForm("template")}
            >
              <IconTemplate size={19} />
            </ActionIcon>
          )}
          <span id="composer-hint" className={classes.hint}>
            {t("composer.hint")}
          </span>
          <ActionIcon
            type="submit"
            size="lg"
            variant="filled"
            color="petrol"
            disabled={!sendable}
            aria-label={t("composer.send")}
          >
            <IconSend2 size={18} />
          </ActionIcon>
        </div>
      </form>
      {form && (
        <Later
          key={form}
          load={forms[form]}
          props={{ conversation, able, onClose: closeForm, onSend: sendForm }}
          fallback={<Loader size="sm" className={classes.opening} role="status" aria-label={t("state.loading")} />}
        />
      )}
    </>
  );
}

import { signal, useSignal } from "@preact/signals";
import { accepted, checkFile } from "@recado/lib/files";
import { isComposing, pastedFiles } from "@recado/lib/input";
import type { FileKind } from "@recado/lib/protocol/visitor";
import { withVisibleMarks } from "@recado/lib/text";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useChat } from "./context.ts";
import { formats } from "./format.ts";
import { t, tCount } from "./i18n/index.ts";
import { Icon, IconButton } from "./icons.tsx";
import type { Draft } from "./outbox.ts";
import { randomId } from "./retry.ts";
import { Quote } from "./Shared.tsx";

interface Picked {
  id: string;
  content: File;
  kind: FileKind;
}

/** Files selected but not yet sent. Module state, because files can be dropped anywhere in the chat. */
const picked = signal<readonly Picked[]>([]);
const fileErrors = signal<readonly string[]>([]);
/** The counter appears when fewer characters than this remain. */
const COUNTER_THRESHOLD = 200;
const MAX_HEIGHT = 132;

/** Adds the files that the site accepts and shows an error for each of the others. */
export function useFilePicker(): (files: Iterable<File>) => void {
  const { session } = useChat();
  return (files) => {
    const limits = session.current.peek()?.limits;
    if (!limits) return;
    const refused: string[] = [];
    for (const content of files) {
      const name = withVisibleMarks(content.name);
      const verdict = checkFile(content, limits);
      if ("kind" in verdict) picked.value = [...picked.peek(), { id: randomId(), content, kind: verdict.kind }];
      else if (verdict.refused === "tooLarge") {
        refused.push(t("composer.tooLarge", { name, limit: formats.size(verdict.limit) }));
      } else refused.push(t(verdict.refused === "empty" ? "composer.empty" : "composer.wrongType", { name }));
    }
    fileErrors.value = refused;
  };
}

export function Composer() {
  const chat = useChat();
  const pick = useFilePicker();
  const field = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const text = useSignal(chat.draft);
  const answering = chat.replyingTo.value;
  const limits = chat.session.current.value?.limits;
  const maxLength = limits?.maxText ?? 4096;
  const remaining = maxLength - [...text.value.trim()].length;
  const sendable = (text.value.trim() !== "" || picked.value.length > 0) && remaining >= 0;

  const openCount = chat.openCount.value;
  useEffect(() => {
    // No autofocus on touch devices: the on-screen keyboard would cover the messages.
    if (openCount > 0 && !matchMedia("(pointer: coarse)").matches) field.current?.focus();
  }, [openCount]);
  useEffect(() => {
    if (answering) field.current?.focus();
  }, [answering]);
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, MAX_HEIGHT)}px`;
  });

  const change = (next: string) => {
    text.value = next;
    chat.draft = next;
    chat.live.sendTyping(next !== "");
  };

  const submit = () => {
    if (!sendable) return;
    const body = text.value.trim();
    // Only the first message carries the quote. The text is the caption of the first file that can have one.
    let replyTo = answering?.id ?? null;
    const captionIndex = picked.value.findIndex(({ kind }) => kind !== "audio" && kind !== "sticker");
    const drafts: Draft[] = picked.value.map(({ content, kind }, index) => {
      const draft = { type: kind, content, text: index === captionIndex ? body : "", replyTo };
      replyTo = null;
      return draft;
    });
    if (body && captionIndex === -1) drafts.push({ type: "text", text: body, replyTo });
    picked.value = [];
    fileErrors.value = [];
    chat.replyingTo.value = null;
    change("");
    chat.send(...drafts);
    field.current?.focus();
  };

  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {fileErrors.value.length > 0 && (
        <div class="strip" role="alert">
          <div class="lines">
            {fileErrors.value.map((message) => (
              <span key={message} dir="auto">
                {message}
              </span>
            ))}
          </div>
          <IconButton name="close" label={t("action.dismiss")} onClick={() => (fileErrors.value = [])} />
        </div>
      )}
      {answering && (
        <div class="strip">
          <Quote message={answering} />
          <IconButton name="close" label={t("composer.noQuote")} onClick={() => (chat.replyingTo.value = null)} />
        </div>
      )}
      {picked.value.map(({ id, content }) => (
        <div key={id} class="strip">
          <Icon name="file" />
          <span class="lines">
            <bdi class="strong">{withVisibleMarks(content.name)}</bdi>
            <span class="small">{formats.size(content.size)}</span>
          </span>
          <IconButton
            name="close"
            label={t("action.remove", { name: content.name })}
            onClick={() => (picked.value = picked.value.filter((one) => one.id !== id))}
          />
        </div>
      ))}
      <div class="bar">
        {limits && limits.attachments.length > 0 && (
          <>
            <IconButton name="attach" label={t("action.attach")} onClick={() => chooser.current?.click()} />
            <input
              ref={chooser}
              type="file"
              multiple
              hidden
              accept={accepted(limits)}
              onChange={({ currentTarget }) => {
                pick([...(currentTarget.files ?? [])]);
                currentTarget.value = "";
                field.current?.focus();
              }}
            />
          </>
        )}
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          enterkeyhint="send"
          aria-label={t("composer.label")}
          aria-invalid={remaining < 0}
          aria-describedby="remaining"
          placeholder={t("composer.placeholder")}
          value={text.value}
          onInput={({ currentTarget }) => change(currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
            event.preventDefault();
            submit();
          }}
          onPaste={(event) => {
            const files = event.clipboardData ? pastedFiles(event.clipboardData) : [];
            if (files.length === 0) return;
            event.preventDefault();
            pick(files);
          }}
          onBlur={() => chat.live.sendTyping(false)}
        />
        <button type="submit" class="send" disabled={!sendable} title={t("action.send")} aria-label={t("action.send")}>
          <Icon name="send" />
        </button>
      </div>
      <p id="remaining" class="small count" role="status" data-over={remaining < 0 || undefined}>
        {remaining < 0
          ? tCount("composer.tooLong", -remaining, formats.number(-remaining))
          : remaining < COUNTER_THRESHOLD && tCount("composer.left", remaining, formats.number(remaining))}
      </p>
    </form>
  );
}

import { signal, useSignal } from "@preact/signals";
import { accepted, checkFile } from "@recado/lib/files";
import type { FileKind } from "@recado/lib/protocol/visitor";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useChat } from "./context.ts";
import { formats } from "./format.ts";
import { t } from "./i18n/index.ts";
import { Icon } from "./icons.tsx";
import type { Draft } from "./outbox.ts";
import { Quote } from "./Shared.tsx";
import { uuid } from "./waiting.ts";

interface Picked {
  id: string;
  content: File;
  kind: FileKind;
}

/** What is chosen and not sent: files may be dropped anywhere in the chat. */
const picked = signal<readonly Picked[]>([]);
const refusals = signal<readonly string[]>([]);
/** What is left is told when it is about to run out. */
const FEW = 200;
const TALLEST = 132;

/** Takes the files that the site takes, and says why it does not take the others. */
export function usePick(): (files: Iterable<File>) => void {
  const { session } = useChat();
  return (files) => {
    const limits = session.current.peek()?.limits;
    if (!limits) return;
    const refused: string[] = [];
    for (const content of files) {
      const { name } = content;
      const verdict = checkFile(content, limits);
      if ("kind" in verdict) picked.value = [...picked.peek(), { id: uuid(), content, kind: verdict.kind }];
      else if (verdict.refused === "tooLarge") {
        refused.push(t("composer.tooLarge", { name, limit: formats.size(verdict.limit) }));
      } else refused.push(t(verdict.refused === "empty" ? "composer.empty" : "composer.wrongType", { name }));
    }
    refusals.value = refused;
  };
}

export function Composer() {
  const chat = useChat();
  const pick = usePick();
  const field = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const text = useSignal(chat.draft);
  const answering = chat.replyingTo.value;
  const limits = chat.session.current.value?.limits;
  const most = limits?.maxText ?? 4096;
  const left = most - [...text.value.trim()].length;
  const sendable = (text.value.trim() !== "" || picked.value.length > 0) && left >= 0;

  const entered = chat.entered.value;
  useEffect(() => {
    // On a phone the field would bring up the keyboard, which hides what there is to read.
    if (entered > 0 && !matchMedia("(pointer: coarse)").matches) field.current?.focus();
  }, [entered]);
  useEffect(() => {
    if (answering) field.current?.focus();
  }, [answering]);
  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, TALLEST)}px`;
  });

  const change = (next: string) => {
    text.value = next;
    chat.draft = next;
    chat.live.sayTyping(next !== "");
  };

  const submit = () => {
    if (!sendable) return;
    const words = text.value.trim();
    // The first of what leaves quotes; words go with the first file that can show them.
    let replyTo = answering?.id ?? null;
    const carrier = picked.value.findIndex(({ kind }) => kind !== "audio" && kind !== "sticker");
    const drafts: Draft[] = picked.value.map(({ content, kind }, index) => {
      const draft = { type: kind, content, text: index === carrier ? words : "", replyTo };
      replyTo = null;
      return draft;
    });
    if (words && carrier === -1) drafts.push({ type: "text", text: words, replyTo });
    picked.value = [];
    refusals.value = [];
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
      {refusals.value.length > 0 && (
        <div class="strip" role="alert">
          <div class="lines">
            {refusals.value.map((refusal) => (
              <span key={refusal} dir="auto">
                {refusal}
              </span>
            ))}
          </div>
          <Drop label={t("action.dismiss")} onClick={() => (refusals.value = [])} />
        </div>
      )}
      {answering && (
        <div class="strip">
          <Quote message={answering} />
          <Drop label={t("composer.noQuote")} onClick={() => (chat.replyingTo.value = null)} />
        </div>
      )}
      {picked.value.map(({ id, content }) => (
        <div key={id} class="strip">
          <Icon name="file" />
          <span class="lines">
            <bdi class="strong">{content.name}</bdi>
            <span class="small">{formats.size(content.size)}</span>
          </span>
          <Drop
            label={t("action.remove", { name: content.name })}
            onClick={() => (picked.value = picked.value.filter((one) => one.id !== id))}
          />
        </div>
      ))}
      <div class="bar">
        {limits && limits.attachments.length > 0 && (
          <>
            <button
              type="button"
              class="ghost"
              title={t("action.attach")}
              aria-label={t("action.attach")}
              onClick={() => chooser.current?.click()}
            >
              <Icon name="attach" />
            </button>
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
          aria-invalid={left < 0}
          aria-describedby="left"
          placeholder={t("composer.placeholder")}
          value={text.value}
          onInput={({ currentTarget }) => change(currentTarget.value)}
          onKeyDown={(event) => {
            // While a character is being composed, Enter belongs to the input method.
            if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            submit();
          }}
          onPaste={(event) => {
            const files = event.clipboardData?.files;
            if (!files?.length) return;
            event.preventDefault();
            pick(files);
          }}
          onBlur={() => chat.live.sayTyping(false)}
        />
        <button type="submit" class="send" disabled={!sendable} title={t("action.send")} aria-label={t("action.send")}>
          <Icon name="send" />
        </button>
      </div>
      <p id="left" class="small count" role="status" data-over={left < 0 || undefined}>
        {left < 0
          ? t("composer.tooLong", { n: formats.number(-left) })
          : left < FEW && t("composer.left", { n: formats.number(left) })}
      </p>
    </form>
  );
}

const Drop = ({ label, onClick }: { label: string; onClick: () => void }) => (
  <button type="button" class="ghost" title={label} aria-label={label} onClick={onClick}>
    <Icon name="close" />
  </button>
);

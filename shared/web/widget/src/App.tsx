import { useSignal, useSignalEffect } from "@preact/signals";
import { textColorOn } from "@recado/lib/bridge";
import { carriesFiles, isComposing } from "@recado/lib/input";
import { useEffect } from "preact/hooks";
import { Composer, useFilePicker } from "./Composer.tsx";
import type { Chat } from "./chat.ts";
import { ChatContext, useChat } from "./context.ts";
import { Header } from "./Header.tsx";
import { type Key, t } from "./i18n/index.ts";
import { Icon } from "./icons.tsx";
import { MessageList } from "./MessageList.tsx";
import type { SessionError } from "./session.ts";

/** Permanent errors: the chat is replaced by a message. */
const permanentErrors: Partial<Record<SessionError, Key>> = {
  forbidden: "failure.forbidden",
  notFound: "failure.notFound",
};

export function App({ chat, onClose }: { chat: Chat; onClose: () => void }) {
  useSignalEffect(() => {
    const { style } = document.documentElement;
    style.setProperty("--accent", chat.accent.value);
    style.setProperty("--accent-ink", textColorOn(chat.accent.value));
  });
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || isComposing(event)) return;
      if (chat.replyingTo.peek()) chat.replyingTo.value = null;
      else onClose();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [chat, onClose]);
  return (
    <ChatContext.Provider value={chat}>
      <Panel onClose={onClose} />
    </ChatContext.Provider>
  );
}

function Panel({ onClose }: { onClose: () => void }) {
  const chat = useChat();
  const pick = useFilePicker();
  const dragging = useSignal(false);
  const error = chat.session.error.value;
  const fatal = error && permanentErrors[error];
  return (
    <main
      class="chat"
      onDragOver={(event) => {
        // A text or a link that is dropped goes into the field.
        dragging.value = carriesFiles(event.dataTransfer);
        if (dragging.value) event.preventDefault();
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) dragging.value = false;
      }}
      onDrop={(event) => {
        if (!event.dataTransfer?.files.length) return;
        event.preventDefault();
        dragging.value = false;
        pick(event.dataTransfer.files);
      }}
    >
      <Header onClose={onClose} />
      <Connection />
      {fatal ? (
        <p class="trouble" role="alert">
          <Icon name="alert" />
          {t(fatal)}
        </p>
      ) : (
        <>
          <MessageList />
          <Typing />
          <Composer />
        </>
      )}
      {dragging.value && <p class="drop">{t("composer.drop")}</p>}
    </main>
  );
}

/** Shows connection problems. CSS delays short ones (`late`). */
function Connection() {
  const chat = useChat();
  const state = chat.live.state.value;
  const lost = chat.session.current.value && state !== "online" && state !== "closed";
  const key: Key | null = chat.offline.value
    ? "connection.offline"
    : chat.session.error.value === "unavailable"
      ? "failure.unavailable"
      : lost
        ? chat.history.loaded.value
          ? "connection.waiting"
          : "connection.connecting"
        : null;
  return (
    <div role="status">{key && <p class={chat.offline.value ? "connection" : "connection late"}>{t(key)}</p>}</div>
  );
}

function Typing() {
  const { typing } = useChat().live;
  const name = typing.value;
  return (
    <div class="typing" role="status">
      {name !== null && (
        <p class="small" dir="auto">
          <span class="dots" aria-hidden="true" />
          {name ? t("typing", { name }) : t("typing.someone")}
        </p>
      )}
    </div>
  );
}

import type { VisitorMessage } from "@recado/lib/protocol/visitor";
import { emojiOnly, partsOf } from "@recado/lib/text";
import { Avatar } from "./Avatar.tsx";
import { useChat } from "./context.ts";
import { formats } from "./format.ts";
import { type Key, t } from "./i18n/index.ts";
import { Icon, IconButton, type IconName } from "./icons.tsx";
import { FileLines, Media, Picture } from "./Media.tsx";
import type { Outgoing } from "./outbox.ts";
import { authorName, Card, Choices, Place, Quote } from "./Shared.tsx";

/** Supported message types. Others show a placeholder. */
const known = new Set([
  "text",
  "image",
  "audio",
  "video",
  "document",
  "sticker",
  "location",
  "contacts",
  "interactive",
]);

/** Renders plain text. Links come from `partsOf`, never from markup in the message. */
export const MessageText = ({ text }: { text: string }) => (
  <p class={emojiOnly.test(text) ? "words large" : "words"} dir="auto">
    {partsOf(text).map((part) =>
      part.kind === "link" ? (
        <a dir="ltr" href={part.href} target="_blank" rel="noopener noreferrer nofollow">
          {part.text}
        </a>
      ) : (
        part.text
      ),
    )}
  </p>
);

const states: Record<string, { icon: IconName; key: Key }> = {
  delivered: { icon: "checks", key: "state.delivered" },
  read: { icon: "checks", key: "state.read" },
  failed: { icon: "alert", key: "state.failed" },
  sending: { icon: "clock", key: "state.sending" },
  waiting: { icon: "clock", key: "state.waiting" },
};

/** An unknown status means that the server has accepted the message. */
function State({ status }: { status: string }) {
  const { icon, key } = states[status] ?? { icon: "check", key: "state.sent" };
  return <Icon name={icon} label={t(key)} />;
}

interface BubbleProps {
  message: VisitorMessage;
  quoted: VisitorMessage | undefined;
  starts: boolean;
  used: boolean;
  onReply: (message: VisitorMessage) => void;
}

export function Bubble({ message, quoted, starts, used, onReply }: BubbleProps) {
  const mine = message.direction === "in";
  const { author, location, cards, revokedAt } = message;
  if (message.type === "system" || author.kind === "system") {
    return message.text ? (
      <p class="note" dir="auto">
        {message.text}
      </p>
    ) : null;
  }
  const shown = known.has(message.type) && !revokedAt;
  const described = location !== null || cards.length > 0;
  return (
    <div class="row" data-mine={mine || undefined} data-starts={starts || undefined}>
      {!mine && starts && <Avatar name={authorName(message)} picture={author.picture} />}
      <div class="turn">
        {!mine && starts && <bdi class="author">{authorName(message)}</bdi>}
        <div class="bubble">
          {message.replyTo && shown && message.type !== "interactive" && <Quote message={quoted} />}
          {shown && location && <Place location={location} />}
          {shown && cards.map((card) => <Card card={card} />)}
          {shown && message.attachments.map((one) => <Media key={one.id} message={message} attachment={one} />)}
          {!shown && <p class="aside">{t(revokedAt ? "message.revoked" : "message.unknown")}</p>}
          {shown && message.text && !described && <MessageText text={message.text} />}
          {shown && !mine && <Choices message={message} used={used} />}
          <span class="stamp">
            {message.editedAt && !revokedAt && <span>{t("message.edited")}</span>}
            <time dateTime={message.sentAt} title={formats.full(message.sentAt)}>
              {formats.time(message.sentAt)}
            </time>
            {mine && <State status={message.status} />}
          </span>
        </div>
      </div>
      {shown && (
        <IconButton name="back" label={t("action.reply")} class="ghost reply" onClick={() => onReply(message)} />
      )}
    </div>
  );
}

const failures: Record<string, Key> = {
  too_large: "failure.tooLarge",
  forbidden: "failure.forbidden",
  fileLost: "failure.fileLost",
  conflict: "composer.wrongType", // by its content
};

export function OutgoingBubble({
  entry,
  quoted,
  starts,
}: {
  entry: Outgoing;
  quoted?: VisitorMessage;
  starts: boolean;
}) {
  const { outbox } = useChat();
  const { clientId, file, state, error } = entry;
  const preview = outbox.preview(clientId);
  const part = outbox.progress.value.get(clientId) ?? 0;
  const uploading = file && !file.uploadId && state === "sending";
  return (
    <div class="row" data-mine data-starts={starts || undefined}>
      <div class="turn">
        <div class="bubble" data-state={state}>
          {entry.replyTo && entry.type !== "interactive" && <Quote message={quoted} />}
          {preview && file && <Picture url={preview} name={file.name} />}
          {file && !preview && (
            <div class="card">
              <Icon name="file" />
              <FileLines name={file.name} size={file.size} />
            </div>
          )}
          {uploading && (
            <progress value={part} aria-label={t("state.uploading", { percent: `${Math.round(part * 100)} %` })} />
          )}
          {entry.text && <MessageText text={entry.text} />}
          <span class="stamp">
            <time dateTime={entry.createdAt}>{formats.time(entry.createdAt)}</time>
            <State status={state} />
          </span>
        </div>
        {state === "failed" && (
          <div class="failure" role="alert">
            <span>{t(failures[error ?? ""] ?? "failure.general", { name: file?.name ?? "" })}</span>
            {error !== "fileLost" && (
              <button type="button" class="link" onClick={() => outbox.retry(clientId)}>
                {t("action.retry")}
              </button>
            )}
            <button type="button" class="link" onClick={() => outbox.discard(clientId)}>
              {t("action.discard")}
            </button>
          </div>
        )}
        {state === "waiting" && entry.retryAt && (
          <p class="small">{t("failure.rateLimited", { time: formats.time(new Date(entry.retryAt).toISOString()) })}</p>
        )}
      </div>
    </div>
  );
}

import type { Conversation, Operator } from "@recado/lib/protocol";
import { IconArrowBackUp, IconClock, IconFile, IconMicrophone, IconPhoto, IconVideo } from "@tabler/icons-react";
import { type MouseEvent, memo } from "react";
import { useTranslation } from "react-i18next";
import type { InboxView } from "../api/view.ts";
import { ChannelBadge } from "../channels/ChannelBadge.tsx";
import { contactName } from "../ui/contactName.ts";
import { useFormats } from "../ui/format.ts";
import { PersonAvatar } from "../ui/PersonAvatar.tsx";
import { previewKey, previewText } from "../ui/preview.ts";
import { statusKeys } from "../ui/status.ts";
import classes from "./inbox.module.css";

const icons = { image: IconPhoto, audio: IconMicrophone, video: IconVideo, document: IconFile } as const;

const MINUTE = 60_000;
/** From when on a row says how long its contact has waited, and from when on in a colour. */
const WAITS = 5 * MINUTE;
const WAITS_LONG = 30 * MINUTE;

/** The highest number of unread messages that a row shows. */
const MOST = 99;

interface Props {
  conversation: Conversation;
  view: InboxView;
  /** The signed-in operator's id. */
  me: string;
  assignee: Operator | undefined;
  open: boolean;
  focusable: boolean;
  now: number;
  /** The search part of the address, with "?" unless it is empty. */
  query: string;
  onFocus: (id: string) => void;
  onOpen: (id: string) => void;
}

/** A plain link: the router's `Link` is rendered anew with each navigation, and a list has dozens of rows. */
export const ConversationRow = memo(function ConversationRow(props: Props) {
  const { conversation, open } = props;
  const { contact } = conversation;
  const openHere = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    props.onOpen(conversation.id);
  };
  return (
    <a
      href={`/inbox/${encodeURIComponent(conversation.id)}${props.query}`}
      onClick={openHere}
      className={classes.row}
      data-conversation={conversation.id}
      data-open={open || undefined}
      data-unread={conversation.unread || undefined}
      aria-current={open ? "true" : undefined}
      tabIndex={props.focusable ? 0 : -1}
      onFocus={() => props.onFocus(conversation.id)}
    >
      <span className={classes.face}>
        <PersonAvatar id={contact.id} name={contact.name} size={36} />
        <span className={classes.faceBadge}>
          <ChannelBadge type={conversation.channel.type} size={16} />
        </span>
      </span>
      <span className={classes.lines}>
        <FirstLine conversation={conversation} now={props.now} />
        <SecondLine {...props} />
      </span>
    </a>
  );
});

/** The name and the times. A waiting time that says the same as the time of the last message stands for both. */
function FirstLine({ conversation, now }: { conversation: Conversation; now: number }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { lastActivityAt, waitingSince } = conversation;
  const time = formats.rowTime(lastActivityAt, now);
  const waiting = waitingSince ? now - Date.parse(waitingSince) : 0;
  const waits = waiting >= WAITS ? formats.length(waiting) : null;
  return (
    <span className={classes.line}>
      <span className={classes.name}>
        <bdi>{contactName(conversation.contact.name, t)}</bdi>
      </span>
      {waits && (
        <span
          className={classes.waiting}
          data-long={waiting > WAITS_LONG || undefined}
          title={t("inbox.waiting", { time: waits })}
        >
          <IconClock size={13} role="img" aria-label={t("inbox.waits")} />
          {waits}
        </span>
      )}
      {waits !== time && (
        <time className={classes.time} dateTime={lastActivityAt} title={formats.full(lastActivityAt)}>
          {time}
        </time>
      )}
    </span>
  );
}

/** The newest message; on the right what the list does not say of all its rows, and how much is unread. */
function SecondLine({ conversation, view, me, assignee }: Props) {
  const { t } = useTranslation();
  const { preview, assigneeId, status, unreadCount } = conversation;
  const Icon = preview && !preview.revoked && preview.type in icons ? icons[preview.type as keyof typeof icons] : null;
  const tagged = view.q || (view.status === "all" ? status !== "open" : status !== view.status);
  const said =
    !view.q && ((view.box === "mine" && assigneeId === me) || (view.box === "unassigned" && assigneeId === null));
  return (
    <span className={classes.line}>
      <span className={classes.preview}>
        {preview?.direction === "out" && (
          <IconArrowBackUp size={14} className={classes.previewIcon} role="img" aria-label={t("inbox.preview.out")} />
        )}
        {Icon && <Icon size={14} className={classes.previewIcon} aria-hidden="true" />}
        <span className={classes.previewText}>
          <bdi>{previewText(preview) || t(previewKey(preview))}</bdi>
        </span>
      </span>
      {tagged && <span className={classes.tag}>{t(statusKeys[status])}</span>}
      {!said && (
        <span className={classes.assignee} data-nobody={assigneeId === null || undefined}>
          {assigneeId === null ? (
            t("inbox.unassigned")
          ) : assigneeId === me ? (
            t("inbox.you")
          ) : (
            <bdi>{assignee?.name.split(" ")[0]}</bdi>
          )}
        </span>
      )}
      {unreadCount > 0 && (
        <span className={classes.unread} role="img" aria-label={t("inbox.unread", { count: unreadCount })}>
          {unreadCount > MOST ? `${MOST}+` : unreadCount}
        </span>
      )}
    </span>
  );
}

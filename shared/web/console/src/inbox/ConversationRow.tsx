import type { Conversation, Operator } from "@recado/lib/protocol";
import { IconArrowBackUp, IconClock, IconFile, IconMicrophone, IconPhoto, IconVideo } from "@tabler/icons-react";
import { Link, useSearch } from "@tanstack/react-router";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { ChannelBadge } from "../channels/ChannelBadge.tsx";
import { contactName } from "../ui/contactName.ts";
import { useFormats } from "../ui/format.ts";
import { PersonAvatar } from "../ui/PersonAvatar.tsx";
import { previewKey, previewText } from "../ui/preview.ts";
import { statusKeys } from "../ui/status.ts";
import classes from "./inbox.module.css";

const icons = { image: IconPhoto, audio: IconMicrophone, video: IconVideo, document: IconFile } as const;

const MINUTE = 60_000;

interface Props {
  conversation: Conversation;
  assignee: Operator | undefined;
  open: boolean;
  focusable: boolean;
  now: number;
  onFocus: (id: string) => void;
}

export const ConversationRow = memo(function ConversationRow(props: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const search = useSearch({ from: "/shell/inbox" });
  const { conversation, assignee, open, now } = props;
  const { preview, contact } = conversation;
  const Icon = preview && !preview.revoked && preview.type in icons ? icons[preview.type as keyof typeof icons] : null;
  const waiting = conversation.waitingSince ? now - Date.parse(conversation.waitingSince) : 0;
  return (
    <Link
      to="/inbox/$conversationId"
      params={{ conversationId: conversation.id }}
      search={search}
      preload={false}
      className={classes.row}
      data-conversation={conversation.id}
      data-open={open || undefined}
      data-unread={conversation.unread || undefined}
      aria-current={open ? "true" : undefined}
      tabIndex={props.focusable ? 0 : -1}
      onFocus={() => props.onFocus(conversation.id)}
    >
      <span className={classes.face}>
        <PersonAvatar id={contact.id} name={contact.name} size={42} />
        <span className={classes.faceBadge}>
          <ChannelBadge type={conversation.channel.type} size={17} />
        </span>
      </span>
      <span className={classes.lines}>
        <span className={classes.line}>
          <span className={classes.name}>
            <bdi>{contactName(contact.name, t)}</bdi>
          </span>
          <time className={classes.time} dateTime={conversation.lastActivityAt}>
            {formats.listTime(conversation.lastActivityAt, now)}
          </time>
        </span>
        <span className={classes.line}>
          <span className={classes.preview}>
            {preview?.direction === "out" && (
              <IconArrowBackUp
                size={14}
                className={classes.previewIcon}
                role="img"
                aria-label={t("inbox.preview.out")}
              />
            )}
            {Icon && <Icon size={14} className={classes.previewIcon} aria-hidden="true" />}
            <span className={classes.previewText}>
              <bdi>{previewText(preview) || t(previewKey(preview))}</bdi>
            </span>
          </span>
          {conversation.unread && <span className={classes.dot} role="img" aria-label={t("inbox.unread")} />}
        </span>
        <span className={classes.meta}>
          {conversation.status !== "open" && <span className={classes.tag}>{t(statusKeys[conversation.status])}</span>}
          {waiting >= MINUTE && (
            <span className={classes.waiting} data-long={waiting > 30 * MINUTE || undefined}>
              <IconClock size={13} aria-hidden="true" />
              {t("inbox.waiting", { time: formats.length(waiting) })}
            </span>
          )}
          <span className={classes.assignee}>
            {conversation.assigneeId === null ? (
              <span className={classes.unassigned}>{t("inbox.unassigned")}</span>
            ) : (
              assignee && (
                <>
                  <bdi className={classes.assigneeName}>{assignee.name.split(" ")[0]}</bdi>
                  <PersonAvatar id={assignee.id} name={assignee.name} size={18} />
                </>
              )
            )}
          </span>
        </span>
      </span>
    </Link>
  );
});

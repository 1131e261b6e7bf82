import { ActionIcon, Button } from "@mantine/core";
import type { Message } from "@recado/lib/protocol";
import { isBlank } from "@recado/lib/text";
import { IconArrowBackUp, IconRefresh } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { useMay } from "../api/me.ts";
import { channelOf } from "../channels/index.ts";
import { useFormats } from "../ui/format.ts";
import { previewKeys } from "../ui/preview.ts";
import { SiteLink } from "../ui/SiteLink.tsx";
import { useRetryMessage } from "./actions.ts";
import { useAnswer } from "./answering.tsx";
import { Choices } from "./Choices.tsx";
import { Delivery } from "./Delivery.tsx";
import { Media } from "./Media.tsx";
import classes from "./message.module.css";
import { Quote } from "./Quote.tsx";
import { FormAnswers, Missing } from "./Received.tsx";
import { failureOf } from "./reasons.ts";
import { Cards, Place, Referral, TemplateMark } from "./Shared.tsx";
import { TemplateButton } from "./TemplateButton.tsx";
import { TemplateWords, templateTextOf } from "./TemplateParts.tsx";
import { UserText } from "./UserText.tsx";
import { type WayOut, wayOutFor } from "./wayOut.ts";

/** Types with a full display. Others show a placeholder. */
const shownKinds = new Set([
  "text",
  "image",
  "audio",
  "video",
  "document",
  "sticker",
  "contacts",
  "interactive",
  "template",
]);

/** Statuses of messages that the customer has not received. They cannot be quoted. */
const unquotable = new Set(["queued", "held", "sending", "failed", "unknown"]);

const reactionKeys = { in: "message.reaction.in", out: "message.reaction.out" } as const;

export const MessageBubble = memo(function MessageBubble(props: {
  message: Message;
  /** The quoted message, if it is loaded. */
  quoted: Message | undefined;
  starts: boolean;
  conversationId: string;
  channelType: string;
  /** What can be done with a free message that failed. */
  wayOut: WayOut;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const may = useMay();
  const { message, quoted, starts } = props;
  const channel = channelOf(props.channelType).name;
  const retry = useRetryMessage(props.conversationId, channel);
  const answer = useAnswer();
  const quotable = may("conversation.reply") && !message.revokedAt && !unquotable.has(message.status);
  const out = message.direction === "out";
  const known = shownKinds.has(message.type) || message.location !== null;
  const described = message.location !== null || message.cards.length > 0 || message.form !== undefined;
  const blank = isBlank(message.text);
  const empty = blank && !described && message.attachments.length === 0 && !message.interactive && !message.unsupported;
  const choice = message.choice?.id;
  const time = formats.time(message.sentAt);
  const failure = failureOf(message);
  const wayOut = wayOutFor(message.type, message.error?.reason, props.wayOut);
  const edited = message.editedAt ? t("message.edited") : null;
  const stamp = edited ? `${edited} ${time}` : time;
  return (
    <article className={classes.message} data-out={out || undefined} data-starts={starts || undefined}>
      {starts && out && (
        <span className={classes.author} dir="auto">
          {message.author.kind === "bot" ? t("message.byBot") : message.author.name || t("message.byOutside")}
        </span>
      )}
      {message.referral && <Referral referral={message.referral} />}
      {message.template && <TemplateMark name={message.template.name} />}
      <div className={classes.line}>
        <div className={classes.bubble} data-failed={message.status === "failed" || undefined}>
          {message.replyTo && <Quote message={quoted} />}
          {message.location && <Place location={message.location} />}
          <Cards cards={message.cards} />
          {message.attachments.map((attachment) => (
            <Media key={attachment.id} attachment={attachment} kind={message.type} />
          ))}
          {message.revokedAt ? (
            <p className={classes.placeholder}>{t("message.revoked")}</p>
          ) : (
            <>
              {message.unsupported ? (
                <Missing type={message.type} content={message.unsupported} />
              ) : (
                !known && (
                  <p className={classes.placeholder}>{t("message.notShown", { kind: t(previewKeys[message.type]) })}</p>
                )
              )}
              {known && empty && <p className={classes.placeholder}>{t("message.empty")}</p>}
            </>
          )}
          {message.form && <FormAnswers form={message.form} />}
          {!blank && !described && !message.template && <UserText text={message.text} stamp={stamp} />}
          {!blank && message.template && <TemplateWords words={templateTextOf(message)} stamp={stamp} />}
          {choice && choice !== message.text && (
            <bdi className={classes.documentSize}>{t("message.choice", { id: choice })}</bdi>
          )}
          {message.interactive && <Choices interactive={message.interactive} />}
          <span className={classes.stamp}>
            {message.editedAt && <span title={formats.full(message.editedAt)}>{edited}</span>}
            <time dateTime={message.sentAt} title={formats.full(message.sentAt)}>
              {time}
            </time>
            {out && <Delivery message={message} />}
          </span>
        </div>
        {quotable && (
          <ActionIcon
            className={classes.quoteThis}
            size={28}
            radius="xl"
            aria-label={t("message.reply")}
            data-hint={t("message.reply")}
            onClick={() => answer(message)}
          >
            <IconArrowBackUp size={16} />
          </ActionIcon>
        )}
      </div>
      {message.reactions.length > 0 && (
        <div className={classes.reactions}>
          {message.reactions.map(({ from, emoji }) => (
            <span
              key={from}
              role="img"
              aria-label={t(reactionKeys[from], { emoji })}
              title={t(reactionKeys[from], { emoji })}
            >
              {emoji}
            </span>
          ))}
        </div>
      )}
      {message.status === "failed" && (
        <div className={classes.failure} role="alert">
          <span dir="auto">
            {message.error
              ? t("message.failedBecause", { reason: failure ? t(failure, { channel }) : message.error.message })
              : t("message.failed")}
          </span>
          {may("conversation.reply") && wayOut === "template" && (
            <TemplateButton conversationId={props.conversationId} size="compact-xs" variant="subtle" />
          )}
          {may("conversation.reply") && wayOut === "retry" && (
            <Button
              size="compact-xs"
              variant="subtle"
              color="red"
              leftSection={<IconRefresh size={13} />}
              loading={retry.isPending}
              onClick={() => retry.mutate(message.id)}
            >
              {t("action.retry")}
            </Button>
          )}
        </div>
      )}
      {starts && message.page && (
        <div className={classes.note}>
          <SiteLink page={message.page} />
        </div>
      )}
      {message.status === "unknown" && <div className={classes.note}>{t("message.unknownHint")}</div>}
      {message.status === "held" && <div className={classes.note}>{t("message.heldHint")}</div>}
    </article>
  );
});

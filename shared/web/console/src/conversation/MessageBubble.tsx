import { Button } from "@mantine/core";
import type { Message } from "@recado/lib/protocol";
import { IconRefresh } from "@tabler/icons-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import { previewKeys } from "../inbox/preview.ts";
import { useMay } from "../shell/me.ts";
import { useFormats } from "../ui/format.ts";
import { useRetryMessage } from "./actions.ts";
import { Delivery } from "./Delivery.tsx";
import { Media } from "./Media.tsx";
import classes from "./message.module.css";
import { UserText } from "./UserText.tsx";

/** Kinds that are shown in full; of any other the reader learns that it came. */
const shownKinds = new Set(["text", "image", "audio", "video", "document", "sticker"]);

export const MessageBubble = memo(function MessageBubble(props: {
  message: Message;
  starts: boolean;
  conversationId: string;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const may = useMay();
  const { message, starts } = props;
  const retry = useRetryMessage(props.conversationId);
  const out = message.direction === "out";
  const known = shownKinds.has(message.type);
  return (
    <article className={classes.message} data-out={out || undefined} data-starts={starts || undefined}>
      {starts && out && (
        <span className={classes.author} dir="auto">
          {message.author.kind === "bot" ? t("message.byBot") : message.author.name || t("message.byOutside")}
        </span>
      )}
      <div className={classes.bubble} data-failed={message.status === "failed" || undefined}>
        {message.attachments.map((attachment) => (
          <Media key={attachment.id} attachment={attachment} kind={message.type} />
        ))}
        {!known && (
          <p className={classes.placeholder}>{t("message.notShown", { kind: t(previewKeys[message.type]) })}</p>
        )}
        {message.text && <UserText text={message.text} stamp={formats.time(message.sentAt)} />}
        <span className={classes.stamp}>
          <time dateTime={message.sentAt} title={formats.full(message.sentAt)}>
            {formats.time(message.sentAt)}
          </time>
          {out && <Delivery status={message.status} />}
        </span>
      </div>
      {message.status === "failed" && (
        <div className={classes.failure} role="alert">
          <span dir="auto">
            {message.error ? t("message.failedBecause", { reason: message.error.message }) : t("message.failed")}
          </span>
          {may("conversation.reply") && (
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
      {message.status === "unknown" && <div className={classes.note}>{t("message.unknownHint")}</div>}
      {message.status === "held" && <div className={classes.note}>{t("message.heldHint")}</div>}
    </article>
  );
});

import type { Outgoing } from "../live/outgoing.ts";
import "@mantine/core/styles/Progress.css";
import { Button, Progress } from "@mantine/core";
import type { Message } from "@recado/lib/protocol";
import { withVisibleMarks } from "@recado/lib/text";
import { IconFile, IconPencil, IconRefresh, IconSend2, IconTrash } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../api/me.ts";
import { channelOf } from "../channels/index.ts";
import type { Key } from "../core/texts.ts";
import { takeBack } from "../live/drafts.ts";
import { useLive } from "../live/LiveProvider.tsx";
import { useFormats } from "../ui/format.ts";
import { Choices } from "./Choices.tsx";
import { draftWords } from "./compose/templates.ts";
import { Delivery } from "./Delivery.tsx";
import { edgeOf } from "./Media.tsx";
import media from "./media.module.css";
import classes from "./message.module.css";
import { Quote } from "./Quote.tsx";
import { messageReason } from "./reasons.ts";
import { Cards, Place, TemplateMark } from "./Shared.tsx";
import { TemplateButton } from "./TemplateButton.tsx";
import { TemplateWords } from "./TemplateParts.tsx";
import { UserText } from "./UserText.tsx";
import { type WayOut, wayOutFor } from "./wayOut.ts";

const codes: Partial<Record<string, Key>> = {
  too_large: "error.tooLarge",
  forbidden: "error.forbidden",
  not_found: "error.notFound",
  invalid: "composer.refused",
};

/** A template is sent only when it is filled in. */
const noGaps = { header: [], body: [] };

/** A message that the server has not confirmed: sending, waiting for the network, or failed. */
export function OutgoingBubble({
  outgoing,
  quoted,
  starts,
  channelType,
  wayOut: ofFree,
}: {
  outgoing: Outgoing;
  quoted: Message | undefined;
  starts: boolean;
  channelType: string;
  /** What can be done with a free message that failed. */
  wayOut: WayOut;
}) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { outbox } = useLive();
  const me = useMe();
  const { conversationId, clientId, file, state } = outgoing;
  const reason = messageReason(outgoing.error);
  const wayOut = wayOutFor(outgoing.type, outgoing.error, ofFree);
  const client = useQueryClient();
  const refusedForWindow = state === "failed" && outgoing.error === "window_closed";
  useEffect(() => {
    // The server knows more of the window than this page.
    if (refusedForWindow) void client.invalidateQueries({ queryKey: ["conversation", conversationId] });
  }, [client, refusedForWindow, conversationId]);
  const form = outgoing.draft?.kind === "template" ? outgoing.draft.value : undefined;
  const words = form && draftWords(form, noGaps);
  const other = codes[outgoing.error ?? "internal"] ?? "message.failed";
  return (
    <article className={classes.message} data-out data-starts={starts || undefined}>
      {outgoing.template && <TemplateMark name={outgoing.template.name} />}
      <div className={classes.bubble} data-failed={state === "failed" || undefined}>
        {outgoing.replyTo && <Quote message={quoted} />}
        {file && <OwnFile file={file} kind={outgoing.type} />}
        {file && (state === "sending" || state === "waiting") && outgoing.progress < 1 && (
          <Progress
            size="sm"
            mt={6}
            value={outgoing.progress * 100}
            aria-label={t("composer.uploading", { name: file.name })}
          />
        )}
        {outgoing.location && <Place location={outgoing.location} />}
        {outgoing.cards && <Cards cards={outgoing.cards} />}
        {words && <TemplateWords words={words} stamp={formats.time(outgoing.createdAt)} />}
        {outgoing.text && !words && <UserText text={outgoing.text} stamp={formats.time(outgoing.createdAt)} />}
        {outgoing.interactive && <Choices interactive={outgoing.interactive} />}
        <span className={classes.stamp}>
          <time dateTime={outgoing.createdAt}>{formats.time(outgoing.createdAt)}</time>
          {state !== "old" && <Delivery message={{ status: state === "failed" ? "failed" : "sending" }} />}
        </span>
      </div>
      {state === "waiting" && (
        <div className={classes.note} role="status">
          {t("composer.waiting")}
        </div>
      )}
      {state === "old" && (
        <div className={classes.note}>
          <span>{t("composer.old")}</span>
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconSend2 size={13} />}
            onClick={() => outbox.retry(conversationId, clientId)}
          >
            {t("composer.sendNow")}
          </Button>
          <Button
            size="compact-xs"
            variant="subtle"
            leftSection={<IconPencil size={13} />}
            onClick={() => {
              outbox.discard(conversationId, clientId);
              takeBack(me.operator.id, [outgoing]);
            }}
          >
            {t("composer.edit")}
          </Button>
          <Discard onClick={() => outbox.discard(conversationId, clientId)} />
        </div>
      )}
      {state === "failed" && (
        <div className={classes.failure} role="alert">
          <span>{reason ? t(reason, { channel: channelOf(channelType).name }) : t(other)}</span>
          {wayOut === "template" && (
            <TemplateButton conversationId={conversationId} size="compact-xs" variant="subtle" />
          )}
          {wayOut === "retry" && (
            <Button
              size="compact-xs"
              variant="subtle"
              color="red"
              leftSection={<IconRefresh size={13} />}
              onClick={() => outbox.retry(conversationId, clientId)}
            >
              {t("action.retry")}
            </Button>
          )}
          <Discard onClick={() => outbox.discard(conversationId, clientId)} />
        </div>
      )}
    </article>
  );
}

function Discard({ onClick }: { onClick: () => void }) {
  const { t } = useTranslation();
  return (
    <Button size="compact-xs" variant="subtle" color="gray" leftSection={<IconTrash size={13} />} onClick={onClick}>
      {t("composer.discard")}
    </Button>
  );
}

function OwnFile({ file, kind }: { file: File; kind: Outgoing["type"] }) {
  const formats = useFormats();
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    if (kind !== "image" && kind !== "sticker") return;
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file, kind]);
  if (kind === "image" || kind === "sticker")
    return (
      <span className={media.picture} {...edgeOf(kind)}>
        {url && <img src={url} alt={file.name} />}
      </span>
    );
  return (
    <span className={classes.document}>
      <span className={classes.documentIcon}>
        <IconFile size={20} stroke={1.7} />
      </span>
      <span className={classes.documentLines}>
        <bdi className={classes.documentName}>{withVisibleMarks(file.name)}</bdi>
        <span className={classes.documentSize}>{formats.size(file.size)}</span>
      </span>
    </span>
  );
}

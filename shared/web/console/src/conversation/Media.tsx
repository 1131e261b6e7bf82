import { Loader } from "@mantine/core";
import type { Attachment, MessageType } from "@recado/lib/protocol";
import { withVisibleMarks } from "@recado/lib/text";
import { IconDownload, IconFile, IconPhotoOff } from "@tabler/icons-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormats } from "../ui/format.ts";
import { Later } from "../ui/later.tsx";
import media from "./media.module.css";
import classes from "./message.module.css";

const loadLightbox = async () => (await import("./Lightbox.tsx")).Lightbox;

/** A template's attachment is its header. */
const pictured = new Set<MessageType>(["image", "sticker", "template"]);

/** Stickers are small; other pictures reach the edges of the bubble. */
export const edgeOf = (kind: MessageType) => (kind === "sticker" ? { "data-small": true } : { "data-edge": "picture" });

export function Media({ attachment, kind }: { attachment: Attachment; kind: MessageType }) {
  const { t } = useTranslation();
  const image = pictured.has(kind) && attachment.mime.startsWith("image/");
  if (attachment.state === "pending" && image) {
    return (
      <div className={media.picture} {...edgeOf(kind)}>
        <Loader size="xs" aria-label={t("media.pending")} />
      </div>
    );
  }
  if (attachment.state === "pending") {
    return (
      <div className={media.mediaState}>
        <Loader size="xs" />
        {t("media.pending")}
      </div>
    );
  }
  if (attachment.state === "failed" || !attachment.url) {
    return (
      <div className={media.mediaState}>
        <IconPhotoOff size={18} />
        {t("media.failed")}
      </div>
    );
  }
  const { url } = attachment;
  if (image) {
    return <Picture url={url} name={attachment.name} edge={edgeOf(kind)} />;
  }
  if (attachment.mime.startsWith("audio/")) {
    return (
      // biome-ignore lint/a11y/useMediaCaption: what a customer recorded has no captions
      <audio className={media.audio} controls preload="none" src={url} aria-label={attachment.name} />
    );
  }
  if (attachment.mime.startsWith("video/")) {
    return (
      // biome-ignore lint/a11y/useMediaCaption: what a customer filmed has no captions
      <video
        className={media.video}
        data-edge="video"
        controls
        preload="metadata"
        src={url}
        aria-label={attachment.name}
      />
    );
  }
  return <DocumentCard attachment={attachment} url={url} />;
}

function Picture({ url, name, edge }: { url: string; name: string; edge: ReturnType<typeof edgeOf> }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [broken, setBroken] = useState(false);
  if (broken) {
    return (
      <div className={media.mediaState}>
        <IconPhotoOff size={18} />
        {t("media.failed")}
      </div>
    );
  }
  return (
    <>
      <button
        type="button"
        className={media.picture}
        {...edge}
        aria-label={t("media.enlarge", { name })}
        onClick={() => setOpen(true)}
      >
        <img src={url} alt={name} loading="lazy" onError={() => setBroken(true)} />
      </button>
      {open && <Later load={loadLightbox} props={{ url, name, onClose: () => setOpen(false) }} />}
    </>
  );
}

function DocumentCard({ attachment, url }: { attachment: Attachment; url: string }) {
  const { t } = useTranslation();
  const { size } = useFormats();
  return (
    <a
      className={classes.document}
      href={url}
      // Opens in a new tab: `download` does not work across origins, and the file would replace the console.
      target="_blank"
      rel="noopener noreferrer"
      aria-label={t("media.download", { name: attachment.name })}
    >
      <span className={classes.documentIcon}>
        <IconFile size={20} stroke={1.7} />
      </span>
      <span className={classes.documentLines}>
        <bdi className={classes.documentName}>{withVisibleMarks(attachment.name)}</bdi>
        <span className={classes.documentSize} aria-hidden="true">
          {size(attachment.size)}
        </span>
      </span>
      <IconDownload size={17} />
    </a>
  );
}

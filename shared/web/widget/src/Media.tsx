import type { VisitorAttachment, VisitorMessage } from "@recado/lib/protocol/visitor";
import { useEffect, useRef, useState } from "preact/hooks";
import { useChat } from "./context.ts";
import { formats } from "./format.ts";
import { t } from "./i18n/index.ts";
import { Icon } from "./icons.tsx";

export interface MediaProps {
  message: VisitorMessage;
  attachment: VisitorAttachment;
}

const kindOf = ({ mime }: VisitorAttachment) => mime.split("/")[0];

export function Media({ message, attachment }: MediaProps) {
  const preview = useChat().outbox.preview(message.clientId);
  if (preview) return <Picture url={preview} name={attachment.name} />;
  if (attachment.state === "pending") return <p class="aside">{t("media.pending")}</p>;
  if (attachment.state === "failed") return <Missing />;
  return ["image", "audio", "video"].includes(kindOf(attachment) ?? "") ? (
    <Played message={message} attachment={attachment} />
  ) : (
    <Document message={message} attachment={attachment} />
  );
}

const Missing = () => (
  <p class="aside">
    <Icon name="alert" /> {t("media.failed")}
  </p>
);

export const Picture = ({ url, name, onError }: { url: string; name: string; onError?: () => void }) => (
  <a class="picture" href={url} target="_blank" rel="noopener noreferrer" aria-label={t("media.open", { name })}>
    <img src={url} alt={name} onError={onError} />
  </a>
);

/** Its link is asked for when it comes into sight, and once more when it turns out to be too old. */
function Played({ message, attachment }: MediaProps) {
  const chat = useChat();
  const place = useRef<HTMLDivElement>(null);
  const [url, setUrl] = useState("");
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let gone = false;
    const fetchLink = () =>
      chat.linkTo(message, attachment, false, tries > 0).then(
        (link) => !gone && setUrl(link),
        () => !gone && setTries(2),
      );
    const watch = new IntersectionObserver(
      (seen) => {
        if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
        watch.disconnect();
        void fetchLink();
      },
      { rootMargin: "200px" },
    );
    if (tries < 2) watch.observe(element);
    return () => {
      gone = true;
      watch.disconnect();
    };
  }, [chat, message, attachment, tries]);
  const again = () => {
    setUrl("");
    setTries(tries + 1);
  };
  if (tries > 1) return <Missing />;
  const kind = kindOf(attachment);
  return (
    <div ref={place} class={`media ${kind}`}>
      {url && kind === "image" && <Picture url={url} name={attachment.name} onError={again} />}
      {url && kind === "audio" && (
        // biome-ignore lint/a11y/useMediaCaption: what people record has no captions
        <audio controls preload="none" src={url} aria-label={attachment.name} onError={again} />
      )}
      {url && kind === "video" && (
        // biome-ignore lint/a11y/useMediaCaption: what people film has no captions
        <video controls preload="metadata" src={url} aria-label={attachment.name} onError={again} />
      )}
    </div>
  );
}

/** The link is asked for when it is wanted: it lives for minutes only. */
function Document({ message, attachment }: MediaProps) {
  const chat = useChat();
  const [failed, setFailed] = useState(false);
  const download = async () => {
    try {
      const link = document.createElement("a");
      link.href = await chat.linkTo(message, attachment, true);
      // In a tab of its own, which a download leaves at once: if it is an error instead, the chat is still there.
      link.target = "_blank";
      link.rel = "noopener noreferrer";
      link.click();
      setFailed(false);
    } catch {
      setFailed(true);
    }
  };
  return (
    <>
      <button type="button" class="card" onClick={download}>
        <Icon name="file" />
        <FileLines name={attachment.name} size={attachment.size} />
        <Icon name="download" label={t("media.download")} />
      </button>
      {failed && <Missing />}
    </>
  );
}

export const FileLines = ({ name, size }: { name: string; size: number }) => (
  <span class="lines">
    <bdi class="strong">{name || t("message.file")}</bdi>
    <span class="small">{formats.size(size)}</span>
  </span>
);

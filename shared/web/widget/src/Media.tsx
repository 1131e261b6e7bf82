import type { VisitorAttachment, VisitorMessage } from "@recado/lib/protocol/visitor";
import { withVisibleMarks } from "@recado/lib/text";
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
  if (attachment.state === "failed") return <Unavailable />;
  return ["image", "audio", "video"].includes(kindOf(attachment) ?? "") ? (
    <InlineMedia message={message} attachment={attachment} />
  ) : (
    <Document message={message} attachment={attachment} />
  );
}

const Unavailable = () => (
  <p class="aside">
    <Icon name="alert" /> {t("media.failed")}
  </p>
);

export const Picture = ({ url, name, onError }: { url: string; name: string; onError?: () => void }) => (
  <a class="picture" href={url} target="_blank" rel="noopener noreferrer" aria-label={t("media.open", { name })}>
    <img src={url} alt={name} onError={onError} />
  </a>
);

/** Fetches the link when the element scrolls into view, and once more if loading fails (the link may have expired). */
function InlineMedia({ message, attachment }: MediaProps) {
  const chat = useChat();
  const place = useRef<HTMLDivElement>(null);
  const [url, setUrl] = useState("");
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    let cancelled = false;
    const fetchLink = () =>
      chat.linkTo(message, attachment, false, tries > 0).then(
        (link) => !cancelled && setUrl(link),
        () => !cancelled && setTries(2),
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
      cancelled = true;
      watch.disconnect();
    };
  }, [chat, message, attachment, tries]);
  const retry = () => {
    setUrl("");
    setTries(tries + 1);
  };
  if (tries > 1) return <Unavailable />;
  const kind = kindOf(attachment);
  const Player = kind === "audio" ? "audio" : "video";
  return (
    <div ref={place} class={`media ${kind}`}>
      {url && kind === "image" && <Picture url={url} name={attachment.name} onError={retry} />}
      {url && kind !== "image" && (
        <Player
          controls
          preload={kind === "audio" ? "none" : "metadata"}
          src={url}
          aria-label={attachment.name}
          onError={retry}
        />
      )}
    </div>
  );
}

/** Fetches the link on click, because links expire after a few minutes. */
function Document({ message, attachment }: MediaProps) {
  const chat = useChat();
  const [failed, setFailed] = useState(false);
  const download = async () => {
    try {
      const link = document.createElement("a");
      link.href = await chat.linkTo(message, attachment, true);
      // Opens in a new tab, so that an error page does not replace the chat.
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
      {failed && <Unavailable />}
    </>
  );
}

export const FileLines = ({ name, size }: { name: string; size: number }) => (
  <span class="lines">
    <bdi class="strong">{withVisibleMarks(name) || t("message.file")}</bdi>
    <span class="small">{formats.size(size)}</span>
  </span>
);

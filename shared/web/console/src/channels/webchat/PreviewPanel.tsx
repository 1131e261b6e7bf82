import { type ToFrame, type ToPage, textColorOn } from "@recado/lib/bridge";
import type { Channel } from "@recado/lib/protocol";
import { IconMessageCircle } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./preview.module.css";
import { previewPath, siteOf } from "./site.ts";

/** The chat itself, as visitors see it, with the site's colour, title and greeting. What is written in it arrives in the inbox. */
export function PreviewPanel({ channel }: { channel: Channel }) {
  const { t } = useTranslation();
  const { color } = siteOf(channel);
  const frame = useRef<HTMLIFrameElement>(null);
  const [open, setOpen] = useState(true);
  useEffect(() => {
    const onMessage = ({ source, data }: MessageEvent<ToPage>) => {
      if (source === frame.current?.contentWindow && data?.type === "close") setOpen(false);
    };
    window.addEventListener("message", onMessage);
    return () => window.removeEventListener("message", onMessage);
  }, []);
  const hello = () => {
    const url = `${location.origin}${previewPath(channel)}`;
    const message: ToFrame = { type: "hello", url, title: t("webchat.previewTitle"), open: true };
    frame.current?.contentWindow?.postMessage(message, location.origin);
  };
  return open ? (
    <iframe
      ref={frame}
      className={classes.panel}
      title={t("webchat.previewPanel")}
      src={`/widget/v1/frame?site=${encodeURIComponent(channel.externalId)}`}
      onLoad={hello}
    />
  ) : (
    <button
      type="button"
      className={classes.launcher}
      style={{ background: color, color: textColorOn(color) }}
      aria-label={t("webchat.previewPanel")}
      onClick={() => setOpen(true)}
    >
      <IconMessageCircle size={28} />
    </button>
  );
}

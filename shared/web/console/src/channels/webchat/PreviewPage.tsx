import type { Channel } from "@recado/lib/protocol";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import classes from "./preview.module.css";
import { siteName, siteOf } from "./site.ts";

interface Loader {
  (command: "open"): void;
  q?: ["open"][];
}

/** Puts the chat on this page as a site does, and opens it where there is room. The loader calls what waits in the queue. */
function addLoader(channel: Channel, color: string): void {
  const page = window as { Recado?: Loader };
  const waiting: Loader = (command) => {
    waiting.q?.push([command]);
  };
  waiting.q = [];
  page.Recado ??= waiting;
  // On a phone the open chat covers the page, which says what it is for.
  if (window.matchMedia("(min-width: 481px)").matches) page.Recado("open");
  const script = document.createElement("script");
  script.src = "/widget/loader.js";
  script.dataset.site = channel.externalId;
  script.dataset.color = color;
  document.head.append(script);
}

/** A sample page with the site's chat on it, for those who have no page yet. Its title is the page that the inbox shows with a message. */
export function PreviewPage({ channel }: { channel: Channel }) {
  const { t } = useTranslation();
  const { origins, color } = siteOf(channel);
  const site = siteName(origins[0] ?? channel.name);
  useEffect(() => {
    document.title = t("webchat.previewTitle");
  }, [t]);
  useEffect(() => addLoader(channel, color), [channel, color]);
  return (
    <main className={classes.page}>
      <header className={classes.note}>
        <div>
          <h1>{t("webchat.previewPage", { site })}</h1>
          <p>{t("webchat.previewHint")}</p>
          <p>{t("webchat.previewNext")}</p>
        </div>
        {/* A new document, so that the chat does not stay on the console's pages. */}
        <a href="/inbox">{t("webchat.previewAnswer")}</a>
      </header>
      <div className={classes.sample} aria-hidden="true">
        <span className={classes.bar}>{site}</span>
        <span className={classes.hero} />
        <span className={classes.line} />
        <span className={classes.line} />
        <span className={classes.tiles}>
          <span />
          <span />
          <span />
        </span>
      </div>
    </main>
  );
}

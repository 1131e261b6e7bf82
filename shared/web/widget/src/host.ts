/** Messages to and from the embedding page. Its origin is `event.origin` of the first message, never the message's content. */
import type { ToFrame, ToPage } from "@recado/lib/bridge";
import type { Page } from "./session.ts";

export interface Host {
  post(message: ToPage): void;
}

export function connectHost(on: {
  hello: (page: Page, open: boolean, host: Host) => void;
  panel: (open: boolean) => void;
}): void {
  let origin: string | undefined;
  window.addEventListener("message", (event: MessageEvent) => {
    if (event.source !== window.parent || window.parent === window) return;
    if (origin !== undefined && event.origin !== origin) return;
    const message = event.data as Partial<ToFrame> | null;
    if (message?.type === "hello" && origin === undefined) {
      origin = event.origin;
      const host: Host = { post: (answer) => window.parent.postMessage(answer, event.origin) };
      const { url = "", title = "", open = false } = message;
      on.hello({ origin, url: String(url), title: String(title) }, open === true, host);
      host.post({ type: "ready" });
    } else if (message?.type === "panel" && origin !== undefined) on.panel(message.open === true);
  });
}

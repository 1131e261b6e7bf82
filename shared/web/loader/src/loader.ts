/**
 * The chat's button on a shop's page. It leaves the page as it is: one element beside the body, one global function, and
 * not before somebody wants to chat, or has chatted, more than this file. The chat itself is in a frame of our own origin.
 */
import { inkOn, PETROL, type ToFrame, type ToPage } from "@recado/lib/bridge";
import { style } from "./style.ts";
import { wordsFor } from "./words.ts";

type Command = "open" | "close";
type Api = ((command: Command) => void) & { q?: ArrayLike<unknown>[] };

const MARK = Symbol.for("recado.chat");
/** How long a frame may take to load, and a loaded one to say that it is there: pages of errors never do. */
const LOADING = 15_000;
const ANSWERING = 3_000;

/** What goes wrong here must not be the page's trouble. */
const safely =
  <T extends unknown[]>(run: (...given: T) => void) =>
  (...given: T): void => {
    try {
      run(...given);
    } catch {
      // The page goes on without a chat.
    }
  };

/** Reads, or writes what is given. Storage throws where the visitor has blocked it; then nothing is remembered. */
function kept(where: "localStorage" | "sessionStorage", key: string, value?: string): string {
  try {
    if (value !== undefined) window[where].setItem(key, value);
    return window[where].getItem(key) ?? "";
  } catch {
    return "";
  }
}

const SVG = "http://www.w3.org/2000/svg";

function drawing(path: string): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

function place(site: string, origin: string, script: HTMLScriptElement): void {
  const page = document.documentElement;
  const key = `recado:${site}`;
  const words = wordsFor(page.lang, navigator.language);
  const [started, colour] = kept("localStorage", key).split(" ");

  const host = document.createElement("div");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  shadow.adoptedStyleSheets = [sheet];
  const root = document.createElement("div");
  const panel = document.createElement("section");
  const note = document.createElement("p");
  const button = document.createElement("button");
  const badge = document.createElement("b");
  let frame: HTMLIFrameElement | undefined;
  let open = kept("sessionStorage", key) === "open";
  let ready = false;
  let unread = 0;
  let unsaid: ToFrame[] = [];

  const left = script.dataset.position === "left" || getComputedStyle(page).direction === "rtl";
  root.className = left ? "left" : "";
  panel.ariaLabel = words.title;
  note.role = "status";
  button.type = "button";
  button.append(
    drawing(
      "M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H12l-4.5 4v-4h-1A2.5 2.5 0 0 1 4 13.5zM8.5 8.5h7M8.5 11.8h4",
    ),
    drawing("M6 9.5l6 6 6-6"),
    badge,
  );
  panel.append(note);
  root.append(panel, button);
  shadow.append(root);

  const paint = (accent: string) => {
    root.style.setProperty("--accent", accent);
    root.style.setProperty("--ink", inkOn(accent));
  };

  const show = () => {
    root.classList.toggle("open", open);
    root.classList.toggle("ready", ready);
    button.ariaExpanded = String(open);
    button.ariaLabel = open ? words.close : unread ? words.unread(unread) : words.open;
    badge.textContent = unread ? (unread > 99 ? "99+" : String(unread)) : "";
  };

  const say = (message: ToFrame) => {
    if (ready || message.type === "hello") frame?.contentWindow?.postMessage(message, origin);
    else unsaid.push(message);
  };

  const doubt = (ms: number) =>
    setTimeout(() => {
      if (!ready) note.textContent = words.failed;
    }, ms);

  const build = safely(() => {
    if (frame) return;
    frame = document.createElement("iframe");
    frame.title = words.title;
    frame.allow = "clipboard-write";
    frame.src = `${origin}/widget/v1/frame?site=${encodeURIComponent(site)}`;
    frame.addEventListener(
      "load",
      safely(() => {
        ready = false;
        doubt(ANSWERING);
        say({ type: "hello", url: location.href.slice(0, 2048), title: document.title.slice(0, 256), open });
      }),
    );
    panel.append(frame);
    doubt(LOADING);
  });

  const turn = safely((wanted: boolean) => {
    if (wanted === open) return;
    open = wanted;
    kept("sessionStorage", key, open ? "open" : "");
    if (open && note.textContent) {
      // It did not answer: another try, with a new frame.
      note.textContent = "";
      frame?.remove();
      frame = undefined;
    }
    show();
    build();
    say({ type: "panel", open });
    if (!open) button.focus();
    else frame?.focus();
  });

  addEventListener(
    "message",
    safely((event: MessageEvent) => {
      if (!frame || event.source !== frame.contentWindow || event.origin !== origin) return;
      const message = event.data as ToPage | undefined;
      if (message?.type === "ready") {
        ready = true;
        note.textContent = "";
        for (const waiting of unsaid) say(waiting);
        unsaid = [];
        if (open && shadow.activeElement === button) frame.focus();
      } else if (message?.type === "close") turn(false);
      else if (message?.type === "state") {
        unread = Math.max(0, Math.floor(Number(message.unread)) || 0);
        paint(message.color);
        kept("localStorage", key, `${message.started ? "started" : ""} ${message.color}`);
      } else return;
      show();
    }),
  );
  button.addEventListener("pointerenter", build);
  button.addEventListener("focus", build);
  button.addEventListener("click", () => turn(!open));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") turn(false);
  });
  // Above the keyboard of a phone, which covers what is fixed.
  const view = window.visualViewport;
  const fit = () => {
    root.style.setProperty("--height", `${view?.height}px`);
    root.style.setProperty("--top", `${view?.offsetTop}px`);
  };
  view?.addEventListener("resize", fit);
  view?.addEventListener("scroll", fit);

  // Beside the body: a page that replaces its body does not take the conversation away.
  const watch = new MutationObserver(() => {
    if (!host.isConnected) setTimeout(attach, 50);
  });
  const attach = safely(() => {
    if (host.isConnected) return;
    document.documentElement.append(host);
    watch.observe(document, { childList: true });
    watch.observe(document.documentElement, { childList: true });
  });

  paint(colour || script.dataset.color || PETROL);
  show();
  attach();
  if (started || open) build();

  const api: Api = (command) => {
    if (command === "open" || command === "close") turn(command === "open");
  };
  const before = (window as { Recado?: Api }).Recado;
  if (before && !before.q) return;
  (window as { Recado?: Api }).Recado = api;
  for (const given of before?.q ?? []) api(given[0] as Command);
}

/** Once per page, however often the tag is there and whatever code the others carry. */
export const load = safely((script: HTMLScriptElement | null) => {
  const site = script?.dataset.site;
  if (!script || !site || MARK in document) return;
  (document as unknown as Record<symbol, string>)[MARK] = site;
  const { origin } = new URL(script.src);
  const start = safely(() => place(site, origin, script));
  const idle = () =>
    "requestIdleCallback" in window ? requestIdleCallback(start, { timeout: 500 }) : setTimeout(start);
  if (document.body) idle();
  else document.addEventListener("DOMContentLoaded", idle);
});

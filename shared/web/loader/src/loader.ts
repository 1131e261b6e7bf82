/**
 * The chat button on a shop's page.
 *
 * - It adds one element next to the body and one global function (`Recado`).
 * - The chat runs in an iframe of our own origin. The iframe loads on hover, focus or click, or at once if the visitor has
 *   chatted before. It is lazy, because other iframes hold the page's load event until they are loaded.
 */
import { DEFAULT_ACCENT, type ToFrame, type ToPage, textColorOn } from "@recado/lib/bridge";
import { style } from "./style.ts";
import { textsFor } from "./texts.ts";

type Command = "open" | "close";
type Api = ((command: Command) => void) & { q?: ArrayLike<unknown>[] };

const LOADED = Symbol.for("recado.chat");
/** Time for the frame to load, in ms. */
const LOAD_TIMEOUT = 15_000;
/** Time for a loaded frame to send `ready`, in ms. Error pages never send it. */
const READY_TIMEOUT = 3_000;

/** Catches all exceptions: errors of the chat must not reach the page. */
const safely =
  <T extends unknown[]>(run: (...args: T) => void) =>
  (...args: T): void => {
    try {
      run(...args);
    } catch {
      // The page works without the chat.
    }
  };

/** Reads a key, or writes it if a value is given. Returns "" if the browser blocks storage. */
function storage(where: "localStorage" | "sessionStorage", key: string, value?: string): string {
  try {
    if (value !== undefined) window[where].setItem(key, value);
    return window[where].getItem(key) ?? "";
  } catch {
    return "";
  }
}

const SVG = "http://www.w3.org/2000/svg";

function icon(path: string): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

function mount(site: string, origin: string, script: HTMLScriptElement): void {
  const page = document.documentElement;
  const key = `recado:${site}`;
  const texts = textsFor(page.lang, navigator.language);
  const [started, colour] = storage("localStorage", key).split(" ");

  const host = document.createElement("div");
  const shadow = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  shadow.adoptedStyleSheets = [sheet];
  const root = document.createElement("div");
  const panel = document.createElement("section");
  const status = document.createElement("p");
  const button = document.createElement("button");
  const badge = document.createElement("b");
  let frame: HTMLIFrameElement | undefined;
  let open = storage("sessionStorage", key) === "open";
  let ready = false;
  let unread = 0;
  let queue: ToFrame[] = [];

  const left = script.dataset.position === "left" || getComputedStyle(page).direction === "rtl";
  root.className = left ? "left" : "";
  panel.ariaLabel = texts.title;
  status.role = "status";
  button.type = "button";
  button.append(
    icon(
      "M4 6.5A2.5 2.5 0 0 1 6.5 4h11A2.5 2.5 0 0 1 20 6.5v7a2.5 2.5 0 0 1-2.5 2.5H12l-4.5 4v-4h-1A2.5 2.5 0 0 1 4 13.5zM8.5 8.5h7M8.5 11.8h4",
    ),
    icon("M6 9.5l6 6 6-6"),
    badge,
  );
  panel.append(status);
  root.append(panel, button);
  shadow.append(root);

  const setAccent = (accent: string) => {
    root.style.setProperty("--accent", accent);
    root.style.setProperty("--ink", textColorOn(accent));
  };

  const render = () => {
    root.classList.toggle("open", open);
    root.classList.toggle("ready", ready);
    button.ariaExpanded = String(open);
    button.ariaLabel = open ? texts.close : unread ? texts.unread(unread) : texts.open;
    badge.textContent = unread ? (unread > 99 ? "99+" : String(unread)) : "";
  };

  const post = (message: ToFrame) => {
    if (ready || message.type === "hello") frame?.contentWindow?.postMessage(message, origin);
    else queue.push(message);
  };

  const failAfter = (ms: number) =>
    setTimeout(() => {
      if (!ready) status.textContent = texts.failed;
    }, ms);

  const loadFrame = safely(() => {
    if (frame) return;
    frame = document.createElement("iframe");
    frame.title = texts.title;
    frame.loading = "lazy";
    frame.allow = "clipboard-write";
    frame.src = `${origin}/widget/v1/frame?site=${encodeURIComponent(site)}`;
    frame.addEventListener(
      "load",
      safely(() => {
        ready = false;
        failAfter(READY_TIMEOUT);
        post({ type: "hello", url: location.href.slice(0, 2048), title: document.title.slice(0, 256), open });
      }),
    );
    panel.append(frame);
    failAfter(LOAD_TIMEOUT);
  });

  const setOpen = safely((wanted: boolean) => {
    if (wanted === open) return;
    open = wanted;
    storage("sessionStorage", key, open ? "open" : "");
    if (open && status.textContent) {
      // The last attempt failed: retry with a new frame.
      status.textContent = "";
      frame?.remove();
      frame = undefined;
    }
    render();
    loadFrame();
    post({ type: "panel", open });
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
        status.textContent = "";
        for (const queued of queue) post(queued);
        queue = [];
        if (open && shadow.activeElement === button) frame.focus();
      } else if (message?.type === "close") setOpen(false);
      else if (message?.type === "state") {
        unread = Math.max(0, Math.floor(Number(message.unread)) || 0);
        setAccent(message.color);
        storage("localStorage", key, `${message.started ? "started" : ""} ${message.color}`);
      } else return;
      render();
    }),
  );
  button.addEventListener("pointerenter", loadFrame);
  button.addEventListener("focus", loadFrame);
  button.addEventListener("click", () => setOpen(!open));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") setOpen(false);
  });
  // The keyboard of a phone covers fixed elements, so the panel follows the visual viewport.
  const view = window.visualViewport;
  const fit = () => {
    root.style.setProperty("--height", `${view?.height}px`);
    root.style.setProperty("--top", `${view?.offsetTop}px`);
  };
  view?.addEventListener("resize", fit);
  view?.addEventListener("scroll", fit);

  // The element is outside the body, so it survives when a page replaces its body.
  const watch = new MutationObserver(() => {
    if (!host.isConnected) setTimeout(attach, 50);
  });
  const attach = safely(() => {
    if (host.isConnected) return;
    document.documentElement.append(host);
    watch.observe(document, { childList: true });
    watch.observe(document.documentElement, { childList: true });
  });

  setAccent(colour || script.dataset.color || DEFAULT_ACCENT);
  render();
  attach();
  if (started || open) loadFrame();

  const api: Api = (command) => {
    if (command === "open" || command === "close") setOpen(command === "open");
  };
  const previous = (window as { Recado?: Api }).Recado;
  if (previous && !previous.q) return;
  (window as { Recado?: Api }).Recado = api;
  for (const args of previous?.q ?? []) api(args[0] as Command);
}

/** Only the first tag on a page has an effect. */
export const load = safely((script: HTMLScriptElement | null) => {
  const site = script?.dataset.site;
  if (!script || !site || LOADED in document) return;
  (document as unknown as Record<symbol, string>)[LOADED] = site;
  const { origin } = new URL(script.src);
  const start = safely(() => mount(site, origin, script));
  const idle = () =>
    "requestIdleCallback" in window ? requestIdleCallback(start, { timeout: 500 }) : setTimeout(start);
  if (document.body) idle();
  else document.addEventListener("DOMContentLoaded", idle);
});

// @vitest-environment happy-dom
import type { ToFrame, ToPage } from "@recado/lib/bridge";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { load } from "./src/loader.ts";
import { textsFor } from "./src/texts.ts";

const CODE = "DEMO0SITE0DEMO0SITE0";
const ours = "https://chat.example";
const globals = window as unknown as { Recado?: ((command: string) => void) & { q?: unknown } };

/** The callback of the loader's MutationObserver. Tests call it, so that observers of earlier tests stay silent. */
let watched: () => void = () => {};

beforeEach(() => {
  vi.stubGlobal(
    "MutationObserver",
    class {
      constructor(run: () => void) {
        watched = run;
      }
      observe() {}
    },
  );
  vi.useFakeTimers();
  vi.stubGlobal("requestIdleCallback", (run: () => void) => setTimeout(run));
  // Iframes stay empty; tests send the chat's messages themselves.
  const { settings } = (window as unknown as { happyDOM: { settings: Record<string, boolean> } }).happyDOM;
  settings.enableIframePageLoading = true;
  vi.spyOn(HTMLIFrameElement.prototype, "src", "set").mockImplementation(function (this: HTMLElement, address) {
    this.dataset.src = address;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  for (const host of document.querySelectorAll("html > div")) host.remove();
  delete (document as unknown as Record<symbol, unknown>)[Symbol.for("recado.chat")];
  delete globals.Recado;
  document.documentElement.lang = "";
  document.documentElement.dir = "";
  localStorage.clear();
  sessionStorage.clear();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function tag(more: Record<string, string> = {}, src = `${ours}/widget/loader.js`): HTMLScriptElement {
  const script = document.createElement("script");
  Object.defineProperty(script, "src", { value: src });
  Object.assign(script.dataset, { site: CODE, ...more });
  return script;
}

function start(more: Record<string, string> = {}) {
  load(tag(more));
  vi.runOnlyPendingTimers();
  const hosts = [...document.querySelectorAll("html > div")];
  const shadow = hosts[0]?.shadowRoot;
  if (!shadow) throw new Error("the loader added no element");
  const button = shadow.querySelector("button") as HTMLButtonElement;
  const frame = () => shadow.querySelector("iframe");
  const said: { message: ToFrame; to: string }[] = [];
  /** The window inside the frame. */
  const inside = { postMessage: (message: ToFrame, to: string) => said.push({ message, to }) } as unknown as Window;
  const answer = (message: ToPage | unknown, origin = ours, source: unknown = inside) =>
    window.dispatchEvent(Object.assign(new Event("message"), { data: message, origin, source }));
  const loaded = () => {
    const element = frame();
    if (!element) throw new Error("no frame");
    Object.defineProperty(element, "contentWindow", { value: inside, configurable: true });
    element.dispatchEvent(new Event("load"));
  };
  return { hosts, shadow, root: shadow.firstElementChild as HTMLElement, button, frame, said, answer, loaded };
}

describe("button", () => {
  // S0-31
  test("appears at once; the frame loads on hover", () => {
    const { button, frame } = start();
    expect(button.getAttribute("aria-label") ?? button.ariaLabel).toBe("Open chat");
    expect(frame()).toBeNull();
    button.dispatchEvent(new Event("pointerenter"));
    expect(frame()?.dataset.src).toBe(`${ours}/widget/v1/frame?site=${CODE}`);
    expect(frame()?.loading).toBe("lazy"); // the page's load event does not wait for it
  });

  // S0-31
  test("appears once when the page has several tags", () => {
    load(tag());
    load(tag());
    load(tag({ site: "ANOTHER0SITE0ANOTHER" }));
    const { hosts, button, frame } = start();
    button.click();
    expect(hosts).toHaveLength(1);
    expect(frame()?.dataset.src).toContain(CODE);
  });

  test("waits for the body while the page is loading", () => {
    vi.spyOn(document, "body", "get").mockReturnValueOnce(null as unknown as HTMLElement);
    load(tag());
    vi.runOnlyPendingTimers();
    expect(document.querySelectorAll("html > div")).toHaveLength(0);
    document.dispatchEvent(new Event("DOMContentLoaded"));
    vi.runOnlyPendingTimers();
    expect(document.querySelectorAll("html > div")).toHaveLength(1);
  });

  test.each([
    ["null", null],
    ["a tag without a site code", tag({ site: "" })],
    ["an invalid script URL", tag({}, "")],
  ])("does not appear and does not throw for %s", (_, script) => {
    expect(() => load(script)).not.toThrow();
    vi.runOnlyPendingTimers();
    expect(document.querySelectorAll("html > div")).toHaveLength(0);
  });

  test("is on the left on right-to-left pages", () => {
    document.documentElement.dir = "rtl";
    document.documentElement.style.direction = "rtl";
    expect(start().root.className).toContain("left");
    document.documentElement.style.direction = "";
  });

  test("uses the language of the page, then of the browser, then English", () => {
    document.documentElement.lang = "pt-BR";
    expect(start().button.ariaLabel).toBe("Abrir chat");
    expect(textsFor("", "es-AR").open).toBe("Abrir chat");
    expect(textsFor("ja", "ko").open).toBe("Open chat");
  });

  test("is added again when the page removes it", () => {
    const { hosts } = start();
    hosts[0]?.remove();
    watched();
    vi.runOnlyPendingTimers();
    expect(hosts[0]?.isConnected).toBe(true);
  });

  test("stays with its frame when the page replaces its body", () => {
    const { button, frame, hosts } = start();
    button.click();
    const before = frame();
    document.documentElement.replaceChild(document.createElement("body"), document.body);
    expect(hosts[0]?.isConnected).toBe(true);
    expect(frame()).toBe(before);
  });
});

describe("panel", () => {
  test("tells the frame and assistive technology when it opens and closes", () => {
    const { button, root, said, answer, loaded } = start();
    button.click();
    loaded();
    answer({ type: "ready" });
    expect([root.classList.contains("open"), button.ariaExpanded]).toEqual([true, "true"]);
    button.click();
    expect([root.classList.contains("open"), button.ariaExpanded]).toEqual([false, "false"]);
    expect(said.map(({ message }) => message)).toEqual([
      { type: "hello", url: location.href, title: document.title, open: true },
      { type: "panel", open: true },
      { type: "panel", open: false },
    ]);
    expect(new Set(said.map(({ to }) => to))).toEqual(new Set([ours]));
  });

  test("closes on Escape and returns the focus to the button", () => {
    const { button, root, shadow } = start();
    button.click();
    root.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    expect(root.classList.contains("open")).toBe(false);
    expect(shadow.activeElement).toBe(button);
  });

  test("queues messages until the frame is ready", () => {
    const { said, answer, loaded, button } = start();
    button.click();
    loaded();
    button.click();
    expect(said.map(({ message }) => message.type)).toEqual(["hello"]);
    answer({ type: "ready" });
    expect(said.slice(1).map(({ message }) => message)).toEqual([
      { type: "panel", open: true },
      { type: "panel", open: false },
    ]);
  });

  // S0-31
  test("stays open on the next page", () => {
    start().button.click();
    for (const host of document.querySelectorAll("html > div")) host.remove();
    delete (document as unknown as Record<symbol, unknown>)[Symbol.for("recado.chat")];
    const { root, frame } = start();
    expect(root.classList.contains("open")).toBe(true);
    expect(frame()).not.toBeNull();
  });

  test("obeys the page's commands, including those queued before the script loaded", () => {
    globals.Recado = Object.assign(() => {}, { q: [["open"]] });
    const { root } = start();
    expect(root.classList.contains("open")).toBe(true);
    globals.Recado?.("close");
    globals.Recado?.("reformat");
    expect(root.classList.contains("open")).toBe(false);
  });

  test("leaves an existing global of the same name alone", () => {
    const theirs = () => {};
    globals.Recado = theirs;
    const { button } = start();
    expect(globals.Recado).toBe(theirs);
    expect(button.isConnected).toBe(true);
  });

  test("shows an error when the frame does not respond, and retries with a new frame", () => {
    const { button, shadow, frame } = start();
    button.click();
    const silent = frame();
    vi.advanceTimersByTime(15_000);
    expect(shadow.querySelector("p")?.textContent).toBe("Chat is not available.");
    button.click();
    button.click();
    expect(shadow.querySelector("p")?.textContent).toBe("");
    expect(frame()).not.toBe(silent);
  });
});

describe("message from the frame", () => {
  const state: ToPage = { type: "state", unread: 3, started: true, color: "#ffcc00" };

  test("sets the unread count and the site's colour", () => {
    const { button, root, shadow, answer, loaded } = start();
    button.dispatchEvent(new Event("focus"));
    loaded();
    answer(state);
    expect(shadow.querySelector("b")?.textContent).toBe("3");
    expect(button.ariaLabel).toBe("Open chat, 3 unread messages");
    expect(root.style.getPropertyValue("--accent")).toBe("#ffcc00");
    expect(root.style.getPropertyValue("--ink")).toBe("#000000");
  });

  test("loads the frame at once on the next page if a conversation has started", () => {
    const first = start();
    first.button.dispatchEvent(new Event("focus"));
    first.loaded();
    first.answer(state);
    for (const host of document.querySelectorAll("html > div")) host.remove();
    delete (document as unknown as Record<symbol, unknown>)[Symbol.for("recado.chat")];
    const { frame, root } = start();
    expect(frame()).not.toBeNull();
    expect(root.style.getPropertyValue("--accent")).toBe("#ffcc00");
  });

  test.each([
    ["another origin", (a: ReturnType<typeof start>) => a.answer(state, "https://evil.example")],
    ["another window of the same origin", (a: ReturnType<typeof start>) => a.answer(state, ours, window)],
    ["an unknown type", (a: ReturnType<typeof start>) => a.answer({ type: "navigate", unread: 9 })],
    [
      "a value that is not a message",
      (a: ReturnType<typeof start>) => [null, undefined, 7, "close", []].map((x) => a.answer(x)),
    ],
    ["a count that is not a number", (a: ReturnType<typeof start>) => a.answer({ ...state, unread: "<b>" })],
  ])("is ignored: %s", (_, say) => {
    const all = start();
    all.button.click();
    all.loaded();
    say(all);
    expect(all.shadow.querySelector("b")?.textContent).toBe("");
    expect(all.root.classList.contains("open")).toBe(true);
  });

  test("closes the panel on `close`", () => {
    const { button, root, answer, loaded } = start();
    button.click();
    loaded();
    answer({ type: "close" });
    expect(root.classList.contains("open")).toBe(false);
  });
});

test("chat works when storage is blocked", () => {
  for (const name of ["localStorage", "sessionStorage"] as const) {
    vi.spyOn(window, name, "get").mockImplementation(() => {
      throw new DOMException("denied", "SecurityError");
    });
  }
  const { button, root, frame } = start();
  button.click();
  expect(root.classList.contains("open")).toBe(true);
  expect(frame()).not.toBeNull();
});

test("host styles override rules of the page", () => {
  const { shadow } = start();
  const [sheet] = shadow.adoptedStyleSheets;
  expect(sheet?.cssRules[0]?.cssText).toContain("position: fixed !important");
  expect(document.querySelectorAll("head style, body style")).toHaveLength(0);
});

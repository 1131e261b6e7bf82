// @vitest-environment happy-dom
import type { ToFrame, ToPage } from "@recado/lib/bridge";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { load } from "./src/loader.ts";
import { wordsFor } from "./src/words.ts";

const CODE = "DEMO0SITE0DEMO0SITE0";
const ours = "https://chat.example";
const globals = window as unknown as { Recado?: ((command: string) => void) & { q?: unknown } };

/** What the loader wants to hear of what happens to its element; told by hand, so that no page hears of the one before. */
let watched: () => void = () => {};

/** A page as the loader finds it: nothing was here before. */
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
  // Frames stay empty here: what a chat would answer is said by hand.
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
  if (!shadow) throw new Error("the loader placed nothing");
  const button = shadow.querySelector("button") as HTMLButtonElement;
  const frame = () => shadow.querySelector("iframe");
  const said: { message: ToFrame; to: string }[] = [];
  /** What is in the frame, as far as the loader can tell. */
  const inside = { postMessage: (message: ToFrame, to: string) => said.push({ message, to }) } as unknown as Window;
  const answer = (message: ToPage | unknown, origin = ours, source: unknown = inside) =>
    window.dispatchEvent(Object.assign(new Event("message"), { data: message, origin, source }));
  const loaded = () => {
    const element = frame();
    if (!element) throw new Error("there is no frame");
    Object.defineProperty(element, "contentWindow", { value: inside, configurable: true });
    element.dispatchEvent(new Event("load"));
  };
  return { hosts, shadow, root: shadow.firstElementChild as HTMLElement, button, frame, said, answer, loaded };
}

describe("the button", () => {
  // S0-31
  test("is there at once, and nothing else is loaded until somebody comes near it", () => {
    const { button, frame } = start();
    expect(button.getAttribute("aria-label") ?? button.ariaLabel).toBe("Open chat");
    expect(frame()).toBeNull();
    button.dispatchEvent(new Event("pointerenter"));
    expect(frame()?.dataset.src).toBe(`${ours}/widget/v1/frame?site=${CODE}`);
  });

  // S0-31
  test("is one, however often the tag is on the page and whatever code the others carry", () => {
    load(tag());
    load(tag());
    load(tag({ site: "ANOTHER0SITE0ANOTHER" }));
    const { hosts, button, frame } = start();
    button.click();
    expect(hosts).toHaveLength(1);
    expect(frame()?.dataset.src).toContain(CODE);
  });

  test("waits for the body of a page that is still being read", () => {
    vi.spyOn(document, "body", "get").mockReturnValueOnce(null as unknown as HTMLElement);
    load(tag());
    vi.runOnlyPendingTimers();
    expect(document.querySelectorAll("html > div")).toHaveLength(0);
    document.dispatchEvent(new Event("DOMContentLoaded"));
    vi.runOnlyPendingTimers();
    expect(document.querySelectorAll("html > div")).toHaveLength(1);
  });

  test.each([
    ["no tag", null],
    ["a tag without a code", tag({ site: "" })],
    ["an address that is none", tag({}, "")],
  ])("%s does nothing and throws nothing", (_, script) => {
    expect(() => load(script)).not.toThrow();
    vi.runOnlyPendingTimers();
    expect(document.querySelectorAll("html > div")).toHaveLength(0);
  });

  test("stands on the left where one reads from the right, or where the tag says so", () => {
    document.documentElement.dir = "rtl";
    document.documentElement.style.direction = "rtl";
    expect(start().root.className).toContain("left");
    document.documentElement.style.direction = "";
  });

  test("speaks the page's language, or the browser's, or English", () => {
    document.documentElement.lang = "pt-BR";
    expect(start().button.ariaLabel).toBe("Abrir o chat");
    expect(wordsFor("", "es-AR").open).toBe("Abrir el chat");
    expect(wordsFor("ja", "ko").open).toBe("Open chat");
  });

  test("comes back when the page throws it out", () => {
    const { hosts } = start();
    hosts[0]?.remove();
    watched();
    vi.runOnlyPendingTimers();
    expect(hosts[0]?.isConnected).toBe(true);
  });

  test("stays, with its frame, where the page replaces its body", () => {
    const { button, frame, hosts } = start();
    button.click();
    const before = frame();
    document.documentElement.replaceChild(document.createElement("body"), document.body);
    expect(hosts[0]?.isConnected).toBe(true);
    expect(frame()).toBe(before);
  });
});

describe("opening and closing", () => {
  test("are told to the frame and to who cannot see", () => {
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

  test("Escape closes, and the focus is on the button again", () => {
    const { button, root, shadow } = start();
    button.click();
    root.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    expect(root.classList.contains("open")).toBe(false);
    expect(shadow.activeElement).toBe(button);
  });

  test("what is said before the frame is ready waits for it", () => {
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
  test("is remembered while one goes from page to page", () => {
    start().button.click();
    for (const host of document.querySelectorAll("html > div")) host.remove();
    delete (document as unknown as Record<symbol, unknown>)[Symbol.for("recado.chat")];
    const { root, frame } = start();
    expect(root.classList.contains("open")).toBe(true);
    expect(frame()).not.toBeNull();
  });

  test("works by the page's own code, also by what it asked before the file was there", () => {
    globals.Recado = Object.assign(() => {}, { q: [["open"]] });
    const { root } = start();
    expect(root.classList.contains("open")).toBe(true);
    globals.Recado?.("close");
    globals.Recado?.("reformat");
    expect(root.classList.contains("open")).toBe(false);
  });

  test("a global of that name that the page has already is left alone", () => {
    const theirs = () => {};
    globals.Recado = theirs;
    const { button } = start();
    expect(globals.Recado).toBe(theirs);
    expect(button.isConnected).toBe(true);
  });

  test("a frame that never answers is said to be out of reach, and is tried anew", () => {
    const { button, shadow, frame } = start();
    button.click();
    const silent = frame();
    vi.advanceTimersByTime(15_000);
    expect(shadow.querySelector("p")?.textContent).toBe("The chat does not answer.");
    button.click();
    button.click();
    expect(shadow.querySelector("p")?.textContent).toBe("");
    expect(frame()).not.toBe(silent);
  });
});

describe("what the frame says", () => {
  const state: ToPage = { type: "state", unread: 3, started: true, color: "#ffcc00" };

  test("shows how much is unread, in the colour of the site", () => {
    const { button, root, shadow, answer, loaded } = start();
    button.dispatchEvent(new Event("focus"));
    loaded();
    answer(state);
    expect(shadow.querySelector("b")?.textContent).toBe("3");
    expect(button.ariaLabel).toBe("Open chat, unread messages: 3");
    expect(root.style.getPropertyValue("--accent")).toBe("#ffcc00");
    expect(root.style.getPropertyValue("--ink")).toBe("#000000");
  });

  test("brings the frame by itself on the next page of who has a conversation", () => {
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
    ["another window of our origin", (a: ReturnType<typeof start>) => a.answer(state, ours, window)],
    ["a kind that is not on the list", (a: ReturnType<typeof start>) => a.answer({ type: "navigate", unread: 9 })],
    ["no message at all", (a: ReturnType<typeof start>) => [null, undefined, 7, "close", []].map((x) => a.answer(x))],
    ["a count that is none", (a: ReturnType<typeof start>) => a.answer({ ...state, unread: "<b>" })],
  ])("is ignored when it comes from %s", (_, say) => {
    const all = start();
    all.button.click();
    all.loaded();
    say(all);
    expect(all.shadow.querySelector("b")?.textContent).toBe("");
    expect(all.root.classList.contains("open")).toBe(true);
  });

  test("the close button inside closes", () => {
    const { button, root, answer, loaded } = start();
    button.click();
    loaded();
    answer({ type: "close" });
    expect(root.classList.contains("open")).toBe(false);
  });
});

test("blocked storage costs the memory, not the chat", () => {
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

test("the host outweighs what a page declares for everything", () => {
  const { shadow } = start();
  const [sheet] = shadow.adoptedStyleSheets;
  expect(sheet?.cssRules[0]?.cssText).toContain("position: fixed !important");
  expect(document.querySelectorAll("head style, body style")).toHaveLength(0);
});

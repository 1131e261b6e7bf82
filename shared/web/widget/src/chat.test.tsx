// @vitest-environment happy-dom
import { DEFAULT_ACCENT, type ToPage } from "@recado/lib/bridge";
import type { VisitorMessage } from "@recado/lib/protocol/visitor";
import { render } from "preact";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { at, messageOf } from "../dev/testing.ts";
import { App } from "./App.tsx";
import { Chat } from "./chat.ts";

const origin = "https://shop.example";
const prefix = `recado:SITE:${origin}:`;

class FakeSocket {
  static newest: FakeSocket | undefined;
  readyState = 0;
  sent: string[] = [];
  onopen?: () => void;
  onclose?: () => void;
  onmessage?: (event: { data: string }) => void;
  constructor(readonly url: string) {
    FakeSocket.newest = this;
    queueMicrotask(() => {
      this.readyState = 1;
      this.onopen?.();
    });
  }
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.readyState = 3;
    this.onclose?.();
  }
}

/** The fake server. Chats of earlier tests are still running; their tokens are ignored. */
const server = {
  token: "",
  messages: [] as VisitorMessage[],
  online: true,
  started: false,
  greeting: "¿En qué te ayudamos?",
  refusal: null as { status: number; code: string; retryAfter?: string } | null,
  calls: [] as { path: string; body: Record<string, unknown> }[],
};
const told = (path: string) => server.calls.filter((call) => call.path === path).map(({ body }) => body);

function answer(path: string): unknown {
  if (path === "/sessions") {
    return {
      token: server.token,
      visitorId: "vi_1",
      site: { title: "Tienda Malabia", greeting: server.greeting, color: "#ffcc00" },
      online: server.online,
      started: server.started,
      unread: server.messages.length,
      limits: { maxText: 20, attachments: [{ type: "image", accept: ["image/png"], maxSize: 10 }] },
    };
  }
  if (path.startsWith("/messages?")) return { items: server.messages, nextCursor: null };
  if (path === "/socket-tickets") return { url: "ws://host/socket", expiresIn: 30 };
  if (path.startsWith("/files?")) return { url: "https://files.example/1", expiresIn: 300 };
  return {};
}

let nth = 0;

beforeEach(() => {
  nth += 1;
  Object.assign(server, { token: `t${nth}`, messages: [], online: true, started: false, refusal: null, calls: [] });
  vi.stubGlobal("WebSocket", FakeSocket);
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    const path = url.slice("/widget/v1".length);
    const { Authorization = `Bearer ${server.token}` } = init.headers as Record<string, string>;
    if (Authorization !== `Bearer ${server.token}`) return new Promise(() => {});
    server.calls.push({ path, body: init.body ? JSON.parse(String(init.body)) : {} });
    const { refusal } = server;
    if (refusal)
      return new Response(JSON.stringify({ error: { code: refusal.code, message: "" } }), {
        status: refusal.status,
        headers: refusal.retryAfter ? { "Retry-After": refusal.retryAfter } : {},
      });
    return new Response(JSON.stringify(answer(path)), { status: 200 });
  });
  vi.spyOn(document, "hasFocus").mockReturnValue(false);
});
afterEach(() => {
  render(null, document.body);
  localStorage.clear();
  sessionStorage.clear();
  vi.restoreAllMocks();
});

function setUp(open = true) {
  const chat = new Chat("SITE", { origin, url: `${origin}/remeras`, title: "Remeras" });
  const page: ToPage[] = [];
  chat.onState((message) => page.push(message));
  chat.show(open);
  const onClose = vi.fn();
  render(<App chat={chat} onClose={onClose} />, document.body);
  const text = () => document.body.textContent ?? "";
  const shows = (words: string) => vi.waitFor(() => expect(text()).toContain(words));
  const field = () => document.querySelector("textarea") as HTMLTextAreaElement;
  const write = async (words: string) => {
    field().value = words;
    field().dispatchEvent(new Event("input", { bubbles: true }));
    await vi.waitFor(() => expect(field().value).toBe(words));
  };
  const press = (key: string, more = {}) =>
    field().dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
  const push = (...items: unknown[]) => FakeSocket.newest?.onmessage?.({ data: JSON.stringify(items) });
  const online = () => vi.waitFor(() => expect(chat.live.state.value).toBe("online"));
  return { chat, page, onClose, text, shows, field, write, press, push, online };
}
const upserted = (message: VisitorMessage, more = {}) => ({ type: "message.upserted", message, ...more });

describe("visitor", () => {
  test("makes no request while the panel is closed", async () => {
    setUp(false);
    await Promise.resolve();
    expect(server.calls).toEqual([]);
  });

  test("sees the site's colour at once, before the session is there", () => {
    const chat = new Chat("SITE", { origin, url: origin, title: "" }, "#7a4b1f");
    expect(chat.accent.value).toBe("#7a4b1f");
    expect(new Chat("SITE", { origin, url: origin, title: "" }, "red").accent.value).toBe(DEFAULT_ACCENT);
  });

  // S2-20
  test("sees the site's greeting before the first message", async () => {
    const { shows } = setUp();
    await shows("¿En qué te ayudamos?");
    await shows("Tienda Malabia");
  });

  test("receives missed messages on return, with the panel closed", async () => {
    localStorage.setItem(`${prefix}token`, server.token);
    server.started = true;
    server.messages = [messageOf({ text: "¿Seguís ahí?" })];
    const { page } = setUp(false);
    await vi.waitFor(() => expect(page.at(-1)).toEqual({ type: "state", unread: 1, started: true, color: "#ffcc00" }));
    await vi.waitFor(() =>
      expect(told("/receipts")).toEqual([{ status: "delivered", conversationId: "cv_1", messageIds: ["m1"] }]),
    );
  });

  test("sees the away notice until an operator writes", async () => {
    server.online = false;
    const { shows, push, text, online } = setUp();
    await shows("We're away.");
    await online();
    push(upserted(messageOf({ sentAt: new Date(Date.now() + 1000).toISOString() })));
    await vi.waitFor(() => expect(text()).not.toContain("We're away."));
  });

  test.each([
    [403, "forbidden", "Chat is not available on this page."],
    [404, "not_found", "This chat does not exist."],
  ])("sees an error for %i %s: %s", async (status, code, words) => {
    server.refusal = { status, code };
    const { shows, field } = setUp();
    await shows(words);
    expect(field()).toBeNull();
  });
});

describe("composer", () => {
  test("Enter sends once, and the server's message replaces the outgoing one", async () => {
    const { write, press, field, push, online, shows } = setUp();
    await online();
    await write("hola");
    press("Enter");
    await vi.waitFor(() => expect(told("/messages")).toHaveLength(1));
    const [body] = told("/messages");
    expect(body).toMatchObject({ type: "text", text: "hola", attachments: [] });
    expect(field().value).toBe("");
    await vi.waitFor(() => expect(document.querySelector('[aria-label="Sent"]')).not.toBeNull());
    push(
      upserted(
        messageOf({ id: "m7", direction: "in", clientId: String(body?.clientId), text: "hola", status: "received" }),
      ),
    );
    await shows("hola");
    await vi.waitFor(() => expect(localStorage.getItem(`${prefix}out:${body?.clientId}`)).toBeNull());
    expect(document.querySelectorAll(".row[data-mine]")).toHaveLength(1);
  });

  test("Shift+Enter and Enter during IME composition do not send", async () => {
    const { write, press, online } = setUp();
    await online();
    await write("hola");
    press("Enter", { shiftKey: true });
    press("Enter", { isComposing: true });
    press("Enter", { keyCode: 229 });
    expect(told("/messages")).toEqual([]);
  });

  test("text over the limit shows a counter and is not sent", async () => {
    const { write, press, shows, online } = setUp();
    await online();
    await write("👩‍👩‍👧‍👦".repeat(3));
    await shows("1 character over the limit");
    press("Enter");
    expect(told("/messages")).toEqual([]);
  });

  test("typing is reported at the start and the end, not per key", async () => {
    const { write, online } = setUp();
    await online();
    await write("h");
    await write("ho");
    await write("");
    expect(FakeSocket.newest?.sent).toEqual(['{"action":"typing","on":true}', '{"action":"typing","on":false}']);
  });

  test("typing is not reported while the server drops frames", async () => {
    const { write, online, push } = setUp();
    await online();
    push({ type: "limited", retryAfter: 60 });
    await write("h");
    await write("");
    expect(FakeSocket.newest?.sent).toEqual([]);
  });

  test("draft is restored after a reload", async () => {
    const first = setUp();
    await first.online();
    await first.write("quería pre");
    render(null, document.body);
    expect(setUp().field().value).toBe("quería pre");
  });

  test("rejected message shows an error and can be retried", async () => {
    const { write, press, shows, online } = setUp();
    await online();
    server.refusal = { status: 413, code: "too_large" };
    await write("hola");
    press("Enter");
    await shows("Too large to send.");
    const button = (words: string) =>
      [...document.querySelectorAll("button")].find(({ textContent }) => textContent === words);
    server.refusal = null;
    button("Try again")?.click();
    await vi.waitFor(() => expect(told("/messages")).toHaveLength(2));
    expect(told("/messages")[1]?.clientId).toBe(told("/messages")[0]?.clientId);
  });

  test("rate-limited message says when it will be sent, and keeps its text", async () => {
    const { write, press, shows, text, online } = setUp();
    await online();
    server.refusal = { status: 429, code: "rate_limited", retryAfter: "1" };
    await write("hola");
    press("Enter");
    await shows("Too many messages. It will be sent at");
    expect(text()).toContain("hola");
    server.refusal = null;
    await vi.waitFor(() => expect(told("/messages")).toHaveLength(2), { timeout: 3000 });
    expect(told("/messages")[1]).toEqual(told("/messages")[0]);
    await vi.waitFor(() => expect(text()).not.toContain("Too many messages"));
  });

  test("unsupported file is rejected before the upload", async () => {
    const { shows, online } = setUp();
    await online();
    const dropped = [
      new File(["MZ"], "virus.exe", { type: "application/x-msdownload" }),
      new File(["0123456789abc"], "grande.png", { type: "image/png" }),
    ];
    const event = Object.assign(new Event("drop", { bubbles: true, cancelable: true }), {
      dataTransfer: { files: dropped },
    });
    document.querySelector(".composer")?.dispatchEvent(event);
    await shows("virus.exe: file type not supported.");
    await shows("grande.png is too large");
    expect(told("/uploads")).toEqual([]);
  });
});

describe("messages", () => {
  test("markup is shown as text, and URLs become links", async () => {
    server.messages = [
      messageOf({ text: '<img src=x onerror="alert(1)"> javascript:alert(1) https://shop.example/a' }),
    ];
    const { shows } = setUp();
    await shows("<img src=x");
    expect(document.querySelectorAll(".words img")).toHaveLength(0);
    const links = [...document.querySelectorAll<HTMLAnchorElement>(".words a")].map(({ href, rel }) => [href, rel]);
    expect(links).toEqual([["https://shop.example/a", "noopener noreferrer nofollow"]]);
  });

  test("unsupported, deleted and edited messages are labelled", async () => {
    server.messages = [
      messageOf({ id: "a", type: "hologram" }),
      messageOf({ id: "b", text: "secret", revokedAt: at(1) }),
      messageOf({ id: "c", text: "corregido", editedAt: at(1) }),
      messageOf({ id: "d", text: "sí", replyTo: "c" }),
    ];
    const { shows, text } = setUp();
    await shows("This message cannot be displayed");
    await shows("This message was deleted");
    await shows("edited");
    expect(text()).not.toContain("secret");
    expect(document.querySelector("blockquote")?.textContent).toBe("Lucía Pérezcorregido");
  });

  test("choice is sent once", async () => {
    const interactive = { footer: "", button: "", sections: [], buttons: [{ id: "y", title: "Sí", description: "" }] };
    server.messages = [messageOf({ type: "interactive", interactive })];
    const { shows } = setUp();
    await shows("Sí");
    const button = document.querySelector<HTMLButtonElement>(".choice");
    button?.click();
    button?.click();
    await vi.waitFor(() => expect(button?.disabled).toBe(true));
    await vi.waitFor(() =>
      expect(told("/messages")).toMatchObject([{ type: "interactive", text: "Sí", replyTo: "m1", optionId: "y" }]),
    );
  });

  test("are read when the panel is open, visible and focused", async () => {
    server.messages = [messageOf()];
    const { chat, page, online } = setUp();
    await online();
    await vi.waitFor(() => expect(told("/receipts").map(({ status }) => status)).toEqual(["delivered"]));
    expect(page.at(-1)).toMatchObject({ unread: 1 });
    vi.mocked(document.hasFocus).mockReturnValue(true);
    window.dispatchEvent(new Event("focus"));
    await vi.waitFor(() => expect(told("/receipts").map(({ status }) => status)).toEqual(["delivered", "read"]));
    expect(page.at(-1)).toMatchObject({ unread: 0 });
    chat.show(false);
  });

  test("typing indicator disappears when the message arrives", async () => {
    const { push, shows, text, online } = setUp();
    await online();
    push({ type: "typing", by: { kind: "operator", name: "Lucía" }, on: true });
    await shows("Lucía is typing…");
    push(upserted(messageOf({ text: "acá" })));
    await vi.waitFor(() => expect(text()).not.toContain("is typing"));
  });

  // C-04
  test("are refreshed after the socket reconnects", async () => {
    const { chat, shows, online } = setUp();
    await online();
    server.messages = [messageOf({ text: "mientras tanto" })];
    FakeSocket.newest?.close();
    await vi.waitFor(() => expect(chat.live.state.value).toBe("offline"));
    chat.live.nudge();
    await shows("mientras tanto");
  });

  test("partial message in a frame is fetched in full", async () => {
    const { chat, push, shows, online } = setUp();
    await online();
    await vi.waitFor(() => expect(chat.history.loaded.value).toBe(true));
    server.messages = [messageOf({ text: "muy largo" })];
    push(upserted(messageOf({ text: "" }), { partial: true }));
    await shows("muy largo");
  });
});

test("Escape cancels the reply, then closes the panel", async () => {
  server.messages = [messageOf()];
  const { onClose, shows, press } = setUp();
  await shows("hola");
  document.querySelector<HTMLButtonElement>(".reply")?.click();
  await vi.waitFor(() => expect(document.querySelector(".composer blockquote")).not.toBeNull());
  press("Escape");
  expect(onClose).not.toHaveBeenCalled();
  press("Escape");
  expect(onClose).toHaveBeenCalledTimes(1);
});

import { describe, expect, test, vi } from "vitest";
import { ApiError } from "../core/errors.ts";
import { messageOf } from "../core/testing.ts";
import { Outbox, type Transport, unconfirmed } from "./outbox.ts";
import type { Outgoing, OutgoingBody } from "./outgoing.ts";
import type { News, Shared } from "./shared.ts";

/** A browser with its storage, its tabs and their turns. */
function browser(stored = new Map<string, Outgoing>()) {
  const tabs = new Set<(news: News) => void>();
  const turns = new Map<string, Promise<void>>();
  const storage = { stored, full: false };
  const tab = (): Shared => {
    let mine: (news: News) => void = () => {};
    const fail = () => {
      if (storage.full) throw new Error("QuotaExceededError");
    };
    return {
      async all() {
        fail();
        return [...stored.values()].map((entry) => ({ ...entry }));
      },
      async keep(entry) {
        fail();
        stored.set(entry.clientId, entry);
      },
      async remove(clientId) {
        fail();
        stored.delete(clientId);
      },
      tell(news) {
        for (const run of tabs) if (run !== mine) run(news);
      },
      listen(run) {
        mine = run;
        tabs.add(run);
      },
      async alone(conversationId, signal, run) {
        const before = turns.get(conversationId);
        let over = () => {};
        turns.set(conversationId, new Promise((done) => (over = done)));
        try {
          await before;
          signal.throwIfAborted();
          await run();
        } finally {
          over();
        }
      },
      close: () => tabs.delete(mine),
    };
  };
  return { storage, stored, tab };
}

function setUp(post: (body: OutgoingBody, nth: number) => unknown = () => undefined, shared = browser().tab()) {
  const bodies: OutgoingBody[] = [];
  const sent = vi.fn();
  const waits: number[] = [];
  const transport: Transport = {
    upload: vi.fn(async (_conversation, _file, onProgress) => {
      onProgress(0.5);
      return "up_1";
    }),
    post: async (_conversation, body) => {
      bodies.push(body);
      const failure = await post(body, bodies.length);
      if (failure instanceof Error) throw failure;
      return messageOf({ id: `m${bodies.length}`, clientId: body.clientId, text: body.text });
    },
  };
  const outbox = new Outbox(transport, shared, sent, async (ms) => {
    waits.push(ms);
  });
  const add = (text: string, file?: File) =>
    outbox.add({ conversationId: "cv_1", type: file ? "image" : "text", text, replyTo: null, file });
  return { outbox, bodies, sent, waits, transport, add };
}
const empty = (outbox: Outbox) => vi.waitFor(() => expect(outbox.of("cv_1")).toEqual([]));

describe("Outbox", () => {
  test("an entry is shown until the server confirms it", async () => {
    const { outbox, sent, add } = setUp();
    add("hola");
    expect(outbox.of("cv_1")).toMatchObject([{ text: "hola", state: "sending" }]);
    await empty(outbox);
    expect(sent).toHaveBeenCalledTimes(1);
  });

  test("retries offline with one clientId and backoff", async () => {
    const { outbox, bodies, waits, add } = setUp((_, nth) => (nth < 4 ? new ApiError("offline") : undefined));
    add("hola");
    await empty(outbox);
    expect(bodies).toHaveLength(4);
    expect(new Set(bodies.map(({ clientId }) => clientId)).size).toBe(1);
    expect(waits).toEqual([1000, 2000, 4000]);
  });

  test("sends entries in order", async () => {
    const { outbox, bodies, add } = setUp((_, nth) => (nth === 1 ? new ApiError("unavailable") : undefined));
    add("uno");
    add("dos");
    await empty(outbox);
    expect(bodies.map(({ text }) => text)).toEqual(["uno", "uno", "dos"]);
  });

  test.each([
    [new ApiError("conflict", "window"), "window_closed"],
    [new ApiError("conflict", "template", "template_unavailable"), "template_unavailable"],
    [new ApiError("conflict"), "conflict"],
    [new ApiError("forbidden"), "forbidden"],
    [new Error("a bug"), "internal"],
  ])("%s is final and does not block the next", async (failure, reason) => {
    const { outbox, bodies, add } = setUp((_, nth) => (nth === 1 ? failure : undefined));
    add("uno");
    add("dos");
    await vi.waitFor(() => expect(bodies).toHaveLength(2));
    await vi.waitFor(() => expect(outbox.of("cv_1")).toMatchObject([{ text: "uno", state: "failed", error: reason }]));
  });

  test("a manual retry keeps the clientId", async () => {
    const { outbox, bodies, add } = setUp((_, nth) => (nth === 1 ? new ApiError("invalid") : undefined));
    add("hola");
    await vi.waitFor(() => expect(outbox.of("cv_1")).toMatchObject([{ state: "failed" }]));
    outbox.retry("cv_1", outbox.of("cv_1")[0]?.clientId ?? "");
    await empty(outbox);
    expect(bodies[0]?.clientId).toBe(bodies[1]?.clientId);
  });

  test("a file is uploaded once over retries", async () => {
    const { outbox, bodies, transport, add } = setUp((_, nth) => (nth < 3 ? new ApiError("offline") : undefined));
    add("mira", new File(["x"], "foto.png", { type: "image/png" }));
    await empty(outbox);
    expect(transport.upload).toHaveBeenCalledTimes(1);
    expect(bodies.map(({ attachments }) => attachments)).toEqual([["up_1"], ["up_1"], ["up_1"]]);
  });

  test("a discarded entry is gone", async () => {
    const { outbox, add } = setUp(() => new ApiError("invalid"));
    add("hola");
    await vi.waitFor(() => expect(outbox.of("cv_1")).toMatchObject([{ state: "failed" }]));
    outbox.discard("cv_1", outbox.of("cv_1")[0]?.clientId ?? "");
    expect(outbox.of("cv_1")).toEqual([]);
  });

  test("the request contains only its type's fields", async () => {
    const { outbox, bodies } = setUp();
    const on = { conversationId: "cv_1", replyTo: null };
    const location = { latitude: -34.6, longitude: -58.4, name: "", address: "" };
    const parameters = { header: [], body: ["Ana"], buttons: {} };
    const template = { name: "aviso", language: "es_AR", parameters };
    const interactive = { footer: "", buttons: [{ id: "b1", title: "Sí" }] };
    outbox.add({ ...on, type: "location", text: "", location });
    outbox.add({ ...on, type: "template", text: "Hola Ana", template });
    outbox.add({ ...on, type: "interactive", text: "¿Vienes?", interactive });
    outbox.add({ ...on, type: "sticker", text: "", file: new File(["x"], "gato.webp") });
    await empty(outbox);
    expect(JSON.parse(JSON.stringify(bodies)).map(({ clientId, ...said }: OutgoingBody) => said)).toEqual([
      { type: "location", attachments: [], replyTo: null, location },
      { type: "template", attachments: [], replyTo: null, template },
      { type: "interactive", attachments: [], replyTo: null, text: "¿Vienes?", interactive },
      { type: "sticker", attachments: ["up_1"], replyTo: null },
    ]);
  });

  // S1-25
  test("emoji sequences are sent unchanged", async () => {
    const { outbox, bodies, add } = setUp();
    add("👩‍👩‍👧‍👦🏳️‍🌈❤️‍🔥");
    await empty(outbox);
    expect(bodies[0]?.text).toBe("👩‍👩‍👧‍👦🏳️‍🌈❤️‍🔥");
  });
});

describe("Outbox in the browser's storage", () => {
  const away = () => new Promise<void>(() => {});
  const texts = (bodies: OutgoingBody[]) => bodies.map(({ text }) => text);

  test("after a crash the next page sends everything in order, with the same clientIds", async () => {
    const { tab, stored } = browser();
    const file = new File(["x"], "foto.png", { type: "image/png" });
    const crashed = setUp(away, tab());
    crashed.add("uno");
    crashed.add("dos", file);
    crashed.add("tres");
    await vi.waitFor(() => expect(stored.size).toBe(3));
    const ids = [...stored.keys()];
    crashed.outbox.close();
    const next = setUp(undefined, browser(stored).tab());
    await vi.waitFor(() => expect(texts(next.bodies)).toEqual(["uno", "dos", "tres"]));
    expect(next.bodies.map(({ clientId }) => clientId)).toEqual(ids);
    expect(next.transport.upload).toHaveBeenCalledWith("cv_1", file, expect.any(Function));
    await vi.waitFor(() => expect(stored.size).toBe(0));
  });

  test("an uploaded file is not uploaded again after a crash", async () => {
    const { tab, stored } = browser();
    const crashed = setUp(away, tab());
    crashed.add("mira", new File(["x"], "foto.png", { type: "image/png" }));
    await vi.waitFor(() => expect([...stored.values()]).toMatchObject([{ uploadId: "up_1" }]));
    crashed.outbox.close();
    const next = setUp(undefined, browser(stored).tab());
    await vi.waitFor(() => expect(next.bodies).toMatchObject([{ attachments: ["up_1"] }]));
    expect(next.transport.upload).not.toHaveBeenCalled();
  });

  test("two tabs show all entries, and each is sent once and in order", async () => {
    const { tab, stored } = browser();
    let answer = () => {};
    const answered = new Promise<void>((done) => (answer = done));
    const first = setUp(() => answered, tab());
    const second = setUp(() => answered, tab());
    first.add("uno");
    await vi.waitFor(() => expect(second.outbox.of("cv_1")).toMatchObject([{ text: "uno" }]));
    second.add("dos");
    await vi.waitFor(() => expect(first.outbox.of("cv_1")).toMatchObject([{ text: "uno" }, { text: "dos" }]));
    first.add("tres");
    await vi.waitFor(() => expect(stored.size).toBe(3));
    answer();
    await empty(first.outbox);
    await empty(second.outbox);
    expect(texts([...first.bodies, ...second.bodies])).toEqual(["uno", "dos", "tres"]);
    expect(stored.size).toBe(0);
    // Both show what the server made of them.
    expect(first.sent).toHaveBeenCalledTimes(3);
    expect(second.sent).toHaveBeenCalledTimes(3);
  });

  test("when the sending tab is closed another one goes on", async () => {
    const { tab } = browser();
    let fail = (_: Error) => {};
    const failed = new Promise((_, reject) => (fail = reject));
    const first = setUp(() => failed, tab());
    const second = setUp(undefined, tab());
    first.add("uno");
    await vi.waitFor(() => expect(second.outbox.of("cv_1")).toHaveLength(1));
    expect(second.bodies).toEqual([]);
    first.outbox.close();
    fail(new ApiError("offline"));
    await vi.waitFor(() => expect(texts(second.bodies)).toEqual(["uno"]));
  });

  test("a discard in one tab holds in all", async () => {
    const { tab, stored } = browser();
    const first = setUp(() => new ApiError("invalid"), tab());
    const second = setUp(undefined, tab());
    first.add("uno");
    await vi.waitFor(() => expect(second.outbox.of("cv_1")).toMatchObject([{ state: "failed" }]));
    second.outbox.discard("cv_1", second.outbox.of("cv_1")[0]?.clientId ?? "");
    await vi.waitFor(() => expect(first.outbox.of("cv_1")).toEqual([]));
    await vi.waitFor(() => expect(stored.size).toBe(0));
  });

  test("without room messages are sent all the same, and until then would be lost with the page", async () => {
    const { tab, storage } = browser();
    storage.full = true;
    let answer = () => {};
    const answered = new Promise<void>((done) => (answer = done));
    const { outbox, bodies, add } = setUp(() => answered, tab());
    add("hola", new File(["x"], "foto.png"));
    await vi.waitFor(() => expect(bodies).toHaveLength(1));
    expect(outbox.unkept).toBe(true);
    answer();
    await empty(outbox);
    expect(outbox.unkept).toBe(false);
  });

  test("what the storage has is not lost with the page", async () => {
    const { tab, stored } = browser();
    const { outbox, add } = setUp(away, tab());
    add("hola");
    expect(outbox.unkept).toBe(true);
    await vi.waitFor(() => expect(stored.size).toBe(1));
    await vi.waitFor(() => expect(outbox.unkept).toBe(false));
  });

  test("after a day it asks, and sends after what is newer", async () => {
    const { tab, stored } = browser();
    const before = setUp(away, tab());
    before.add("de ayer");
    await vi.waitFor(() => expect(stored.size).toBe(1));
    before.outbox.close();
    for (const [id, entry] of stored) {
      stored.set(id, { ...entry, createdAt: new Date(Date.now() - 25 * 3_600_000).toISOString() });
    }
    const { outbox, bodies, add } = setUp(undefined, browser(stored).tab());
    await vi.waitFor(() => expect(outbox.of("cv_1")).toMatchObject([{ text: "de ayer", state: "old" }]));
    add("de hoy");
    await vi.waitFor(() => expect(texts(bodies)).toEqual(["de hoy"]));
    outbox.retry("cv_1", outbox.of("cv_1")[0]?.clientId ?? "");
    await empty(outbox);
    expect(texts(bodies)).toEqual(["de hoy", "de ayer"]);
  });

  test("an ended session keeps the messages", async () => {
    const { tab, stored } = browser();
    const { outbox, add } = setUp(() => new ApiError("unauthenticated"), tab());
    outbox.subscribe(() => {
      if (outbox.of("cv_1")[0]?.state === "waiting") outbox.close();
    });
    add("hola");
    await vi.waitFor(() => expect(outbox.of("cv_1")).toMatchObject([{ state: "waiting" }]));
    const next = setUp(undefined, browser(stored).tab());
    await vi.waitFor(() => expect(texts(next.bodies)).toEqual(["hola"]));
  });

  test("empty gives back all messages, those of the last page too", async () => {
    const { tab, stored } = browser();
    const before = setUp(away, tab());
    before.add("uno");
    await vi.waitFor(() => expect(stored.size).toBe(1));
    before.outbox.close();
    const { outbox } = setUp(away, browser(stored).tab());
    expect(await outbox.empty()).toMatchObject([{ text: "uno" }]);
    expect(stored.size).toBe(0);
    expect(outbox.of("cv_1")).toEqual([]);
  });
});

test("unconfirmed skips entries with a message", () => {
  const entry = (clientId: string) => ({
    clientId,
    conversationId: "cv_1",
    type: "text" as const,
    text: "",
    replyTo: null,
    progress: 0,
    state: "sending" as const,
    createdAt: "",
  });
  const outgoing = [entry("a"), entry("b")];
  expect(unconfirmed(outgoing, [messageOf({ clientId: "a" })])).toEqual([entry("b")]);
  expect(unconfirmed(outgoing, [messageOf()])).toBe(outgoing);
});

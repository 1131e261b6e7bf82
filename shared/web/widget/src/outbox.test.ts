// @vitest-environment happy-dom
import { describe, expect, test, vi } from "vitest";
import { manualTimer, memoryStore } from "../dev/testing.ts";
import { ApiError } from "./api.ts";
import { Outbox, type OutgoingBody, type Transport } from "./outbox.ts";
import type { Lock } from "./retry.ts";

const prefix = "recado:S:o:out:";
const alone: Lock = (_, run) => run();

interface Given {
  store?: ReturnType<typeof memoryStore>;
  tab?: string;
  lock?: Lock;
  post?: (body: OutgoingBody, nth: number) => Error | undefined;
}

function setUp({ store = memoryStore(), tab = "tab1", lock = alone, post = () => undefined }: Given = {}) {
  const bodies: OutgoingBody[] = [];
  const timer = manualTimer();
  const sent = vi.fn();
  const transport: Transport = {
    upload: vi.fn(async (_file, onProgress) => {
      onProgress(0.5);
      return `up_${bodies.length}`;
    }),
    post: async (body) => {
      bodies.push(body);
      const failure = post(body, bodies.length);
      if (failure) throw failure;
    },
  };
  const outbox = new Outbox(prefix, tab, transport, store, lock, timer, sent);
  const say = (text: string) => outbox.add({ type: "text", text, replyTo: null });
  const states = () => outbox.entries.value.map(({ state }) => state);
  const waits = (n: number) => vi.waitFor(() => expect(timer.waits).toHaveLength(n));
  return { outbox, bodies, timer, sent, transport, store, say, states, waits };
}
const photo = () => new File(["x"], "foto.png", { type: "image/png" });

describe("Outbox", () => {
  test("shows a message at once, marks it as sent, and removes it when the server returns it", async () => {
    const { outbox, say, states, store } = setUp();
    say("hola");
    expect(states()).toEqual(["sending"]);
    await vi.waitFor(() => expect(states()).toEqual(["sent"]));
    outbox.confirm(new Set([outbox.entries.value[0]?.clientId]));
    expect(outbox.entries.value).toEqual([]);
    expect(store.keys(prefix)).toEqual([]);
  });

  // C-02
  test("retries offline with the same clientId and increasing delays", async () => {
    vi.spyOn(Math, "random").mockReturnValue(1);
    const { say, bodies, timer, states, waits } = setUp({
      post: (_, nth) => (nth < 4 ? new ApiError("offline") : undefined),
    });
    say("hola");
    for (let n = 1; n < 4; n++) {
      await waits(n);
      expect(states()).toEqual(["waiting"]);
      timer.nudge();
    }
    await vi.waitFor(() => expect(states()).toEqual(["sent"]));
    expect(new Set(bodies.map(({ clientId }) => clientId)).size).toBe(1);
    expect(timer.waits.map(({ ms }) => ms)).toEqual([500, 1000, 2000]);
    vi.restoreAllMocks();
  });

  test("waits for Retry-After, also on nudge", async () => {
    const { say, timer, outbox, waits } = setUp({ post: () => new ApiError("rate_limited", 7000) });
    say("hola");
    await waits(1);
    expect(timer.waits).toEqual([{ ms: 7000, firm: true }]);
    expect(outbox.entries.value[0]?.retryAt).toBeGreaterThan(Date.now());
  });

  test("sends one at a time, in order", async () => {
    const { say, bodies, timer, waits } = setUp({
      post: (_, nth) => (nth === 1 ? new ApiError("unavailable") : undefined),
    });
    say("uno");
    say("dos");
    await waits(1);
    timer.nudge();
    await vi.waitFor(() => expect(bodies.map(({ text }) => text)).toEqual(["uno", "uno", "dos"]));
  });

  test.each(["invalid", "too_large", "forbidden"] as const)(
    "%s fails the entry and the next one is sent",
    async (code) => {
      const { say, states, outbox } = setUp({ post: (_, nth) => (nth === 1 ? new ApiError(code) : undefined) });
      say("uno");
      say("dos");
      await vi.waitFor(() => expect(states()).toEqual(["failed", "sent"]));
      expect(outbox.entries.value[0]?.error).toBe(code);
    },
  );

  test("manual retry keeps the clientId, and discard deletes the entry", async () => {
    const { outbox, say, states, bodies, store } = setUp({ post: () => new ApiError("invalid") });
    say("hola");
    await vi.waitFor(() => expect(states()).toEqual(["failed"]));
    const { clientId = "" } = outbox.entries.value[0] ?? {};
    outbox.retry(clientId);
    await vi.waitFor(() => expect(bodies).toHaveLength(2));
    expect(bodies[1]?.clientId).toBe(bodies[0]?.clientId);
    await vi.waitFor(() => expect(states()).toEqual(["failed"]));
    outbox.discard(clientId);
    expect([states(), store.keys(prefix)]).toEqual([[], []]);
  });

  test("uploads a file once when the message is retried", async () => {
    const { outbox, transport, bodies, timer, waits, states } = setUp({
      post: (_, nth) => (nth === 1 ? new ApiError("offline") : undefined),
    });
    outbox.add({ type: "image", text: "mira", replyTo: null, content: photo() });
    await waits(1);
    timer.nudge();
    await vi.waitFor(() => expect(states()).toEqual(["sent"]));
    expect(transport.upload).toHaveBeenCalledTimes(1);
    expect(bodies.map(({ attachments }) => attachments)).toEqual([["up_0"], ["up_0"]]);
  });

  test("uploads again after a change of visitor", async () => {
    const { outbox, transport, timer, waits } = setUp({
      post: (_, nth) => (nth === 1 ? new ApiError("offline") : undefined),
    });
    outbox.add({ type: "image", text: "", replyTo: null, content: photo() });
    await waits(1);
    outbox.clearUploads();
    timer.nudge();
    await vi.waitFor(() => expect(transport.upload).toHaveBeenCalledTimes(2));
  });
});

describe("Outbox after a reload", () => {
  // C-03
  test("sends unsent entries in order", async () => {
    const first = setUp({ post: () => new ApiError("offline") });
    first.say("uno");
    first.say("dos");
    await first.waits(1);
    const second = setUp({ store: first.store });
    await vi.waitFor(() => expect(second.states()).toEqual(["sent", "sent"]));
    expect(second.bodies.map(({ text }) => text)).toEqual(["uno", "dos"]);
    expect(second.bodies[0]?.clientId).toBe(first.bodies[0]?.clientId);
  });

  test("shows sent entries and does not send them again", async () => {
    const first = setUp();
    first.say("hola");
    await vi.waitFor(() => expect(first.states()).toEqual(["sent"]));
    const second = setUp({ store: first.store });
    expect(second.states()).toEqual(["sent"]);
    await second.outbox.run();
    expect(second.bodies).toEqual([]);
  });

  test("fails a file entry whose bytes are lost", async () => {
    const first = setUp();
    vi.mocked(first.transport.upload).mockRejectedValue(new ApiError("offline"));
    first.outbox.add({ type: "image", text: "", replyTo: null, content: photo() });
    await first.waits(1);
    const second = setUp({ store: first.store });
    expect(second.outbox.entries.value).toMatchObject([{ state: "failed", error: "fileLost" }]);
    expect(setUp({ store: first.store, tab: "tab2" }).states()).toEqual([]);
  });

  test("ignores invalid entries", () => {
    const store = memoryStore(
      new Map([
        [`${prefix}a`, "{"],
        [`${prefix}b`, '{"clientId":"b"}'],
        ["other", "1"],
      ]),
    );
    expect(setUp({ store }).states()).toEqual([]);
  });
});

describe("Outbox in two tabs", () => {
  // C-02
  test("sends a message once", async () => {
    let turn: Promise<unknown> = Promise.resolve();
    const lock: Lock = (_, run) => {
      const mine = turn.then(run);
      turn = mine.catch(() => {});
      return mine;
    };
    const first = setUp({ lock });
    first.say("hola");
    const second = setUp({ store: first.store, lock, tab: "tab2" });
    expect(second.states()).toEqual(["sending"]);
    await vi.waitFor(() => expect([first.states(), second.states()]).toEqual([["sent"], ["sent"]]));
    expect(first.bodies.length + second.bodies.length).toBe(1);
  });

  test("shows and removes the other tab's entries", () => {
    const { outbox, states, store } = setUp();
    const entry = {
      clientId: "c9",
      type: "text",
      text: "hola",
      replyTo: null,
      state: "sending",
      createdAt: new Date().toISOString(),
      tab: "tab2",
    };
    store.set(`${prefix}c9`, JSON.stringify(entry));
    outbox.onStorage(`${prefix}c9`, JSON.stringify(entry));
    expect(states()).toEqual(["sending"]);
    outbox.onStorage(`${prefix}c9`, null);
    expect(states()).toEqual([]);
    outbox.onStorage("something else", null);
  });
});

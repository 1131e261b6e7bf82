// @vitest-environment happy-dom
import { describe, expect, test, vi } from "vitest";
import { keepInMemory, waitingByHand } from "../dev/testing.ts";
import { Refusal } from "./api.ts";
import { Outbox, type OutgoingBody, type Transport } from "./outbox.ts";
import type { Lock } from "./waiting.ts";

const prefix = "recado:S:o:out:";
const alone: Lock = (_, run) => run();

interface Given {
  keep?: ReturnType<typeof keepInMemory>;
  tab?: string;
  lock?: Lock;
  post?: (body: OutgoingBody, nth: number) => Error | undefined;
}

function setUp({ keep = keepInMemory(), tab = "tab1", lock = alone, post = () => undefined }: Given = {}) {
  const bodies: OutgoingBody[] = [];
  const clock = waitingByHand();
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
  const outbox = new Outbox(prefix, tab, transport, keep, lock, clock, sent);
  const say = (text: string) => outbox.add({ type: "text", text, replyTo: null });
  const states = () => outbox.entries.value.map(({ state }) => state);
  const waits = (n: number) => vi.waitFor(() => expect(clock.waits).toHaveLength(n));
  return { outbox, bodies, clock, sent, transport, keep, say, states, waits };
}
const photo = () => new File(["x"], "foto.png", { type: "image/png" });

describe("Outbox", () => {
  test("shows a message at once, says when the server has it, and lets go of it when it is shown back", async () => {
    const { outbox, say, states, keep } = setUp();
    say("hola");
    expect(states()).toEqual(["sending"]);
    await vi.waitFor(() => expect(states()).toEqual(["sent"]));
    outbox.confirm(new Set([outbox.entries.value[0]?.clientId]));
    expect(outbox.entries.value).toEqual([]);
    expect(keep.keys(prefix)).toEqual([]);
  });

  // C-02
  test("repeats with the same clientId while the network is away, waiting longer each time", async () => {
    vi.spyOn(Math, "random").mockReturnValue(1);
    const { say, bodies, clock, states, waits } = setUp({
      post: (_, nth) => (nth < 4 ? new Refusal("offline") : undefined),
    });
    say("hola");
    for (let n = 1; n < 4; n++) {
      await waits(n);
      expect(states()).toEqual(["waiting"]);
      clock.nudge();
    }
    await vi.waitFor(() => expect(states()).toEqual(["sent"]));
    expect(new Set(bodies.map(({ clientId }) => clientId)).size).toBe(1);
    expect(clock.waits.map(({ ms }) => ms)).toEqual([500, 1000, 2000]);
    vi.restoreAllMocks();
  });

  test("waits as long as the server asks, whatever the network does", async () => {
    const { say, clock, outbox, waits } = setUp({ post: () => new Refusal("rate_limited", 7000) });
    say("hola");
    await waits(1);
    expect(clock.waits).toEqual([{ ms: 7000, firm: true }]);
    expect(outbox.entries.value[0]?.retryAt).toBeGreaterThan(Date.now());
  });

  test("sends one after the other, in the order they were written", async () => {
    const { say, bodies, clock, waits } = setUp({
      post: (_, nth) => (nth === 1 ? new Refusal("unavailable") : undefined),
    });
    say("uno");
    say("dos");
    await waits(1);
    clock.nudge();
    await vi.waitFor(() => expect(bodies.map(({ text }) => text)).toEqual(["uno", "uno", "dos"]));
  });

  test.each(["invalid", "too_large", "forbidden"] as const)(
    "%s is final: it says so, the next goes on",
    async (code) => {
      const { say, states, outbox } = setUp({ post: (_, nth) => (nth === 1 ? new Refusal(code) : undefined) });
      say("uno");
      say("dos");
      await vi.waitFor(() => expect(states()).toEqual(["failed", "sent"]));
      expect(outbox.entries.value[0]?.error).toBe(code);
    },
  );

  test("a retry by hand sends the same clientId again, and what is discarded is gone", async () => {
    const { outbox, say, states, bodies, keep } = setUp({ post: () => new Refusal("invalid") });
    say("hola");
    await vi.waitFor(() => expect(states()).toEqual(["failed"]));
    const { clientId = "" } = outbox.entries.value[0] ?? {};
    outbox.retry(clientId);
    await vi.waitFor(() => expect(bodies).toHaveLength(2));
    expect(bodies[1]?.clientId).toBe(bodies[0]?.clientId);
    await vi.waitFor(() => expect(states()).toEqual(["failed"]));
    outbox.discard(clientId);
    expect([states(), keep.keys(prefix)]).toEqual([[], []]);
  });

  test("uploads a file once, however often its message has to be repeated", async () => {
    const { outbox, transport, bodies, clock, waits, states } = setUp({
      post: (_, nth) => (nth === 1 ? new Refusal("offline") : undefined),
    });
    outbox.add({ type: "image", text: "mira", replyTo: null, content: photo() });
    await waits(1);
    clock.nudge();
    await vi.waitFor(() => expect(states()).toEqual(["sent"]));
    expect(transport.upload).toHaveBeenCalledTimes(1);
    expect(bodies.map(({ attachments }) => attachments)).toEqual([["up_0"], ["up_0"]]);
  });

  test("uploads anew when somebody else's session took over", async () => {
    const { outbox, transport, clock, waits } = setUp({
      post: (_, nth) => (nth === 1 ? new Refusal("offline") : undefined),
    });
    outbox.add({ type: "image", text: "", replyTo: null, content: photo() });
    await waits(1);
    outbox.uploadAgain();
    clock.nudge();
    await vi.waitFor(() => expect(transport.upload).toHaveBeenCalledTimes(2));
  });
});

describe("after the page was loaded anew", () => {
  // C-03
  test("what had not left leaves, in its order, as what it was", async () => {
    const first = setUp({ post: () => new Refusal("offline") });
    first.say("uno");
    first.say("dos");
    await first.waits(1);
    const second = setUp({ keep: first.keep });
    await vi.waitFor(() => expect(second.states()).toEqual(["sent", "sent"]));
    expect(second.bodies.map(({ text }) => text)).toEqual(["uno", "dos"]);
    expect(second.bodies[0]?.clientId).toBe(first.bodies[0]?.clientId);
  });

  test("what the server has is shown as sent until it comes back, and not sent again", async () => {
    const first = setUp();
    first.say("hola");
    await vi.waitFor(() => expect(first.states()).toEqual(["sent"]));
    const second = setUp({ keep: first.keep });
    expect(second.states()).toEqual(["sent"]);
    await second.outbox.run();
    expect(second.bodies).toEqual([]);
  });

  test("a file whose bytes are gone says so instead of waiting for ever", async () => {
    const first = setUp();
    vi.mocked(first.transport.upload).mockRejectedValue(new Refusal("offline"));
    first.outbox.add({ type: "image", text: "", replyTo: null, content: photo() });
    await first.waits(1);
    const second = setUp({ keep: first.keep });
    expect(second.outbox.entries.value).toMatchObject([{ state: "failed", error: "fileLost" }]);
    expect(setUp({ keep: first.keep, tab: "tab2" }).states()).toEqual([]);
  });

  test("what is no entry is left out", () => {
    const keep = keepInMemory(
      new Map([
        [`${prefix}a`, "{"],
        [`${prefix}b`, '{"clientId":"b"}'],
        ["other", "1"],
      ]),
    );
    expect(setUp({ keep }).states()).toEqual([]);
  });
});

describe("two tabs", () => {
  // C-02
  test("send a message once: the second finds it sent when its turn comes", async () => {
    let turn: Promise<unknown> = Promise.resolve();
    const lock: Lock = (_, run) => {
      const mine = turn.then(run);
      turn = mine.catch(() => {});
      return mine;
    };
    const first = setUp({ lock });
    first.say("hola");
    const second = setUp({ keep: first.keep, lock, tab: "tab2" });
    expect(second.states()).toEqual(["sending"]);
    await vi.waitFor(() => expect([first.states(), second.states()]).toEqual([["sent"], ["sent"]]));
    expect(first.bodies.length + second.bodies.length).toBe(1);
  });

  test("show what the other wrote, and drop what it let go of", () => {
    const { outbox, states, keep } = setUp();
    const entry = {
      clientId: "c9",
      type: "text",
      text: "hola",
      replyTo: null,
      state: "sending",
      createdAt: new Date().toISOString(),
      tab: "tab2",
    };
    keep.set(`${prefix}c9`, JSON.stringify(entry));
    outbox.heard(`${prefix}c9`, JSON.stringify(entry));
    expect(states()).toEqual(["sending"]);
    outbox.heard(`${prefix}c9`, null);
    expect(states()).toEqual([]);
    outbox.heard("something else", null);
  });
});

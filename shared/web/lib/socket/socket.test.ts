import { describe, expect, test, vi } from "vitest";
import { parseFrame } from "../protocol/index.ts";
import { backOff, openSocket, SignedOutError } from "./index.ts";

/** A fake clock: `advance` runs the due timers in order. */
function clock() {
  let now = 0;
  let serial = 0;
  const due = new Map<number, { at: number; run: () => void }>();
  return {
    set: (run: () => void, ms: number) => {
      due.set(++serial, { at: now + ms, run });
      return serial;
    },
    clear: (handle: unknown) => due.delete(handle as number),
    async advance(ms: number) {
      const until = now + ms;
      for (;;) {
        const [next] = [...due].filter(([, { at }]) => at <= until).toSorted(([, a], [, b]) => a.at - b.at);
        if (!next) break;
        due.delete(next[0]);
        now = next[1].at;
        next[1].run();
        await settle();
      }
      now = until;
    },
  };
}

const settle = async () => {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve();
};

class FakeSocket {
  static readonly all: FakeSocket[] = [];
  readyState = 0;
  sent: string[] = [];
  onopen?: () => void;
  onclose?: () => void;
  onmessage?: (event: { data: string }) => void;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  open() {
    this.readyState = 1;
    this.onopen?.();
  }
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.();
  }
}

async function setUp(
  ticket = vi.fn(async () => `ws://host/socket?ticket=${ticket.mock.calls.length}`),
  more: { pingEvery?: () => number } = {},
) {
  FakeSocket.all.length = 0;
  const timers = clock();
  const on = { onFrame: vi.fn(), onState: vi.fn(), onReconnect: vi.fn() };
  const socket = openSocket({
    ticket,
    timers,
    read: (text) => parseFrame(text).items,
    random: () => 1,
    connect: (url) => new FakeSocket(url) as unknown as WebSocket,
    ...on,
    ...more,
  });
  await settle();
  const last = () => {
    const newest = FakeSocket.all.at(-1);
    if (!newest) throw new Error("no socket was opened");
    return newest;
  };
  return { socket, timers, ticket, last, ...on };
}

describe("backOff", () => {
  test("doubles up to the limit, with jitter in the upper half", () => {
    expect([0, 1, 2, 3].map((attempt) => backOff(attempt, () => 1))).toEqual([500, 1000, 2000, 4000]);
    expect(backOff(40, () => 1)).toBe(30_000);
    expect(backOff(40, () => 0)).toBe(15_000);
  });
});

describe("openSocket", () => {
  test("connects with a ticket and passes on frames", async () => {
    const { last, onFrame, onState, onReconnect } = await setUp();
    last().open();
    last().onmessage?.({ data: '[{"type":"pong"}]' });
    expect(last().url).toBe("ws://host/socket?ticket=1");
    expect(onFrame).toHaveBeenCalledWith([{ type: "pong" }]);
    expect(onState.mock.calls.flat()).toEqual(["connecting", "online"]);
    expect(onReconnect).not.toHaveBeenCalled();
  });

  test("reconnects with a new ticket and calls onReconnect", async () => {
    const { last, timers, ticket, onReconnect } = await setUp();
    last().open();
    last().close();
    await timers.advance(500);
    expect(ticket).toHaveBeenCalledTimes(2);
    expect(onReconnect).not.toHaveBeenCalled();
    last().open();
    expect(last().url).toBe("ws://host/socket?ticket=2");
    expect(onReconnect).toHaveBeenCalledTimes(1);
  });

  test("increases the back-off after each failure and resets it after a success", async () => {
    const failing = vi.fn(async () => {
      if (failing.mock.calls.length < 4) throw new Error("down");
      return "ws://host/socket";
    });
    const { last, timers } = await setUp(failing);
    await timers.advance(500 + 1000);
    expect(failing).toHaveBeenCalledTimes(3);
    await timers.advance(1999);
    expect(failing).toHaveBeenCalledTimes(3);
    await timers.advance(1);
    expect(failing).toHaveBeenCalledTimes(4);
    last().open();
    last().close();
    await timers.advance(500);
    expect(failing).toHaveBeenCalledTimes(5);
  });

  test("pings as often as it is told to, each time anew", async () => {
    let minutes = 9;
    const { last, timers } = await setUp(undefined, { pingEvery: () => minutes * 60_000 });
    last().open();
    await timers.advance(9 * 60_000 - 1);
    expect(last().sent).toEqual([]);
    minutes = 1;
    await timers.advance(1);
    last().onmessage?.({ data: '[{"type":"pong"}]' });
    await timers.advance(60_000);
    expect(last().sent).toHaveLength(2);
  });

  test("pings every four minutes and closes when there is no response", async () => {
    const { last, timers, ticket } = await setUp();
    last().open();
    await timers.advance(4 * 60_000);
    expect(last().sent).toEqual(['{"action":"ping"}']);
    last().onmessage?.({ data: '[{"type":"pong"}]' });
    await timers.advance(15_000);
    expect(last().readyState).toBe(1);
    await timers.advance(4 * 60_000);
    const silent = last();
    await timers.advance(15_000);
    expect(silent.readyState).toBe(3);
    expect(ticket.mock.calls.length).toBeGreaterThan(1);
  });

  test("stops reconnecting when signed out", async () => {
    const { timers, ticket, onState } = await setUp(
      vi.fn(async () => {
        throw new SignedOutError();
      }),
    );
    await timers.advance(600_000);
    expect(ticket).toHaveBeenCalledTimes(1);
    expect(onState).toHaveBeenLastCalledWith("closed");
  });

  test("reconnects at once on nudge", async () => {
    const { socket, last, ticket } = await setUp();
    last().open();
    last().close();
    socket.nudge();
    await settle();
    expect(ticket).toHaveBeenCalledTimes(2);
  });

  test("drops actions while offline", async () => {
    const { socket, last } = await setUp();
    socket.send({ action: "view", conversationId: "cv_1" });
    last().open();
    expect(last().sent).toEqual([]);
    socket.send({ action: "view", conversationId: "cv_1" });
    expect(last().sent).toEqual(['{"action":"view","conversationId":"cv_1"}']);
  });

  test("does not reconnect after close", async () => {
    const { socket, last, timers, ticket } = await setUp();
    last().open();
    socket.close();
    await timers.advance(600_000);
    expect(ticket).toHaveBeenCalledTimes(1);
  });
});

import type { Conversation, Counts, FrameItem } from "@recado/lib/protocol";
import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { defaultView } from "../api/view.ts";
import { conversationOf } from "../core/testing.ts";
import { type Counted, recounted } from "./counts.ts";
import { Live } from "./live.ts";
import { pagesOf } from "./testing.ts";

const count = (value: number) => ({ value, more: false });
const countsOf = (): Counts => ({
  mine: { open: count(3), pending: count(1), unread: count(2) },
  unassigned: count(4),
  all: { open: count(9), pending: count(2), snoozed: count(0), resolved: count(7) },
});
const short = ({ mine, unassigned, all }: Counts) =>
  [mine.open, mine.pending, mine.unread, unassigned, all.open, all.pending, all.resolved].map((c) => c.value).join(" ");

describe("recounted", () => {
  const cases: [string, Counted, Counted, string][] = [
    [
      "a new one in the pool",
      { status: null, assigneeId: null },
      { status: "open", assigneeId: null },
      "3 1 2 5 10 2 7",
    ],
    [
      "taken from the pool",
      { status: "open", assigneeId: null },
      { status: "open", assigneeId: "op_me" },
      "4 1 2 3 9 2 7",
    ],
    [
      "to a colleague",
      { status: "open", assigneeId: "op_me" },
      { status: "open", assigneeId: "op_x" },
      "2 1 2 4 9 2 7",
    ],
    [
      "set pending",
      { status: "open", assigneeId: "op_me" },
      { status: "pending", assigneeId: "op_me" },
      "2 2 2 4 8 3 7",
    ],
    [
      "resolved unread",
      { status: "open", assigneeId: "op_me", unread: true },
      { status: "resolved", assigneeId: "op_me", unread: true },
      "2 1 1 4 8 2 8",
    ],
    [
      "read",
      { status: "open", assigneeId: "op_me", unread: true },
      { status: "open", assigneeId: "op_me", unread: false },
      "3 1 1 4 9 2 7",
    ],
  ];
  test.each(cases)("%s", (_, before, after, want) => {
    expect(short(recounted(countsOf(), "op_me", before, after))).toBe(want);
  });
});

// S1-11
describe("Live counts", () => {
  let client: QueryClient;
  let live: Live;
  let asked = 0;
  beforeEach(() => {
    vi.useFakeTimers();
    asked = 0;
    client = new QueryClient();
    client.invalidateQueries = (filters) => {
      if (filters?.queryKey?.[0] === "counts") asked++;
      return Promise.resolve();
    };
    live = new Live(client, "op_me");
    client.setQueryData(["counts"], countsOf());
    vi.stubGlobal("fetch", () => Promise.reject(new Error("offline")));
  });
  afterEach(() => {
    live.close();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
  const now = () => short(client.getQueryData<Counts>(["counts"]) as Counts);
  const frame = (changes: Partial<Conversation>, was?: Counted): FrameItem => {
    const { unread: _, ...conversation } = conversationOf(changes);
    return { type: "conversation.upserted", conversation, was };
  };

  test("a thousand texts ask nothing and move nothing but unread", () => {
    client.setQueryData(["conversations", defaultView], pagesOf([[conversationOf()]]));
    for (let version = 2; version < 1000; version++) {
      live.apply([
        frame({ version, lastInboundId: `m${version}` }),
        frame({ id: "other", version, assigneeId: "op_x" }),
      ]);
    }
    vi.advanceTimersByTime(60_000);
    expect([asked, now()]).toEqual([0, "3 1 3 4 9 2 7"]);
  });

  test("a change of an unknown conversation counts by what it was, once", () => {
    const item = frame({ id: "other", version: 5, assigneeId: "op_me" }, { status: "open", assigneeId: null });
    live.apply([item]);
    live.apply([item]);
    live.apply([frame({ id: "other", version: 4, assigneeId: null }, { status: null, assigneeId: null })]);
    expect(now()).toBe("4 1 2 3 9 2 7");
  });

  test("a change just after the counts were asked for asks once more", async () => {
    await client.fetchQuery({ queryKey: ["counts"], queryFn: () => Promise.resolve(countsOf()) });
    live.apply([frame({ id: "a", version: 2 }, { status: "open", assigneeId: null })]);
    live.apply([frame({ id: "b", version: 2 }, { status: "open", assigneeId: null })]);
    vi.advanceTimersByTime(6_000);
    expect([asked, now()]).toEqual([1, "3 1 2 4 9 2 7"]);
    live.apply([frame({ id: "c", version: 2 }, { status: "open", assigneeId: null })]);
    vi.advanceTimersByTime(60_000);
    expect([asked, now()]).toEqual([1, "4 1 2 3 9 2 7"]);
  });
});

import type { Conversation, FrameItem, Message } from "@recado/lib/protocol";
import { InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { defaultView } from "../api/view.ts";
import { at, conversationOf, messageOf } from "../core/testing.ts";
import { GATHER } from "./entered.ts";
import { Live } from "./live.ts";
import { inOrder } from "./messages.ts";
import { itemsOf, type Page, type Pages } from "./pages.ts";
import { pagesOf } from "./testing.ts";

const listKey = ["conversations", defaultView];
let client: QueryClient;
let live: Live;

beforeEach(() => {
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  live = new Live(client, "op_me");
});
afterEach(() => {
  live.close();
  vi.unstubAllGlobals();
});

const upserted = (changes: Partial<Conversation>): FrameItem => {
  const { unread: _, ...conversation } = conversationOf(changes);
  return { type: "conversation.upserted", conversation };
};
const shown = () => itemsOf(client.getQueryData<Pages<Conversation>>(listKey));

describe("Live", () => {
  test("conversation frame updates lists and open pane", () => {
    client.setQueryData(listKey, pagesOf([[conversationOf()]]));
    client.setQueryData(["conversation", "cv_1"], conversationOf());
    live.apply([upserted({ version: 2, lastInboundId: "m2" })]);
    expect(shown()[0]).toMatchObject({ version: 2, unread: true });
    expect(client.getQueryData(["conversation", "cv_1"])).toMatchObject({ version: 2, unread: true });
  });

  // S0-01
  test("operator who is not in the list comes online: operators and invitations are fetched again, once", () => {
    const operator = { id: "op_1", name: "Rita", online: false, availability: "away" };
    const keys = [["operators"], ["invitations"]];
    const stale = () => keys.map((key) => client.getQueryState(key)?.isInvalidated);
    const comes = (operatorId: string) =>
      live.apply([{ type: "presence", operatorId, online: true, availability: "available" }]);
    const fetched = () => {
      client.setQueryData(["operators"], [operator]);
      client.setQueryData(["invitations"], []);
    };
    fetched();
    comes("op_1");
    expect(client.getQueryData(["operators"])).toEqual([{ ...operator, online: true, availability: "available" }]);
    expect(stale()).toEqual([false, false]);
    comes("op_2");
    expect(stale()).toEqual([true, true]);
    fetched();
    comes("op_2");
    expect(stale()).toEqual([false, false]);
  });

  // S1-21
  test("read mark of another device; older frame ignored", () => {
    client.setQueryData(listKey, pagesOf([[conversationOf({ unread: true, lastInboundId: "m2" })]]));
    live.apply([{ type: "read", conversationId: "cv_1", readUpTo: "m2", at: at(5) }]);
    live.apply([{ type: "read", conversationId: "cv_1", readUpTo: "m1", at: at(4) }]);
    expect(shown()[0]?.unread).toBe(false);
    live.apply([{ type: "read", conversationId: "cv_1", readUpTo: "", at: at(6) }]);
    expect(shown()[0]?.unread).toBe(true);
  });

  test("local read mark applies until the server's", () => {
    client.setQueryData(listKey, pagesOf([[conversationOf({ unread: true, lastInboundId: "m2" })]]));
    live.read("cv_1", "m2");
    expect(shown()[0]?.unread).toBe(false);
    live.apply([{ type: "read", conversationId: "cv_1", readUpTo: "", at: "1999-01-01T00:00:00.000Z" }]);
    expect(shown()[0]?.unread).toBe(true);
  });

  // C-04
  test("viewing confirmation refetches once", () => {
    const asked: unknown[] = [];
    client.invalidateQueries = (filters) => {
      asked.push(filters?.queryKey);
      return Promise.resolve();
    };
    live.looksAt("cv_1");
    live.apply([{ type: "viewing", conversationId: "cv_1", operatorIds: ["op_other"] }]);
    live.apply([{ type: "viewing", conversationId: "cv_2", operatorIds: ["op_me"] }]);
    expect(asked).toEqual([]);
    for (let told = 0; told < 2; told += 1)
      live.apply([{ type: "viewing", conversationId: "cv_1", operatorIds: ["op_other", "op_me"] }]);
    expect(asked).toEqual([
      ["messages", "cv_1"],
      ["events", "cv_1"],
    ]);
  });

  test("an older response does not undo a frame", async () => {
    client.setQueryData(listKey, pagesOf([[conversationOf()]]));
    let answer: (page: Page<Conversation>) => void = () => {};
    const fetching = client.fetchInfiniteQuery({
      queryKey: listKey,
      queryFn: () =>
        new Promise<Page<Conversation>>((resolve) => {
          answer = resolve;
        }),
      initialPageParam: null as string | null,
      staleTime: 0,
    });
    await vi.waitFor(() => expect(client.isFetching()).toBe(1));
    live.apply([upserted({ version: 2, status: "resolved" }), upserted({ id: "cv_new", lastActivityAt: at(9) })]);
    answer({ items: [conversationOf()], nextCursor: null });
    await fetching;
    await vi.waitFor(() => expect(shown().map(({ id }) => id)).toEqual(["cv_new"]));
  });

  // C-04
  test("a late older frame does not add a row again", () => {
    client.setQueryData(listKey, pagesOf([[conversationOf()]]));
    live.apply([upserted({ version: 3, assigneeId: "op_other" })]);
    live.apply([upserted({ version: 2, preview: null, lastActivityAt: at(1) })]);
    live.answered(conversationOf({ version: 2 }));
    expect(shown()).toEqual([]);
  });

  // C-04
  test("unknown rows are fetched from the server together", async () => {
    const now = [
      conversationOf({ id: "cv_left", version: 7, status: "resolved" }),
      conversationOf({ id: "cv_read", version: 2, lastInboundId: "m2", unread: false }),
    ];
    const fetched = vi.fn(async (_path: string) => new Response(JSON.stringify({ items: now, nextCursor: null })));
    vi.stubGlobal("fetch", fetched);
    client.setQueryData(listKey, pagesOf([[]]));
    live.apply([
      upserted({ id: "cv_left", version: 6 }),
      upserted({ id: "cv_read", version: 2, lastInboundId: "m2" }),
      upserted({ id: "cv_elsewhere", assigneeId: "op_other" }),
    ]);
    expect(shown().map(({ id, unread }) => ({ id, unread }))).toEqual([
      { id: "cv_read", unread: true },
      { id: "cv_left", unread: false },
    ]);
    await vi.waitFor(() =>
      expect(shown().map(({ id, unread }) => ({ id, unread }))).toEqual([{ id: "cv_read", unread: false }]),
    );
    expect(fetched).toHaveBeenCalledTimes(1);
    expect(fetched.mock.calls[0]?.[0]).toBe("/api/v1/conversations?ids=cv_read%2Ccv_left");
  });

  test("many unknown rows are fetched by one request at a time, none twice, and none after the end", async () => {
    let running = 0;
    let most = 0;
    const asked: string[][] = [];
    vi.stubGlobal("fetch", async (path: string) => {
      running += 1;
      most = Math.max(most, running);
      asked.push(new URL(path, "http://localhost").searchParams.get("ids")?.split(",") ?? []);
      await new Promise((done) => setTimeout(done, 20));
      running -= 1;
      return new Response(JSON.stringify({ items: [], nextCursor: null }));
    });
    client.setQueryData(listKey, pagesOf([[]]));
    const ids = Array.from({ length: 120 }, (_, i) => `cv_${i}`);
    for (const id of ids) live.apply([upserted({ id }), upserted({ id, version: 2 })]);
    await vi.waitFor(() => expect(asked.flat().toSorted()).toEqual(ids.toSorted()), 5_000);
    expect(asked.map(({ length }) => length)).toEqual([50, 50, 20]);
    expect(most).toBe(1);
    live.apply([upserted({ id: "cv_late" })]);
    live.close();
    await new Promise((done) => setTimeout(done, 2 * GATHER));
    expect(asked).toHaveLength(3);
  });

  test("mutation response applies unless older", () => {
    client.setQueryData(["conversation", "cv_1"], conversationOf({ version: 3 }));
    live.answered(conversationOf({ version: 4, status: "pending", unread: true }));
    expect(client.getQueryData(["conversation", "cv_1"])).toMatchObject({ status: "pending", unread: true });
    live.answered(conversationOf({ version: 2, status: "open" }));
    expect(client.getQueryData(["conversation", "cv_1"])).toMatchObject({ version: 4, status: "pending" });
  });

  test("fetches the text of a partial message", async () => {
    const whole = messageOf({ id: "m9", text: "entero" });
    const fetched = vi.fn(async () => new Response(JSON.stringify(whole)));
    vi.stubGlobal("fetch", fetched);
    client.setQueryData(["messages", "cv_1"], pagesOf([[messageOf()]]));
    live.apply([{ type: "message.upserted", conversationId: "cv_1", message: { ...whole, text: "" }, partial: true }]);
    const texts = () => inOrder(client.getQueryData<Pages<Message>>(["messages", "cv_1"])).map(({ text }) => text);
    expect(texts()).toEqual(["hola", ""]);
    await vi.waitFor(() => expect(texts()).toEqual(["hola", "entero"]));
    expect(fetched).toHaveBeenCalledWith("/api/v1/conversations/cv_1/messages/m9", expect.anything());
  });

  test("a removed message stays removed", () => {
    client.setQueryData(["messages", "cv_1"], pagesOf([[messageOf(), messageOf({ id: "m2", text: "eco" })]]));
    const texts = () => inOrder(client.getQueryData<Pages<Message>>(["messages", "cv_1"])).map(({ text }) => text);
    live.apply([{ type: "message.removed", conversationId: "cv_1", messageId: "m2" }]);
    expect(texts()).toEqual(["hola"]);
    const late = messageOf({ id: "m2", text: "eco", version: 9 });
    live.apply([{ type: "message.upserted", conversationId: "cv_1", message: late }]);
    expect(texts()).toEqual(["hola"]);
  });

  test("contact events refetch the contact", () => {
    const asked: unknown[] = [];
    client.invalidateQueries = (filters) => {
      asked.push(filters?.queryKey);
      return Promise.resolve();
    };
    const event = { conversationId: "cv_1", at: at(1), actor: { kind: "contact" as const, id: "ct_1", name: "Ana" } };
    for (const type of ["opened", "opted_out"])
      live.apply([
        {
          type: "event.appended",
          conversationId: "cv_1",
          event: { ...event, id: type, type, reason: null, data: {} },
        },
      ]);
    expect(asked).toEqual([["contact"]]);
  });

  // B-13
  test("viewers and typists until they stop or write", () => {
    const by = { kind: "operator", id: "op_2", name: "Martín" };
    live.apply([
      { type: "viewing", conversationId: "cv_1", operatorIds: ["op_me", "op_2"] },
      { type: "typing", conversationId: "cv_1", by, on: true },
    ]);
    expect(live.ephemeral.viewersOf("cv_1")).toEqual(["op_me", "op_2"]);
    expect(live.ephemeral.typistsIn("cv_1")).toEqual([by]);
    live.apply([{ type: "typing", conversationId: "cv_1", by, on: false }]);
    expect(live.ephemeral.typistsIn("cv_1")).toEqual([]);
  });

  // C-04
  test("reconnect refetches active and drops inactive", async () => {
    client.setQueryData(listKey, pagesOf([[conversationOf()]]));
    client.setQueryData(["messages", "cv_1"], pagesOf([[messageOf()]]));
    const queryFn = vi.fn(async () => ({ items: [conversationOf({ version: 2 })], nextCursor: null }));
    const observer = new InfiniteQueryObserver(client, {
      queryKey: listKey,
      queryFn,
      initialPageParam: null,
      getNextPageParam: () => null,
      staleTime: 60_000,
    });
    const stop = observer.subscribe(() => {});
    live.refetchAll();
    await vi.waitFor(() => expect(shown()[0]?.version).toBe(2));
    expect(queryFn).toHaveBeenCalledTimes(1);
    expect(client.getQueryData(["messages", "cv_1"])).toBeUndefined();
    stop();
  });
});

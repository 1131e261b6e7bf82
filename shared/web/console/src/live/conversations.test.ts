import { describe, expect, test } from "vitest";
import { defaultView, type InboxView } from "../api/view.ts";
import { at, conversationOf } from "../core/testing.ts";
import { marked, newerMark, placed, received, rowsOf } from "./conversations.ts";
import { itemsOf, relay } from "./pages.ts";
import { pagesOf } from "./testing.ts";

const { unread: _, unreadCount: __, ...pushed } = conversationOf({ version: 2 });

describe("received", () => {
  test("ignores an older version", () => {
    const known = conversationOf({ version: 3, status: "pending" });
    expect(received(known, { ...pushed, status: "resolved" }, undefined)).toBe(known);
  });

  test("ignores the same version", () => {
    const known = conversationOf({ version: 2, unread: true });
    expect(received(known, pushed, undefined)).toBe(known);
  });

  // S1-21
  test.each([
    ["a new inbound message makes it unread", "m2", "m1", false, true],
    ["an assignment leaves read as it was", "m1", "m1", false, false],
    ["an assignment leaves unread as it was", "m1", "m1", true, true],
    ["nothing inbound is not unread", null, null, false, false],
  ])("%s", (_name, next, before, wasUnread, unread) => {
    const known = conversationOf({ lastInboundId: before, unread: wasUnread });
    expect(received(known, { ...pushed, lastInboundId: next }, undefined).unread).toBe(unread);
  });

  test.each([
    ["m5", "m4", true],
    ["m5", "m5", false],
    ["m5", "m6", false],
    ["m5", "", true],
    [null, "", false],
  ])("last inbound %s against read up to %j gives unread %s", (lastInboundId, readUpTo, unread) => {
    const known = conversationOf({ unread: !unread });
    expect(received(known, { ...pushed, lastInboundId }, { readUpTo, at: at(1) }).unread).toBe(unread);
  });

  test("an unknown one is unread if it has inbound messages", () => {
    expect(received(undefined, { ...pushed, lastInboundId: "m1" }, undefined).unread).toBe(true);
    expect(received(undefined, pushed, undefined).unread).toBe(false);
  });
});

// B-28
describe("the unread count", () => {
  const known = conversationOf({ lastInboundId: "m3", inboundCount: 3, unread: true, unreadCount: 2 });
  test.each([
    ["grows with what arrived", known, { lastInboundId: "m5", inboundCount: 5 }, undefined, 4],
    ["stays when nothing arrived", known, { lastInboundId: "m3", inboundCount: 3 }, undefined, 2],
    [
      "begins again after all was read",
      { ...known, unread: false, unreadCount: 0 },
      { lastInboundId: "m4", inboundCount: 4 },
      undefined,
      1,
    ],
    ["ends with a mark", known, { lastInboundId: "m5", inboundCount: 5 }, { readUpTo: "m5", at: at(1) }, 0],
    ["of an unknown one is one at least", undefined, { lastInboundId: "m5", inboundCount: 5 }, undefined, 1],
    [
      "where messages were not counted is one at least",
      { ...known, unreadCount: 0 },
      { lastInboundId: "m3", inboundCount: 3 },
      undefined,
      1,
    ],
  ])("%s", (_name, before, changes, mark, count) => {
    expect(received(before, { ...pushed, ...changes }, mark).unreadCount).toBe(count);
  });

  test("a mark ends it, and marking as unread is one", () => {
    expect(marked(known, { readUpTo: "m3", at: at(1) }).unreadCount).toBe(0);
    expect(marked({ ...known, unread: false, unreadCount: 0 }, { readUpTo: "", at: at(1) }).unreadCount).toBe(1);
  });
});

describe("read marks", () => {
  const early = { readUpTo: "m9", at: at(1) };
  const late = { readUpTo: "m3", at: at(2) };

  test("the newest mark wins", () => {
    expect(newerMark(early, late)).toBe(late);
    expect(newerMark(late, early)).toBe(late);
    expect(newerMark(undefined, early)).toBe(early);
  });

  test("marked changes only what differs", () => {
    const unread = conversationOf({ unread: true, lastInboundId: "m4", readUpTo: "m3" });
    expect(marked(unread, late)).toBe(unread);
    expect(marked(unread, early)).toEqual({ ...unread, unread: false, readUpTo: "m9" });
    expect(marked(unread, { ...late, readUpTo: "m2" })).toEqual({ ...unread, readUpTo: "m2" });
  });

  test("a frame keeps how far the conversation was read", () => {
    const known = conversationOf({ readUpTo: "m3" });
    expect(received(known, pushed, undefined).readUpTo).toBe("m3");
    expect(received(known, pushed, early).readUpTo).toBe("m9");
  });
});

describe("placed", () => {
  const view: InboxView = { ...defaultView };
  const row = (id: string, minute: number, more = {}) => conversationOf({ id, lastActivityAt: at(minute), ...more });
  const ids = (data: ReturnType<typeof placed>) => itemsOf(data).map(({ id }) => id);
  const list = pagesOf([[row("c", 30), row("b", 20), row("a", 10)]]);

  test("moves an active row up", () => {
    expect(ids(placed(list, view, "op_me", [row("a", 40, { version: 2 })]))).toEqual(["a", "c", "b"]);
  });

  test("keeps the order if no sort key changed", () => {
    expect(ids(placed(list, view, "op_me", [row("b", 20, { version: 2, unread: true })]))).toEqual(["c", "b", "a"]);
  });

  // S1-15
  test("orders equal times by id", () => {
    const same = pagesOf([[row("c", 10), row("b", 10), row("a", 10)]]);
    expect(ids(placed(same, view, "op_me", [row("b", 10, { version: 2 })]))).toEqual(["c", "b", "a"]);
  });

  test("ignores an older version", () => {
    const newer = pagesOf([[row("a", 10, { version: 5 })]]);
    expect(placed(newer, view, "op_me", [row("a", 40, { version: 4 })])).toBe(newer);
  });

  // S1-16
  test("moves a resolved one to the resolved list", () => {
    const resolved = row("b", 20, { status: "resolved", version: 2 });
    expect(ids(placed(list, view, "op_me", [resolved]))).toEqual(["c", "a"]);
    expect(ids(placed(pagesOf([[]]), { ...view, status: "resolved" }, "op_me", [resolved]))).toEqual(["b"]);
    expect(ids(placed(list, { ...view, status: "all" }, "op_me", [resolved]))).toEqual(["c", "b", "a"]);
  });

  // S1-18
  test("moves between boxes when the assignee changes", () => {
    const taken = row("b", 20, { assigneeId: "op_other", version: 2 });
    expect(ids(placed(list, view, "op_me", [taken]))).toEqual(["c", "a"]);
    expect(ids(placed(list, { ...view, box: "all" }, "op_me", [taken]))).toEqual(["c", "b", "a"]);
    const left = row("x", 5, { assigneeId: null });
    expect(ids(placed(pagesOf([[]]), { ...view, box: "unassigned" }, "op_me", [left]))).toEqual(["x"]);
  });

  test.each([
    ["operator", { operator: "op_other" }, { assigneeId: "op_other" }, { assigneeId: "op_me" }],
    ["no operator", { operator: "none" }, { assigneeId: null }, { assigneeId: "op_me" }],
    ["channel", { channel: "ch_2" }, { channel: { id: "ch_2", type: "whatsapp" } }, {}],
  ] as const)("filters by %s", (_, filter, inside, outside) => {
    const filtered: InboxView = { ...view, box: "all", ...filter };
    expect(ids(placed(pagesOf([[]]), filtered, "op_me", [row("x", 1, inside)]))).toEqual(["x"]);
    expect(ids(placed(pagesOf([[]]), filtered, "op_me", [row("x", 1, outside)]))).toEqual([]);
  });

  test("leaves out rows beyond the loaded pages", () => {
    const loaded = pagesOf([[row("c", 30), row("b", 20)]], true);
    expect(placed(loaded, view, "op_me", [row("x", 5)])).toBe(loaded);
    expect(ids(placed(loaded, { ...view, sort: "newest" }, "op_me", [row("x", 25)]))).toEqual(["c", "x", "b"]);
  });

  test("places many at once as one after the other", () => {
    const changes = [
      row("a", 40, { version: 2 }),
      row("x", 25),
      row("c", 30, { version: 2, status: "resolved" }),
      row("y", 25),
      row("z", 5),
    ];
    const oneByOne = changes.reduce((data, next) => placed(data, view, "op_me", [next]), list);
    expect(ids(placed(list, view, "op_me", changes))).toEqual(ids(oneByOne));
    expect(ids(oneByOne)).toEqual(["a", "y", "x", "b", "z"]);
  });

  test("sorts oldest first and longest waiting first", () => {
    const oldest = pagesOf([[row("a", 10), row("b", 20)]]);
    expect(ids(placed(oldest, { ...view, sort: "oldest" }, "op_me", [row("x", 15)]))).toEqual(["a", "x", "b"]);
    const waiting = pagesOf([[row("a", 10, { waitingSince: at(1) }), row("b", 20, { waitingSince: at(9) })]]);
    const next = placed(waiting, { ...view, sort: "waiting" }, "op_me", [row("x", 15, { waitingSince: at(5) })]);
    expect(ids(next)).toEqual(["a", "x", "b"]);
    const answered = placed(next, { ...view, sort: "waiting" }, "op_me", [row("a", 30, { version: 2 })]);
    expect(ids(answered)).toEqual(["x", "b", "a"]);
  });

  test("with a search, changes known rows only", () => {
    const searched: InboxView = { ...view, q: "sofia" };
    const next = placed(list, searched, "op_me", [row("a", 40, { version: 2, unread: true })]);
    expect(ids(next)).toEqual(["c", "b", "a"]);
    expect(itemsOf(next)[2]?.unread).toBe(true);
    expect(placed(list, searched, "op_me", [row("x", 50)])).toBe(list);
    expect(ids(placed(list, searched, "op_me", [row("a", 40, { version: 2, status: "resolved" })]))).toEqual([
      "c",
      "b",
      "a",
    ]);
  });
});

// S1-15
test("rowsOf keeps the newest of duplicate rows", () => {
  const old = conversationOf({ id: "a", version: 4, lastActivityAt: at(1) });
  const moved = conversationOf({ id: "a", version: 5, lastActivityAt: at(9), status: "resolved" });
  const other = conversationOf({ id: "b", lastActivityAt: at(5) });
  const view: InboxView = { ...defaultView, status: "all" };
  for (const data of [pagesOf([[moved, other], [old]]), pagesOf([[old, other], [moved]])]) {
    expect(rowsOf(data)).toHaveLength(2);
    expect(rowsOf(data)).toContain(moved);
    expect(placed(data, view, "op_me", [old])).toBe(data);
  }
});

test("relay keeps pages, cursors and every item", () => {
  const data = pagesOf(
    [
      ["a", "b"],
      ["c", "d"],
    ],
    true,
  );
  const next = relay(data, ["a", "x", "b", "c", "d"]);
  expect(next.pages.map(({ items }) => items)).toEqual([
    ["a", "x"],
    ["b", "c", "d"],
  ]);
  expect(next.pages.map(({ nextCursor }) => nextCursor)).toEqual(["c1", "c2"]);
  expect(itemsOf(relay(data, ["a"]))).toEqual(["a"]);
});

import type { TimelineEvent } from "@recado/lib/protocol";
import { describe, expect, test } from "vitest";
import { at, messageOf } from "../core/testing.ts";
import { firstUnread, includes, lastBeforeUnread, newSince, reachesUnread, rowsOf } from "./timeline.ts";

describe("rowsOf", () => {
  const eventAt = (minute: number): TimelineEvent => ({
    id: `e${minute}`,
    conversationId: "cv_1",
    type: "assigned",
    at: at(minute),
    actor: { kind: "system", id: "", name: "" },
    reason: null,
    data: {},
  });
  const rows = (input: Partial<Parameters<typeof rowsOf>[0]>) =>
    rowsOf({ messages: [], events: [], outgoing: [], older: false, dayOf: (iso) => iso.slice(0, 10), ...input });
  const said = (id: string, minute: number, more = {}) =>
    messageOf({ id, sentAt: at(minute), receivedAt: at(minute), ...more });

  test("puts events between messages by time", () => {
    const made = rows({ messages: [said("m1", 1), said("m2", 9)], events: [eventAt(0), eventAt(5), eventAt(20)] });
    expect(made.map(({ key }) => key)).toEqual(["day 2026-11-22", "e0", "m1", "e5", "m2", "e20"]);
  });

  test("folds events with no message between them, within a day", () => {
    const events = [eventAt(2), eventAt(3), eventAt(4), eventAt(12), eventAt(24 * 60 + 1)];
    const made = rows({ messages: [said("m1", 1), said("m2", 9)], events });
    const folded = made.flatMap((row) => (row.kind === "events" ? [row.events.map(({ id }) => id)] : []));
    expect(folded).toEqual([["e2", "e3", "e4"], ["e12"], [`e${24 * 60 + 1}`]]);
    expect(made.find(({ kind }) => kind === "events")?.key).toBe("e2");
  });

  test("orders a message by its arrival, at most five seconds after the provider's time", () => {
    const prompt = said("m1", 5, { receivedAt: "2026-11-22T00:05:02.000Z" });
    const late = said("m2", 5, { receivedAt: "2026-11-22T09:00:00.000Z" });
    const event = (id: string, time: string) => ({ ...eventAt(0), id, at: time });
    const events = [event("before", "2026-11-22T00:05:01.000Z"), event("after", "2026-11-22T00:05:06.000Z")];
    const keys = (message: typeof prompt) => rows({ messages: [message], events }).map(({ key }) => key);
    expect(keys(prompt)).toEqual(["day 2026-11-22", "before", "m1", "after"]);
    expect(keys(late)).toEqual(["day 2026-11-22", "before", "m2", "after"]);
  });

  test("adds day separators", () => {
    const made = rows({ messages: [said("m1", 1), said("m2", 24 * 60 + 1)] });
    expect(made.map(({ kind }) => kind)).toEqual(["day", "message", "day", "message"]);
  });

  test("leaves out events before the loaded messages", () => {
    const input = { messages: [said("m1", 10)], events: [eventAt(5), eventAt(15)] };
    expect(rows({ ...input, older: true }).map(({ key }) => key)).toEqual(["day 2026-11-22", "m1", "e15"]);
  });

  test("groups messages by author within five minutes", () => {
    const out = { direction: "out", author: { kind: "operator", id: "op_1", name: "Lucía" } } as const;
    const made = rows({ messages: [said("a", 1), said("b", 2), said("c", 3, out), said("d", 4), said("e", 20)] });
    const starts = made.flatMap((row) => (row.kind === "message" ? [row.starts] : []));
    expect(starts).toEqual([true, false, true, true, true]);
  });

  const outgoing = {
    clientId: "c1",
    conversationId: "cv_1",
    type: "text" as const,
    text: "hola",
    replyTo: null,
    progress: 0,
    state: "sending" as const,
    createdAt: at(3),
  };

  test("a message that waits since the day before opens no day again", () => {
    const today = { ...outgoing, clientId: "c2", createdAt: at(24 * 60 + 2) };
    const made = rows({ messages: [said("m1", 24 * 60 + 1)], outgoing: [outgoing, today] });
    expect(made.map(({ key }) => key)).toEqual(["day 2026-11-23", "m1", "c1", "c2"]);
  });

  test("a sent message keeps its outgoing key", () => {
    expect(rows({ outgoing: [outgoing] }).at(-1)?.key).toBe("c1");
    expect(rows({ messages: [said("m1", 3, { clientId: "c1" })] }).at(-1)?.key).toBe("c1");
  });
});

// S1-21
describe("line of new messages", () => {
  const out = { direction: "out" } as const;
  const known = [
    messageOf({ id: "m1" }),
    messageOf({ id: "m2", ...out }),
    messageOf({ id: "m3" }),
    messageOf({ id: "m4" }),
    messageOf({ id: "m5", ...out }),
    messageOf({ id: "m6" }),
    messageOf({ id: "m7" }),
  ];
  const rows = (unreadFrom: string | null) =>
    rowsOf({ messages: known, events: [], outgoing: [], older: false, unreadFrom, dayOf: () => "day" });

  test.each([
    ["after the read mark", "m3", "m4"],
    ["after an answer that follows the read mark", "m4", "m6"],
    ["everything was read", "m7", null],
    ["marked as unread: after the last answer", "", "m6"],
  ])("%s", (_, readUpTo, from) => {
    expect(firstUnread(known, readUpTo)).toBe(from);
  });

  test("nothing was read or answered: the first message", () => {
    expect(firstUnread([messageOf({ id: "m1" }), messageOf({ id: "m2" })], "")).toBe("m1");
  });

  test.each([
    ["the read mark is loaded", ["m3", "m4"], "m3", true],
    ["the read mark is older", ["m3", "m4"], "m1", false],
    ["no mark, and an answer is loaded", ["m2", "m3"], "", true],
    ["no mark, and no answer is loaded", ["m3", "m4"], "", false],
  ])("%s", (_, ids, readUpTo, reaches) => {
    const loaded = known.filter(({ id }) => ids.includes(id));
    expect(reachesUnread(loaded, readUpTo)).toBe(reaches);
  });

  test("stands above the message, which begins a group", () => {
    const made = rows("m4");
    const line = made.findIndex(({ kind }) => kind === "unread");
    expect(made.slice(line).map(({ key }) => key)).toEqual(["unread", "m4", "m5", "m6", "m7"]);
    expect(made[line + 1]).toMatchObject({ starts: true });
    expect(rows(null).map(({ kind }) => kind)).not.toContain("unread");
  });

  test("what is new is counted from the line, without our own messages", () => {
    const made = rows("m4");
    expect(lastBeforeUnread(made)).toBe("m3");
    expect(newSince(made, "m3")).toBe(3);
    expect(lastBeforeUnread(rows(null))).toBe("m7");
    expect(newSince(made, "m7")).toBe(0);
  });
});

test("includes tells whether a message is among the rows", () => {
  const rows = rowsOf({
    messages: [messageOf({ id: "m1" }), messageOf({ id: "m3" })],
    events: [],
    outgoing: [],
    older: true,
    dayOf: (iso) => iso.slice(0, 10),
  });
  expect(["m2", "m3", "m4", null].map((id) => includes(rows, id))).toEqual([true, true, false, true]);
  expect(includes([], "m1")).toBe(false);
});

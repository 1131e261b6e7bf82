import { describe, expect, test } from "vitest";
import { at, conversationOf } from "../core/testing.ts";
import { compareIn, defaultView, parseView, viewQuery } from "./view.ts";

describe("parseView", () => {
  test.each([
    ["nothing", {}, defaultView],
    ["nonsense", { box: "x", status: 7, sort: null, q: "" }, defaultView],
    ["digits that were read as a number", { q: 549115 }, { ...defaultView, q: "549115" }],
    ["an operator where the box already says whose", { box: "mine", operator: "op_1" }, defaultView],
    [
      "everything",
      { box: "all", status: "resolved", sort: "waiting", operator: "none", channel: "ch_1", q: "garcia" },
      { box: "all", status: "resolved", sort: "waiting", operator: "none", channel: "ch_1", q: "garcia" },
    ],
  ])("%s", (_, search, view) => {
    expect(parseView(search)).toEqual(view);
  });
});

// S1-11, S1-13
describe("viewQuery", () => {
  test.each([
    [{ box: "mine" }, { assignee: "me", status: "open" }],
    [
      { box: "unassigned", status: "pending" },
      { assignee: "none", status: "pending" },
    ],
    [{ box: "all" }, { assignee: undefined, status: "open" }],
    [
      { box: "all", operator: "op_2", status: "all" },
      { assignee: "op_2", status: "all" },
    ],
    [{ box: "all", operator: "none" }, { assignee: "none" }],
    // A search looks everywhere, but for what was chosen as a filter.
    [
      { box: "mine", status: "pending", q: "ana" },
      { assignee: undefined, status: "all", q: "ana" },
    ],
    [
      { box: "all", operator: "op_2", channel: "ch_1", q: "ana" },
      { assignee: "op_2", channelId: "ch_1", status: "all", q: "ana" },
    ],
  ] as const)("%j", (changes, query) => {
    expect(viewQuery({ ...defaultView, ...changes })).toMatchObject(query);
  });
});

// S1-15
test.each(["waiting", "due"] as const)("%s sorts earliest first, without time last", (sort) => {
  const time = sort === "waiting" ? "waitingSince" : "dueAt";
  const list = [
    conversationOf({ id: "never", [time]: null, lastActivityAt: at(9) }),
    conversationOf({ id: "late", [time]: at(8) }),
    conversationOf({ id: "early", [time]: at(2) }),
    conversationOf({ id: "at once", [time]: at(2) }),
  ];
  expect(list.toSorted(compareIn(sort)).map(({ id }) => id)).toEqual(["at once", "early", "late", "never"]);
});

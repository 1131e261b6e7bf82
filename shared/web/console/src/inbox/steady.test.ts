import type { Conversation } from "@recado/lib/protocol";
import { describe, expect, test } from "vitest";
import { conversationOf } from "../core/testing.ts";
import { followed, held, type Latest, type Pin } from "./steady.ts";

const rows = (ids: string): Conversation[] => [...ids].map((id) => conversationOf({ id }));
const text = (list: readonly Conversation[]) => list.map(({ id }) => id).join("");
const none: Pin = { id: "", index: -1 };
const same: Latest = (row) => row;

describe("held: every row keeps its place", () => {
  test.each([
    ["nothing changed", "abc", "abc", "abc", 0],
    ["a new one is collected", "abc", "xabc", "abc", 1],
    ["one that moved up is collected", "abc", "cab", "abc", 1],
    ["two that moved and one that is new", "abcd", "xdcab", "abcd", 3],
    ["one that left stays", "abc", "ac", "abc", 0],
    ["the others do not count as moved when one leaves", "abcd", "bcd", "abcd", 0],
    ["another page is added behind", "abc", "abcdef", "abcdef", 0],
    ["a page behind, one new, one that moved", "abc", "xcabde", "abcde", 2],
    ["everything left", "abc", "", "abc", 0],
    ["all others came", "ab", "xy", "abxy", 0],
  ])("%s", (_, shown, items, want, news) => {
    const steady = held(rows(shown), rows(items), none, same);
    expect([text(steady.rows), steady.news]).toEqual([want, news]);
  });

  test("the open conversation that moves up is nothing new", () => {
    expect(held(rows("abc"), rows("cab"), { id: "c", index: 2 }, same).news).toBe(0);
  });

  test("rows show their newest state, also those that left", () => {
    const items = [conversationOf({ id: "a", status: "pending" })];
    const left: Latest = (row) => ({ ...row, status: "resolved" });
    const { rows: shown } = held(rows("ab"), items, none, left);
    expect(shown.map(({ status }) => status)).toEqual(["pending", "resolved"]);
  });
});

describe("followed: the list as it is, the open row at its place", () => {
  test.each([
    ["without an open one", "abc", "cab", none, "cab"],
    ["it moved up", "abc", "cab", { id: "c", index: 2 }, "abc"],
    ["it moved down", "abc", "bca", { id: "a", index: 0 }, "abc"],
    ["it left", "abc", "ac", { id: "b", index: 1 }, "abc"],
    ["new ones came above it", "abc", "xyabc", { id: "b", index: 1 }, "xbyac"],
    ["the list is shorter", "abc", "", { id: "c", index: 2 }, "c"],
    ["the list never had it", "abc", "abc", { id: "z", index: -1 }, "abc"],
  ])("%s", (_, shown, items, pin, want) => {
    expect(text(followed(rows(shown), rows(items), pin, same).rows)).toBe(want);
  });
});

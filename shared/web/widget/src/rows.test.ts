import { describe, expect, test } from "vitest";
import { at, messageOf } from "../dev/testing.ts";
import type { Outgoing } from "./outbox.ts";
import { answeredIds, recentOperators, rowsOf } from "./rows.ts";

const dayOf = (iso: string) => iso.slice(0, 10);
const outgoing = (fields: Partial<Outgoing> = {}): Outgoing => ({
  clientId: "c1",
  type: "text",
  text: "",
  replyTo: null,
  state: "sending",
  createdAt: at(30),
  tab: "t",
  ...fields,
});
const said = (id: string, minute: number, more = {}) => messageOf({ id, sentAt: at(minute), ...more });
const mine = { direction: "in", author: { kind: "contact", name: "", picture: null } } as const;
const by = (name: string, kind = "operator") => ({ author: { kind, name, picture: null } });

describe("rowsOf", () => {
  test("inserts day separators", () => {
    const rows = rowsOf([said("a", 1), said("b", 24 * 60)], [], dayOf);
    expect(rows.map(({ kind }) => kind)).toEqual(["day", "message", "day", "message"]);
  });

  test("starts a group at a new author or after five minutes", () => {
    const messages = [said("a", 1), said("b", 2), said("c", 3, by("Bruno")), said("d", 4, mine), said("e", 20, mine)];
    const rows = rowsOf(messages, [], dayOf);
    expect(rows.flatMap((row) => (row.kind === "message" ? [row.starts] : []))).toEqual([
      true,
      false,
      true,
      true,
      true,
    ]);
  });

  test("outgoing entries come last, also with a slow clock", () => {
    const rows = rowsOf([said("a", 24 * 60)], [outgoing({ createdAt: at(0) })], dayOf);
    expect(rows.map(({ kind }) => kind)).toEqual(["day", "message", "outgoing"]);
  });
});

test("answeredIds includes received and outgoing answers", () => {
  const answer = said("b", 2, { ...mine, type: "interactive", replyTo: "m1" });
  const quote = said("c", 3, { ...mine, replyTo: "m2" });
  expect([...answeredIds([answer, quote], [outgoing({ type: "interactive", replyTo: "m3" })])]).toEqual(["m1", "m3"]);
});

test("recentOperators lists each operator once, latest first", () => {
  const messages = [
    said("a", 1, by("Ana")),
    said("b", 2, by("Bot", "bot")),
    said("c", 3, by("Bruno")),
    said("d", 4, mine),
  ];
  expect(recentOperators([...messages, said("e", 5, by("Ana"))]).map(({ name }) => name)).toEqual(["Ana", "Bruno"]);
});

import { type Operator, type Role, roles } from "@recado/lib/protocol";
import { expect, test } from "vitest";
import { assignable } from "./assignable.ts";

const operatorOf = (changes: Partial<Operator>): Operator => ({
  id: "op_1",
  name: "Bea",
  email: "",
  emailVerified: true,
  role: "operator",
  availability: "away",
  capacity: 20,
  openConversations: 0,
  storeIds: [],
  languages: [],
  language: "es",
  picture: null,
  active: true,
  online: false,
  version: 1,
  ...changes,
});

const offered = (changes: Partial<Operator>) => assignable([operatorOf(changes)], "st_1", "").length === 1;

test("offers who may have the store's conversations", () => {
  const withoutGrants: readonly Role[] = ["owner", "admin", "supervisor"];
  for (const role of roles) {
    expect([role, offered({ role })]).toEqual([role, withoutGrants.includes(role)]);
    expect([role, offered({ role, storeIds: ["st_1", "st_2"] })]).toEqual([role, role !== "readonly"]);
    expect([role, offered({ role, storeIds: ["st_2"] })]).toEqual([role, role === "owner"]);
    expect([role, offered({ role, storeIds: ["st_1"], active: false })]).toEqual([role, false]);
  }
});

test("puts who is available first, then who has fewest open conversations", () => {
  const team = [
    operatorOf({ id: "away", role: "owner" }),
    operatorOf({ id: "busy", role: "owner", availability: "available", openConversations: 3 }),
    operatorOf({ id: "free", role: "owner", availability: "available", openConversations: 1 }),
  ];
  expect(assignable(team, "st_1", " be").map(({ id }) => id)).toEqual(["free", "busy", "away"]);
  expect(assignable(team, "st_1", "ana")).toEqual([]);
});

import type { Conversation, Operator, Permission } from "@recado/lib/protocol";
import { describe, expect, test, vi } from "vitest";
import { conversationOf } from "../core/testing.ts";
import { commandsOf } from "./commands.ts";

const operator = (id: string, changes: Partial<Operator> = {}) =>
  ({
    id,
    name: id,
    role: "operator",
    active: true,
    storeIds: ["st_1"],
    availability: "available",
    openConversations: 0,
    ...changes,
  }) as Operator;
const operators = [operator("op_me"), operator("op_1"), operator("op_2"), operator("op_other", { storeIds: ["st_2"] })];
const everything = ["conversation.resolve", "conversation.assign"] as Permission[];

function offered(changes: Partial<Conversation> = {}, permissions = everything, team = operators) {
  const does = { resolve: vi.fn(), act: vi.fn(), assign: vi.fn() };
  const may = (permission: Permission) => permissions.includes(permission);
  const commands = commandsOf(conversationOf(changes), "op_me", may, team, ((key: string) => key) as never, does);
  return { commands, does, ids: commands.map(({ id }) => id) };
}
const optionsOf = (changes: Partial<Conversation>) =>
  offered(changes)
    .commands.find(({ id }) => id === "assign")
    ?.options?.map(({ id }) => id);

describe("commandsOf", () => {
  test.each([
    ["open and mine", { status: "open" }, ["resolve", "pending", "assign", "unassign"]],
    ["open, of nobody", { status: "open", assigneeId: null }, ["resolve", "pending", "assign me", "assign"]],
    ["open, of a colleague", { assigneeId: "op_1" }, ["resolve", "pending", "assign me", "assign", "unassign"]],
    ["pending", { status: "pending" }, ["resolve", "reopen", "assign", "unassign"]],
    ["snoozed", { status: "snoozed" }, ["resolve", "reopen", "pending", "assign", "unassign"]],
    ["resolved", { status: "resolved" }, ["reopen", "assign", "unassign"]],
    ["with a message", { lastInboundId: "m1" }, ["resolve", "pending", "assign", "unassign", "unread"]],
  ] as [string, Partial<Conversation>, string[]][])("a conversation that is %s", (_, changes, ids) => {
    expect(offered(changes).ids).toEqual(ids);
  });

  test.each([
    [[], ["unread"]],
    [["conversation.resolve"], ["resolve", "pending", "unread"]],
    [["conversation.assign"], ["assign", "unassign", "unread"]],
  ] as [Permission[], string[]][])("with the permissions %j", (permissions, ids) => {
    expect(offered({ lastInboundId: "m1" }, permissions).ids).toEqual(ids);
  });

  test("colleagues who may have it and do not have it are offered", () => {
    expect(optionsOf({})).toEqual(["assign op_1", "assign op_2"]);
    expect(optionsOf({ assigneeId: "op_1" })).toEqual(["assign op_2"]);
    expect(offered({ assigneeId: null }, everything, [operator("op_me", { role: "readonly" })]).ids).toEqual([
      "resolve",
      "pending",
    ]);
  });

  test("each does what it says", () => {
    const { commands, does } = offered({ status: "pending", assigneeId: "op_1", lastInboundId: "m1" });
    for (const { run, options = [] } of commands) {
      run?.();
      for (const option of options) option.run?.();
    }
    expect(does.resolve).toHaveBeenCalledOnce();
    expect(does.act.mock.calls).toEqual([["reopen"], ["unread"]]);
    expect(does.assign.mock.calls).toEqual([["op_me"], ["op_2"], [null]]);
  });
});

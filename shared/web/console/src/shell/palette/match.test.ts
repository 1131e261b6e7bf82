import { IconUser } from "@tabler/icons-react";
import { describe, expect, test } from "vitest";
import type { Command } from "../../ui/commands.ts";
import { found, marked } from "./match.ts";

const command = (label: string, more: Partial<Command> = {}): Command => ({
  id: label,
  label,
  icon: IconUser,
  ...more,
});

describe("found", () => {
  const commands = [
    command("Inbox"),
    command("Operators", { detail: "Settings" }),
    command("Assign to…", { options: [command("Assign to Óscar Muñoz"), command("Assign to María")] }),
  ];
  const labels = (q: string) => found(commands, q).map(({ label }) => label);

  test.each([
    ["", ["Inbox", "Operators", "Assign to…"]],
    ["  ", ["Inbox", "Operators", "Assign to…"]],
    ["in", ["Inbox", "Operators"]],
    ["sett oper", ["Operators"]],
    ["munoz", ["Assign to Óscar Muñoz"]],
    ["ASSIGN mar", ["Assign to María"]],
    ["assign", ["Assign to…", "Assign to Óscar Muñoz", "Assign to María"]],
    ["nothing", []],
  ])("%j finds %j", (q, expected) => {
    expect(labels(q)).toEqual(expected);
  });
});

describe("marked", () => {
  const shown = (text: string, q: string) =>
    marked(text, q)
      .map((part) => (part.hit ? `[${part.text}]` : part.text))
      .join("");

  test.each([
    ["María García", "maria", "[María] García"],
    ["María García", "garcia mar", "[Mar]ía [García]"],
    ["Óscar Muñoz", "MUÑ", "Óscar [Muñ]oz"],
    ["Straße 👩‍👧 Straße", "stra", "[Stra]ße 👩‍👧 [Stra]ße"],
    ["+5491155550401", "55-550", "+54911[55550]401"],
    ["+54 9 11 5555-0401", "55550401", "+54 9 11 [5555-0401]"],
    ["+5491155550401", "40", "+5491155550[40]1"],
    ["a1b2c3", "1 2 3", "a[1]b[2]c[3]"],
    ["Ana", "", "Ana"],
    ["", "ana", ""],
  ])("%j, typed %j, is %j", (text, q, expected) => {
    expect(shown(text, q)).toBe(expected);
  });
});

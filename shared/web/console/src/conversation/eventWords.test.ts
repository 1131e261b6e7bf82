import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { outcomes, reasons, sentences } from "./eventWords.ts";

const source = readFileSync(new URL("../../../../chat/event.go", import.meta.url), "utf8");

/** The values of a Go constant type. */
const declared = (type: string): string[] =>
  [...source.matchAll(new RegExp(`\\s${type} = "(\\w+)"`, "g"))].map(([, value]) => value ?? "");

// C-05
test.each([
  ["EventType", sentences, []],
  ["ReasonCode", reasons, ["by_hand"]],
  ["Outcome", outcomes, []],
])("every %s of the server has a text", (type, words, wordless) => {
  const values = declared(type);
  expect(values.length).toBeGreaterThan(5);
  expect(values.filter((value) => !(value in words))).toEqual(wordless);
});

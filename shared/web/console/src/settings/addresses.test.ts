import { expect, test } from "vitest";
import { isAddress, tidied } from "./addresses.ts";

// S0-01
test.each([
  ["typed in capitals", ["Ana@X.com"], ["ana@x.com"]],
  ["one twice", ["ana@x.com", "ANA@x.com"], ["ana@x.com"]],
  [
    "with names, from a mail program",
    ["Ana", "Paz", "<ana@x.com>", "Beto", "<beto@y.com>"],
    ["ana@x.com", "beto@y.com"],
  ],
  [
    "in one piece, as a field holds them when it loses the focus",
    ["Ana <ana@x.com>; beto@y.com"],
    ["ana@x.com", "beto@y.com"],
  ],
  [
    "with a word that names nobody",
    ["<ana@x.com>", "beto", "carla@y.com", "dario"],
    ["ana@x.com", "beto", "carla@y.com", "dario"],
  ],
  ["quoted", ['"ana@x.com"', "(beto@y.com)."], ["ana@x.com", "beto@y.com"]],
  ["something that is none", ["ana", "beto@y.com"], ["ana", "beto@y.com"]],
])("addresses %s", (_, added, want) => {
  expect(tidied([], added)).toEqual(want);
  expect(tidied(["old@x.com"], ["old@x.com", ...added])).toEqual(["old@x.com", ...want]);
});

test("removing an address leaves the others as they are", () => {
  expect(tidied(["a@x.com", "b@x.com"], ["b@x.com"])).toEqual(["b@x.com"]);
});

test.each([
  ["ana@x.com", true],
  ["ana.paz+1@mail.x.com.ar", true],
  ["ana", false],
  ["ana@x", false],
  ["ana@@x.com", false],
  ["", false],
])("%s is an address: %s", (text, want) => {
  expect(isAddress(text)).toBe(want);
});

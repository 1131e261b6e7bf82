import { initials } from "@recado/lib/text";
import { describe, expect, test } from "vitest";
import { consoleFormatsFor } from "./format.ts";

const now = new Date(2026, 10, 22, 15, 30).getTime();
const before = (days: number) => new Date(2026, 10, 22 - days, 9, 5).toISOString();

describe("consoleFormatsFor", () => {
  test.each([
    ["es", 0, "09:05"],
    ["es", 1, "ayer"],
    ["pt", 1, "ontem"],
    ["en", 1, "yesterday"],
    ["es", 2, "vie"],
    ["es", 20, "2 nov"],
    ["es", 400, "18/10/25"],
  ])("listTime in %s, %i days ago: %s", (language, days, text) => {
    expect(consoleFormatsFor(language).listTime(before(days), now)).toBe(text);
  });

  test.each([
    ["en", 0, "today"],
    ["es", 1, "ayer"],
    ["pt", 2, "sexta-feira"],
    ["en", 6, "Monday"],
    ["es", 7, "15 de noviembre"],
    ["en", 400, "October 18, 2025"],
  ])("dayName in %s, %i days ago: %s", (language, days, text) => {
    expect(consoleFormatsFor(language).dayName(before(days), now)).toBe(text);
  });

  test.each([
    [59_000, "0 min"],
    [42 * 60_000, "42 min"],
    [3 * 3_600_000 + 5, "3 h"],
  ])("length of %i ms: %s", (ms, text) => {
    expect(consoleFormatsFor("es").length(ms)).toBe(text);
    expect(consoleFormatsFor("es").lengthCount(ms)).toBe(Number.parseInt(text, 10));
  });

  test("size uses the language's number format", () => {
    expect(consoleFormatsFor("es").size(1_284_000)).toBe("1,2 MB");
    expect(consoleFormatsFor("en").size(900)).toBe("1 kB");
  });
});

test.each([
  ["Sofía Giménez", "SG"],
  ["María José Fernández de la Cruz", "MC"],
  ["ana", "A"],
  ["👩‍👧 Lola", "👩‍👧L"],
  ["+54 9 11 5555-0101", ""],
  ["  ", ""],
])("initials of %j", (name, letters) => {
  expect(initials(name)).toBe(letters);
});

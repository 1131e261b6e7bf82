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
    ["en", 20_000, "Now"],
    ["es", 20_000, "Ahora"],
    ["pt", 20_000, "Agora"],
    ["es", 2 * 60_000, "2 min"],
    ["pt", 59 * 60_000, "59 min"],
    ["es", 3 * 3_600_000, "12:30"],
    ["en", 20 * 3_600_000, "Yesterday"],
    ["es", 20 * 3_600_000, "Ayer"],
    ["pt", 20 * 3_600_000, "Ontem"],
    ["en", 2 * 86_400_000, "Fri"],
    ["es", 2 * 86_400_000, "Vie"],
    ["pt", 2 * 86_400_000, "Sex"],
    ["en", 20 * 86_400_000, "Nov 2"],
    ["es", 20 * 86_400_000, "2 nov"],
    ["pt", 20 * 86_400_000, "2 nov"],
    ["es", 400 * 86_400_000, "18/10/25"],
  ])("rowTime in %s, %i ms ago: %s", (language, ago, text) => {
    expect(consoleFormatsFor(language).rowTime(new Date(now - ago).toISOString(), now)).toBe(text);
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

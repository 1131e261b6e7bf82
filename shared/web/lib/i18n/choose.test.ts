import { expect, test } from "vitest";
import { chooseLanguage } from "./choose.ts";

test.each([
  [["pt-BR", "en"], "pt"],
  [["fr", "en-GB"], "en"],
  [["ES-ar"], "es"],
  [["fr"], "es"],
  [[], "es"],
] as const)("chooseLanguage of %j is %s", (wanted, language) => {
  expect(chooseLanguage(wanted)).toBe(language);
});

import type { TFunction } from "i18next";
import { expect, test } from "vitest";
import { contactName } from "./contactName.ts";

const t = ((key: string, values?: { code: string }) => `${key} ${values?.code ?? ""}`.trim()) as TFunction;

test.each([
  ["Visitante PW9T", "contact.visitor PW9T"],
  ["Visitor PW9T", "contact.visitor PW9T"],
  ["Visitor Smith", "Visitor Smith"],
  ["Ana Ruiz", "Ana Ruiz"],
  ["\u05d0\u05d1", "\u05d0\u05d1"],
  ["Ana \u202ezuiR", "Ana [U+202E]zuiR"],
  ["", "contact.nameless"],
  [null, "contact.nameless"],
])("contactName of %j is %j", (name, shown) => {
  expect(contactName(name, t)).toBe(shown);
});

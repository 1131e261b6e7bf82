import { expect, test } from "vitest";
import { ApiError } from "../core/errors.ts";
import { changedByOthers, isStale } from "./stale.tsx";

const base = { name: "Ana", phone: "1", languages: ["es"], active: true };

test.each([
  ["a field that both changed", { name: "Anna" }, { name: "Ana María" }, ["name"]],
  ["a field that only they changed", { languages: ["es", "pt"] }, {}, ["languages"]],
  ["a field that only I changed", {}, { phone: "2" }, []],
  ["the same change by both", { active: false }, { active: false }, []],
])("changedByOthers: %s", (_, theirs, yours, names) => {
  expect(changedByOthers(base, { ...base, ...theirs }, { ...base, ...yours })).toEqual(names);
});

test("isStale: conflicts of the version, not others", () => {
  expect(isStale(new ApiError("conflict", "version", "version_changed"))).toBe(true);
  expect(isStale(new ApiError("conflict", "email"))).toBe(false);
});

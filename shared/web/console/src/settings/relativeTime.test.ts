import { expect, test } from "vitest";
import { relativeTime } from "./relativeTime.ts";

const now = Date.parse("2026-11-22T12:00:00.000Z");

test.each([
  ["2026-11-22T11:59:50.000Z", "now"],
  ["2026-11-22T11:57:30.000Z", "2 minutes ago"],
  ["2026-11-22T09:00:00.000Z", "3 hours ago"],
  ["2026-11-21T11:00:00.000Z", "yesterday"],
  ["2026-11-29T11:59:58.000Z", "in 7 days"],
  ["2026-11-22T13:30:00.000Z", "in 1 hour"],
])("%s is %s", (iso, want) => {
  expect(relativeTime("en", iso, now)).toBe(want);
});

import type { Counts } from "@recado/lib/protocol";
import { expect, test } from "vitest";
import { waitingFor } from "./waiting.ts";

const exactly = (value: number) => ({ value, more: false });
const countsOf = (unread: Counts["unassigned"], unassigned: Counts["unassigned"]): Counts => ({
  mine: { open: exactly(9), pending: exactly(9), unread },
  unassigned,
  all: { open: exactly(9), pending: exactly(9), snoozed: exactly(9), resolved: exactly(9) },
});

test.each([
  ["mine alone", countsOf(exactly(2), exactly(0)), true, { value: 2, more: false }],
  ["what anybody may take", countsOf(exactly(0), exactly(1)), true, { value: 1, more: false }],
  ["both", countsOf(exactly(2), exactly(3)), true, { value: 5, more: false }],
  ["a lower bound stays one", countsOf({ value: 2, more: true }, exactly(3)), true, { value: 5, more: true }],
  ["for those who only read, mine alone", countsOf(exactly(2), exactly(3)), false, { value: 2, more: false }],
] as const)("waitingFor: %s", (_, counts, mayTake, waiting) => {
  expect(waitingFor(counts, mayTake)).toEqual(waiting);
});

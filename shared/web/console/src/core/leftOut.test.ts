import { expect, test, vi } from "vitest";
import { leftOut } from "./leftOut.ts";

test("leftOut counts each thing once, until everything is read again", () => {
  const told = vi.fn();
  const stop = leftOut.subscribe(told);
  leftOut.note([{ id: "m1", sentAt: "never" }, { type: "x" }, 7]);
  leftOut.note([{ type: "message.upserted", message: { id: "m1" } }, { type: "x" }, null]);
  expect(leftOut.count()).toBe(4);
  expect(told).toHaveBeenCalledTimes(2);
  leftOut.note([7]);
  expect(told).toHaveBeenCalledTimes(2);
  leftOut.clear();
  expect(leftOut.count()).toBe(0);
  stop();
  leftOut.note(Array.from({ length: 2_000 }, (_, index) => index));
  expect(leftOut.count()).toBe(1_000);
  leftOut.clear();
});

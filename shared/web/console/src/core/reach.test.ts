import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { reach, SLOW_AFTER } from "./reach.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("a request without an answer is slow until it ends", () => {
  const told = vi.fn();
  const stop = reach.subscribe(told);
  const [first, second] = [reach.asked(), reach.asked()];
  vi.advanceTimersByTime(SLOW_AFTER - 1);
  expect(reach.state()).toBe("ok");
  vi.advanceTimersByTime(1);
  expect(reach.state()).toBe("slow");
  first(true);
  first();
  expect(reach.state()).toBe("slow");
  second();
  expect(reach.state()).toBe("ok");
  expect(told).toHaveBeenCalledTimes(2);
  stop();
});

test("the server is away from a failed request until one is answered", () => {
  reach.asked()(false);
  expect(reach.state()).toBe("away");
  reach.asked()();
  expect(reach.state()).toBe("away");
  reach.asked()(true);
  expect(reach.state()).toBe("ok");
});

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ApiError } from "../core/errors.ts";
import { MARK_FIRST, ReadMarks } from "./readMarks.ts";

describe("marks of what was read", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const told: string[] = [];
  const reads = () => {
    told.length = 0;
    const marks = new ReadMarks();
    return { marks, mark: (id: string, upTo: string) => marks.mark(id, async () => told.push(`${id} ${upTo}`)) };
  };

  test("the first is told at once, of each conversation", () => {
    const { mark } = reads();
    mark("cv_1", "m1");
    mark("cv_2", "m2");
    expect(told).toEqual(["cv_1 m1", "cv_2 m2"]);
  });

  test("of those that follow, the newest is told after 5, 10, 20 and then every 30 seconds", () => {
    const { mark } = reads();
    for (let second = 0; second <= 125; second++) {
      mark("cv_1", `m${second}`);
      vi.advanceTimersByTime(1000);
    }
    expect(told).toEqual(["cv_1 m0", "cv_1 m4", "cv_1 m14", "cv_1 m34", "cv_1 m64", "cv_1 m94", "cv_1 m124"]);
  });

  test("after a wait in which none came, the next is told at once", () => {
    const { mark } = reads();
    mark("cv_1", "m1");
    vi.advanceTimersByTime(MARK_FIRST);
    mark("cv_1", "m2");
    expect(told).toEqual(["cv_1 m1", "cv_1 m2"]);
  });

  test("one that failed is told again after the wait, unless a newer one waits or the server will never take it", async () => {
    const marks = new ReadMarks();
    const failing = (error: Error) => vi.fn(() => Promise.reject(error));
    const lost = failing(new TypeError("Failed to fetch"));
    marks.mark("cv_1", lost);
    await vi.advanceTimersByTimeAsync(MARK_FIRST);
    expect(lost).toHaveBeenCalledTimes(2);
    const newer = vi.fn(() => Promise.resolve());
    marks.mark("cv_1", newer);
    await vi.advanceTimersByTimeAsync(2 * MARK_FIRST);
    expect(newer).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(20 * MARK_FIRST);
    expect([lost.mock.calls.length, newer.mock.calls.length]).toEqual([2, 1]);
    const refused = failing(new ApiError("forbidden"));
    marks.mark("cv_2", refused);
    await vi.advanceTimersByTimeAsync(20 * MARK_FIRST);
    expect(refused).toHaveBeenCalledTimes(1);
    const dropped = failing(new TypeError("Failed to fetch"));
    marks.mark("cv_3", dropped);
    marks.drop("cv_3");
    await vi.advanceTimersByTimeAsync(20 * MARK_FIRST);
    expect(dropped).toHaveBeenCalledTimes(1);
  });

  test("one that waits is not told when the conversation was marked as unread, or the session has ended", () => {
    const { marks, mark } = reads();
    for (const end of [() => marks.drop("cv_1"), () => marks.clear()]) {
      mark("cv_1", "m1");
      mark("cv_1", "m2");
      end();
      vi.advanceTimersByTime(10 * MARK_FIRST);
    }
    expect(told).toEqual(["cv_1 m1", "cv_1 m1"]);
  });
});

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MARK_EVERY, ReadMarks } from "./readMarks.ts";

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
    return { marks, mark: (id: string, upTo: string) => marks.mark(id, () => told.push(`${id} ${upTo}`)) };
  };

  test("the first is told at once, of each conversation", () => {
    const { mark } = reads();
    mark("cv_1", "m1");
    mark("cv_2", "m2");
    expect(told).toEqual(["cv_1 m1", "cv_2 m2"]);
  });

  test("of those that follow, the newest is told once in ten seconds", () => {
    const { mark } = reads();
    for (let i = 0; i < 3 * 25 * 10; i++) {
      mark("cv_1", `m${i}`);
      vi.advanceTimersByTime(40);
    }
    expect(told).toEqual(["cv_1 m0", "cv_1 m249", "cv_1 m499", "cv_1 m749"]);
  });

  test("after ten seconds without one, the next is told at once", () => {
    const { mark } = reads();
    mark("cv_1", "m1");
    vi.advanceTimersByTime(MARK_EVERY);
    mark("cv_1", "m2");
    expect(told).toEqual(["cv_1 m1", "cv_1 m2"]);
  });

  test("one that waits is not told when the conversation was marked as unread, or the session has ended", () => {
    const { marks, mark } = reads();
    for (const end of [() => marks.drop("cv_1"), () => marks.clear()]) {
      mark("cv_1", "m1");
      mark("cv_1", "m2");
      end();
      vi.advanceTimersByTime(2 * MARK_EVERY);
    }
    expect(told).toEqual(["cv_1 m1", "cv_1 m1"]);
  });
});

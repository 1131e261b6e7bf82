import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { messageOf } from "../dev/testing.ts";
import { Receipts } from "./receipts.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp() {
  const post = vi.fn(async (_status: string, _conversation: string, _ids: string[]) => {});
  const receipts = new Receipts(post);
  const pass = () => vi.advanceTimersByTimeAsync(1_000);
  return { post, receipts, pass };
}

describe("Receipts", () => {
  test("sends one batch per conversation, each receipt once", async () => {
    const { post, receipts, pass } = setUp();
    receipts.add("delivered", [messageOf({ id: "a" }), messageOf({ id: "b", conversationId: "cv_2" })]);
    receipts.add("delivered", [messageOf({ id: "a" }), messageOf({ id: "c" })]);
    await pass();
    receipts.add("delivered", [messageOf({ id: "c" })]);
    await pass();
    expect(post.mock.calls).toEqual([
      ["delivered", "cv_1", ["a", "c"]],
      ["delivered", "cv_2", ["b"]],
    ]);
  });

  test("never goes back from read to delivered", async () => {
    const { post, receipts, pass } = setUp();
    receipts.add("delivered", [messageOf({ id: "a" })]);
    receipts.add("read", [messageOf({ id: "a" })]);
    await pass();
    receipts.add("delivered", [messageOf({ id: "a" })]);
    receipts.add("read", [messageOf({ id: "b", status: "read" })]);
    await pass();
    expect(post.mock.calls).toEqual([["read", "cv_1", ["a"]]]);
  });

  test("skips the visitor's own and failed messages", async () => {
    const { post, receipts, pass } = setUp();
    receipts.add("read", [messageOf({ direction: "in" }), messageOf({ status: "failed" })]);
    await pass();
    expect(post).not.toHaveBeenCalled();
  });

  test("sends at most fifty per batch", async () => {
    const { post, receipts, pass } = setUp();
    receipts.add(
      "read",
      Array.from({ length: 120 }, (_, i) => messageOf({ id: `m${i}` })),
    );
    await pass();
    expect(post.mock.calls.map(([, , ids]) => ids.length)).toEqual([50, 50, 20]);
  });

  test("sends again after a failure", async () => {
    const { post, receipts, pass } = setUp();
    post.mockRejectedValueOnce(new Error("offline"));
    receipts.add("read", [messageOf()]);
    await pass();
    receipts.add("read", [messageOf()]);
    await pass();
    expect(post).toHaveBeenCalledTimes(2);
  });
});

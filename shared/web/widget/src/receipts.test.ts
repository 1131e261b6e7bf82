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
  test("gathers for a moment, by conversation, and tells each once", async () => {
    const { post, receipts, pass } = setUp();
    receipts.tell("delivered", [messageOf({ id: "a" }), messageOf({ id: "b", conversationId: "cv_2" })]);
    receipts.tell("delivered", [messageOf({ id: "a" }), messageOf({ id: "c" })]);
    await pass();
    receipts.tell("delivered", [messageOf({ id: "c" })]);
    await pass();
    expect(post.mock.calls).toEqual([
      ["delivered", "cv_1", ["a", "c"]],
      ["delivered", "cv_2", ["b"]],
    ]);
  });

  test("only goes forward", async () => {
    const { post, receipts, pass } = setUp();
    receipts.tell("delivered", [messageOf({ id: "a" })]);
    receipts.tell("read", [messageOf({ id: "a" })]);
    await pass();
    receipts.tell("delivered", [messageOf({ id: "a" })]);
    receipts.tell("read", [messageOf({ id: "b", status: "read" })]);
    await pass();
    expect(post.mock.calls).toEqual([["read", "cv_1", ["a"]]]);
  });

  test("is silent on the visitor's own messages and on those that never arrived", async () => {
    const { post, receipts, pass } = setUp();
    receipts.tell("read", [messageOf({ direction: "in" }), messageOf({ status: "failed" })]);
    await pass();
    expect(post).not.toHaveBeenCalled();
  });

  test("tells at most fifty at once", async () => {
    const { post, receipts, pass } = setUp();
    receipts.tell(
      "read",
      Array.from({ length: 120 }, (_, i) => messageOf({ id: `m${i}` })),
    );
    await pass();
    expect(post.mock.calls.map(([, , ids]) => ids.length)).toEqual([50, 50, 20]);
  });

  test("tells again what was not heard", async () => {
    const { post, receipts, pass } = setUp();
    post.mockRejectedValueOnce(new Error("offline"));
    receipts.tell("read", [messageOf()]);
    await pass();
    receipts.tell("read", [messageOf()]);
    await pass();
    expect(post).toHaveBeenCalledTimes(2);
  });
});

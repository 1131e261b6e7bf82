import { errorAnswer, store } from "@recado/lib/protocol";
import { afterEach, describe, expect, test, vi } from "vitest";
import { ApiError } from "../core/errors.ts";
import { send } from "./client.ts";

afterEach(() => vi.unstubAllGlobals());

const answering = (status: number, body: unknown) => {
  const asked = vi.fn(async (_: string, __: RequestInit) => new Response(JSON.stringify(body), { status }));
  vi.stubGlobal("fetch", asked);
  return asked;
};

describe("ApiError", () => {
  test.each([
    [{ code: "conflict", reason: "unsupported" }, "unsupported"],
    [{ code: "conflict", reason: "no_business_account" }, "no_business_account"],
    [{ code: "conflict", field: "window" }, "window_closed"],
    [{ code: "conflict", field: "template" }, "template_unavailable"],
    [{ code: "conflict", field: "externalId" }, "claimed"],
    [{ code: "conflict", field: "version" }, undefined],
    [{ code: "invalid", field: "template" }, undefined],
  ])("%j has reason %s", async (error, reason) => {
    answering(409, { error: { message: "x", ...error } });
    const failure = await send("POST", "/x", {}, errorAnswer).catch((caught: ApiError) => caught);
    expect(failure).toBeInstanceOf(ApiError);
    expect((failure as ApiError).reason).toBe(reason);
  });
});

test("send passes the idempotency key only if given", async () => {
  const asked = answering(201, { id: "st_1", name: "Malabia", version: 1 });
  await send("POST", "/stores", { name: "Malabia" }, store, "k1");
  await send("PATCH", "/stores/st_1", { name: "Malabia" }, store);
  expect(asked.mock.calls.map(([, init]) => init.headers)).toEqual([
    { "Content-Type": "application/json", "Idempotency-Key": "k1" },
    { "Content-Type": "application/json" },
  ]);
});

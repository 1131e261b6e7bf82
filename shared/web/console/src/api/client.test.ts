import { errorAnswer, store } from "@recado/lib/protocol";
import { afterEach, describe, expect, test, vi } from "vitest";
import { reasonKey } from "../ui/errors.ts";
import { ApiError, send } from "./client.ts";

afterEach(() => vi.unstubAllGlobals());

const answering = (status: number, body: unknown) => {
  const asked = vi.fn(async (_: string, __: RequestInit) => new Response(JSON.stringify(body), { status }));
  vi.stubGlobal("fetch", asked);
  return asked;
};

describe("ApiError", () => {
  test.each([
    [{ code: "conflict", reason: "unsupported" }, "unsupported", "error.unsupported"],
    [{ code: "conflict", reason: "no_business_account" }, "no_business_account", "error.noBusinessAccount"],
    [{ code: "conflict", field: "window" }, "window_closed", "composer.windowClosed"],
    [{ code: "conflict", field: "template" }, "template_unavailable", "error.templateUnavailable"],
    [{ code: "conflict", field: "externalId" }, "claimed", "channels.taken"],
    [{ code: "conflict", field: "version" }, undefined, undefined],
    [{ code: "invalid", field: "template" }, undefined, undefined],
  ])("%j means %s and is worded", async (error, reason, key) => {
    answering(409, { error: { message: "x", ...error } });
    const failure = await send("POST", "/x", {}, errorAnswer).catch((caught: ApiError) => caught);
    expect(failure).toBeInstanceOf(ApiError);
    expect((failure as ApiError).reason).toBe(reason);
    expect(reasonKey(reason)).toBe(key);
  });
});

test("a call that makes something carries its key, the others carry none", async () => {
  const asked = answering(201, { id: "st_1", name: "Malabia", version: 1 });
  await send("POST", "/stores", { name: "Malabia" }, store, "k1");
  await send("PATCH", "/stores/st_1", { name: "Malabia" }, store);
  expect(asked.mock.calls.map(([, init]) => init.headers)).toEqual([
    { "Content-Type": "application/json", "Idempotency-Key": "k1" },
    { "Content-Type": "application/json" },
  ]);
});

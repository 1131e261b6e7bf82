// @vitest-environment happy-dom
import { afterEach, describe, expect, test, vi } from "vitest";
import { manualTimer, memoryStore } from "../dev/testing.ts";
import { Api, ApiError } from "./api.ts";
import { Session } from "./session.ts";

const page = { origin: "https://shop.example", url: "https://shop.example/remeras", title: "Remeras" };
const key = "recado:SITE:https://shop.example:token";
const sessionOf = (token: string, visitorId = "vi_1") => ({
  token,
  visitorId,
  site: { title: "", greeting: "", color: "" },
  limits: { maxText: 4096, attachments: [] },
});

interface Call {
  path: string;
  body: Record<string, unknown> | undefined;
  authorization: string | undefined;
}

/** A fake server with scripted responses: a status, or a status and a body. */
function setUp(answers: (call: Call, nth: number) => [number, unknown?, Record<string, string>?], kept = {}) {
  const calls: Call[] = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    const headers = init.headers as Record<string, string>;
    const call = {
      path,
      body: init.body ? (JSON.parse(String(init.body)) as Record<string, unknown>) : undefined,
      authorization: headers.Authorization,
    };
    calls.push(call);
    const [status, body = {}, more] = answers(call, calls.length);
    if (status === 0) throw new TypeError("no network");
    return new Response(JSON.stringify(body), { status, headers: more });
  });
  const api = new Api();
  const store = memoryStore(new Map(Object.entries(kept)));
  const timer = manualTimer();
  const onVisitorChanged = vi.fn();
  const session = new Session("SITE", page, api, store, (_, run) => run(), timer, onVisitorChanged);
  return { api, session, store, timer, onVisitorChanged, calls };
}
const refused = (code: string) => ({ error: { code, message: "" } });

afterEach(() => vi.unstubAllGlobals());

describe("Session", () => {
  test("sends the origin and stores the token", async () => {
    const { session, calls, store, api } = setUp(() => [201, sessionOf("t1")]);
    expect(session.hasToken).toBe(false);
    await session.open();
    expect(calls[0]).toMatchObject({
      path: "/widget/v1/sessions",
      authorization: undefined,
      body: { site: "SITE", origin: "https://shop.example" },
    });
    expect([store.get(key), api.token, session.hasToken]).toEqual(["t1", "t1", true]);
  });

  test("sends the stored token", async () => {
    const { session, calls } = setUp(() => [200, sessionOf("t1")], { [key]: "t1" });
    await session.open();
    expect(calls[0]?.body?.token).toBe("t1");
  });

  test.each([
    ["origin not allowed", 403, "forbidden", "forbidden"],
    ["no origin", 400, "invalid", "forbidden"],
    ["unknown site", 404, "not_found", "notFound"],
  ])("fails without a retry: %s", async (_, status, code, error) => {
    const { session, calls } = setUp(() => [status, refused(code)]);
    await expect(session.open()).rejects.toThrow(ApiError);
    expect([session.error.value, calls.length]).toEqual([error, 1]);
  });

  test.each([
    ["no network", [0]],
    ["server down", [503, "<html>"]],
    ["invalid response", [200, {}]],
  ] as [string, [number, unknown?]][])("retries: %s", async (_, answer) => {
    const { session, timer } = setUp((_call, nth) => (nth === 1 ? answer : [201, sessionOf("t1")]));
    const opening = session.open();
    await vi.waitFor(() => expect(session.error.value).toBe("unavailable"));
    timer.nudge();
    await opening;
    expect(session.error.value).toBeNull();
  });

  test("waits for Retry-After when rate limited", async () => {
    const { session, timer } = setUp(() => [429, refused("rate_limited"), { "Retry-After": "20" }]);
    void session.open();
    await vi.waitFor(() => expect(timer.waits).toHaveLength(1));
    expect(timer.waits[0]).toMatchObject({ firm: true });
    expect(timer.waits[0]?.ms).toBeGreaterThanOrEqual(20_000);
    expect(timer.waits[0]?.ms).toBeLessThan(22_000);
  });

  test("concurrent open calls share one request", async () => {
    const { session, calls } = setUp(() => [201, sessionOf("t1")]);
    await Promise.all([session.open(), session.open()]);
    expect(calls).toHaveLength(1);
  });
});

describe("call with an expired session", () => {
  const withToken = { [key]: "t1" };

  test("opens a new session and retries once", async () => {
    const { api, session, calls, onVisitorChanged } = setUp((call, nth) => {
      if (call.path.endsWith("/sessions"))
        return [200, sessionOf(nth === 1 ? "t1" : "t2", nth === 1 ? "vi_1" : "vi_2")];
      return call.authorization === "Bearer t2" ? [202] : [401, refused("unauthenticated")];
    }, withToken);
    await session.open();
    await Promise.all([api.send("/messages", {}), api.send("/receipts", {})]);
    expect(calls.filter(({ path }) => path.endsWith("/sessions"))).toHaveLength(2);
    // The previous visitor's messages must not be shown.
    expect(onVisitorChanged).toHaveBeenCalledTimes(1);
  });

  test("retries only once", async () => {
    const { api, session } = setUp(
      (call) => (call.path.endsWith("/sessions") ? [200, sessionOf("t1")] : [401]),
      withToken,
    );
    await session.open();
    await expect(api.send("/messages", {})).rejects.toMatchObject({ code: "unauthenticated" });
  });
});

describe("rate-limited call", () => {
  test.each(["/messages?limit=30", "/receipts", "/socket-tickets"])("%s waits and is repeated", async (path) => {
    vi.useFakeTimers();
    const { api, calls } = setUp((_, nth) =>
      nth > 2 ? [200] : [429, refused("rate_limited"), { "Retry-After": "20" }],
    );
    const done = vi.fn();
    void api.send(path, {}).then(done);
    await vi.advanceTimersByTimeAsync(19_999);
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_001);
    expect(calls).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(22_000);
    expect([calls.length, done.mock.calls.length]).toEqual([3, 1]);
    vi.useRealTimers();
  });

  test.each(["/messages", "/uploads"])("%s tells its caller, who shows it", async (path) => {
    const { api } = setUp(() => [429, refused("rate_limited"), { "Retry-After": "20" }]);
    await expect(api.send(path, {})).rejects.toMatchObject({
      code: "rate_limited",
      retryAfter: expect.closeTo(21_000, -4),
    });
  });
});

describe("error response", () => {
  test.each([
    [400, refused("invalid"), "invalid", false],
    [413, "<html>", "too_large", false],
    [429, "", "rate_limited", true],
    [500, refused("internal"), "internal", true],
    [502, "<html>", "unavailable", true],
    [418, refused("teapot"), "internal", true],
  ])("%i with %j is %s", async (status, body, code, retryable) => {
    const { api } = setUp(() => [status, body]);
    await expect(api.send("/messages", {})).rejects.toMatchObject({ code, retryable });
  });
});

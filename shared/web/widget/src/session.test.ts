// @vitest-environment happy-dom
import { afterEach, describe, expect, test, vi } from "vitest";
import { keepInMemory, waitingByHand } from "../dev/testing.ts";
import { Api, Refusal } from "./api.ts";
import { Session } from "./session.ts";

const page = { origin: "https://shop.example", url: "https://shop.example/remeras", title: "Remeras" };
const key = "recado:SITE:https://shop.example:token";
const sessionOf = (token: string, visitorId = "vi_1") => ({
  token,
  visitorId,
  site: { name: "Malabia", title: "", greeting: "", color: "" },
  limits: { maxText: 4096, attachments: [] },
});

interface Call {
  path: string;
  body: Record<string, unknown> | undefined;
  authorization: string | undefined;
}

/** A server that answers by a script: a status, or a status and a body. */
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
  const keep = keepInMemory(new Map(Object.entries(kept)));
  const clock = waitingByHand();
  const stranger = vi.fn();
  const session = new Session("SITE", page, api, keep, (_, run) => run(), clock, stranger);
  return { api, session, keep, clock, stranger, calls };
}
const refused = (code: string) => ({ error: { code, message: "" } });

afterEach(() => vi.unstubAllGlobals());

describe("Session", () => {
  test("names the origin that the browser told, and keeps the token for it", async () => {
    const { session, calls, keep, api } = setUp(() => [201, sessionOf("t1")]);
    expect(session.known).toBe(false);
    await session.open();
    expect(calls[0]).toMatchObject({
      path: "/widget/v1/sessions",
      authorization: undefined,
      body: { site: "SITE", origin: "https://shop.example" },
    });
    expect([keep.get(key), api.token, session.known]).toEqual(["t1", "t1", true]);
  });

  test("comes back with the token it has", async () => {
    const { session, calls } = setUp(() => [200, sessionOf("t1")], { [key]: "t1" });
    await session.open();
    expect(calls[0]?.body?.token).toBe("t1");
  });

  test.each([
    ["not on the site's list", 403, "forbidden", "forbidden"],
    ["of no origin at all", 400, "invalid", "forbidden"],
    ["with an unknown site", 404, "not_found", "notFound"],
  ])("a page %s is told so, and asks no more", async (_, status, code, trouble) => {
    const { session, calls } = setUp(() => [status, refused(code)]);
    await expect(session.open()).rejects.toThrow(Refusal);
    expect([session.trouble.value, calls.length]).toEqual([trouble, 1]);
  });

  test.each([
    ["the network is away", [0]],
    ["the server is down", [503, "<html>"]],
    ["an answer makes no sense", [200, {}]],
  ] as [string, [number, unknown?]][])("tries again while %s", async (_, answer) => {
    const { session, clock } = setUp((_call, nth) => (nth === 1 ? answer : [201, sessionOf("t1")]));
    const opening = session.open();
    await vi.waitFor(() => expect(session.trouble.value).toBe("unavailable"));
    clock.nudge();
    await opening;
    expect(session.trouble.value).toBeNull();
  });

  test("waits as long as the server asks when it asked too often", async () => {
    const { session, clock } = setUp(() => [429, refused("rate_limited"), { "Retry-After": "20" }]);
    void session.open();
    await vi.waitFor(() => expect(clock.waits).toEqual([{ ms: 20_000, firm: true }]));
  });

  test("two who open at once ask once", async () => {
    const { session, calls } = setUp(() => [201, sessionOf("t1")]);
    await Promise.all([session.open(), session.open()]);
    expect(calls).toHaveLength(1);
  });
});

describe("a call whose session is over", () => {
  const withToken = { [key]: "t1" };

  test("starts again and is repeated once, with the new token", async () => {
    const { api, session, calls, stranger } = setUp((call, nth) => {
      if (call.path.endsWith("/sessions"))
        return [200, sessionOf(nth === 1 ? "t1" : "t2", nth === 1 ? "vi_1" : "vi_2")];
      return call.authorization === "Bearer t2" ? [202] : [401, refused("unauthenticated")];
    }, withToken);
    await session.open();
    await Promise.all([api.tell("/messages", {}), api.tell("/receipts", {})]);
    expect(calls.filter(({ path }) => path.endsWith("/sessions"))).toHaveLength(2);
    // Somebody else's messages are not shown.
    expect(stranger).toHaveBeenCalledTimes(1);
  });

  test("is not repeated for ever", async () => {
    const { api, session } = setUp(
      (call) => (call.path.endsWith("/sessions") ? [200, sessionOf("t1")] : [401]),
      withToken,
    );
    await session.open();
    await expect(api.tell("/messages", {})).rejects.toMatchObject({ code: "unauthenticated" });
  });
});

describe("what a refusal says", () => {
  test.each([
    [400, refused("invalid"), "invalid", false],
    [413, "<html>", "too_large", false],
    [429, "", "rate_limited", true],
    [500, refused("internal"), "internal", true],
    [502, "<html>", "unavailable", true],
    [418, refused("teapot"), "internal", true],
  ])("%i with %j is %s", async (status, body, code, passing) => {
    const { api } = setUp(() => [status, body]);
    await expect(api.tell("/messages", {})).rejects.toMatchObject({ code, passing });
  });
});

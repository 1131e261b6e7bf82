// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { connectHost } from "./host.ts";

const shop = "https://shop.example";
const parent = { postMessage: vi.fn() };
let leave: AbortController;

beforeEach(() => {
  leave = new AbortController();
  parent.postMessage.mockClear();
  vi.spyOn(window, "parent", "get").mockReturnValue(parent as unknown as Window);
  const listen = window.addEventListener.bind(window);
  vi.spyOn(window, "addEventListener").mockImplementation((name: string, run: unknown) =>
    listen(name, run as EventListener, { signal: leave.signal }),
  );
});
afterEach(() => {
  leave.abort();
  vi.restoreAllMocks();
});

function setUp() {
  const on = { hello: vi.fn(), panel: vi.fn() };
  connectHost(on);
  const say = (data: unknown, origin = shop, source: unknown = parent) =>
    window.dispatchEvent(Object.assign(new Event("message"), { data, origin, source }));
  return { ...on, say };
}
const hello = { type: "hello", url: `${shop}/remeras`, title: "Remeras", open: true };

describe("embedding page", () => {
  test("origin comes from the event, and replies go only there", () => {
    const { hello: onHello, say } = setUp();
    say({ ...hello, origin: "https://other.example" });
    expect(onHello.mock.calls[0]?.slice(0, 2)).toEqual([{ origin: shop, url: hello.url, title: hello.title }, true]);
    expect(parent.postMessage).toHaveBeenCalledWith({ type: "ready" }, shop);
  });

  test("other origins are ignored after hello", () => {
    const { hello: onHello, panel, say } = setUp();
    say(hello);
    say(hello, "https://evil.example");
    say({ type: "panel", open: true }, "https://evil.example");
    say(hello);
    expect([onHello.mock.calls.length, panel.mock.calls.length]).toEqual([1, 0]);
    say({ type: "panel", open: true });
    expect(panel).toHaveBeenCalledWith(true);
  });

  test.each([
    ["another window", hello, shop, {}],
    ["an unknown type", { type: "navigate" }, shop, parent],
    ["a command before hello", { type: "panel", open: true }, shop, parent],
    ["null", null, shop, parent],
    ["a string", "hello", shop, parent],
  ])("%s is ignored", (_, data, origin, source) => {
    const { hello: onHello, panel, say } = setUp();
    say(data, origin, source);
    expect([onHello.mock.calls.length, panel.mock.calls.length]).toEqual([0, 0]);
  });

  test("messages are ignored when the frame is the top window", () => {
    vi.spyOn(window, "parent", "get").mockReturnValue(window as never);
    const { hello: onHello, say } = setUp();
    say(hello, shop, window);
    expect(onHello).not.toHaveBeenCalled();
  });
});

// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { meet } from "./host.ts";

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
  meet(on);
  const say = (data: unknown, origin = shop, source: unknown = parent) =>
    window.dispatchEvent(Object.assign(new Event("message"), { data, origin, source }));
  return { ...on, say };
}
const hello = { type: "hello", url: `${shop}/remeras`, title: "Remeras", open: true };

describe("the page around the frame", () => {
  test("is who the browser says, whatever the message says, and is answered there alone", () => {
    const { hello: heard, say } = setUp();
    say({ ...hello, origin: "https://other.example" });
    expect(heard.mock.calls[0]?.slice(0, 2)).toEqual([{ origin: shop, url: hello.url, title: hello.title }, true]);
    expect(parent.postMessage).toHaveBeenCalledWith({ type: "ready" }, shop);
  });

  test("is bound by its first word: no other origin is heard after it", () => {
    const { hello: heard, panel, say } = setUp();
    say(hello);
    say(hello, "https://evil.example");
    say({ type: "panel", open: true }, "https://evil.example");
    say(hello);
    expect([heard.mock.calls.length, panel.mock.calls.length]).toEqual([1, 0]);
    say({ type: "panel", open: true });
    expect(panel).toHaveBeenCalledWith(true);
  });

  test.each([
    ["another window", hello, shop, {}],
    ["a kind that is not on the list", { type: "navigate" }, shop, parent],
    ["an order before the first word", { type: "panel", open: true }, shop, parent],
    ["nothing", null, shop, parent],
    ["a text", "hello", shop, parent],
  ])("%s is not listened to", (_, data, origin, source) => {
    const { hello: heard, panel, say } = setUp();
    say(data, origin, source);
    expect([heard.mock.calls.length, panel.mock.calls.length]).toEqual([0, 0]);
  });

  test("there is none when the frame is a page of its own", () => {
    vi.spyOn(window, "parent", "get").mockReturnValue(window as never);
    const { hello: heard, say } = setUp();
    say(hello, shop, window);
    expect(heard).not.toHaveBeenCalled();
  });
});

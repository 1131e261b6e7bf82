// @vitest-environment happy-dom
import { afterEach, describe, expect, test, vi } from "vitest";
import { keepIn } from "./storage.ts";
import { locked, uuid } from "./waiting.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  localStorage.clear();
});

describe("keepIn", () => {
  test("keeps over the life of the page", () => {
    keepIn("localStorage").set("recado:a", "1");
    const later = keepIn("localStorage");
    expect([later.get("recado:a"), later.keys("recado:")]).toEqual(["1", ["recado:a"]]);
    later.set("recado:a", null);
    expect(keepIn("localStorage").get("recado:a")).toBeNull();
  });

  test("remembers for the page alone where the browser forbids it", () => {
    vi.spyOn(window, "localStorage", "get").mockImplementation(() => {
      throw new DOMException("denied", "SecurityError");
    });
    const keep = keepIn("localStorage");
    keep.set("recado:a", "1");
    expect([keep.get("recado:a"), keep.keys("recado:")]).toEqual(["1", ["recado:a"]]);
  });

  test("what does not fit any more lives as long as the page", () => {
    const keep = keepIn("localStorage");
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    keep.set("recado:a", "1");
    expect(keep.get("recado:a")).toBe("1");
    keep.set("recado:a", null);
    expect(keep.get("recado:a")).toBeNull();
  });
});

describe("locked", () => {
  test.each([
    ["a browser without locks", undefined],
    ["one that forbids them here", { request: () => Promise.reject(new DOMException("denied", "SecurityError")) }],
    ["one that has them", { request: (_: string, run: () => unknown) => run() }],
  ])("does the work once in %s", async (_, locks) => {
    vi.stubGlobal("navigator", { locks });
    const work = vi.fn(async () => 7);
    expect(await locked("x", work)).toBe(7);
    expect(work).toHaveBeenCalledTimes(1);
  });

  test("does not repeat work that failed", async () => {
    vi.stubGlobal("navigator", { locks: { request: async (_: string, run: () => unknown) => run() } });
    const work = vi.fn(() => Promise.reject(new Error("no")));
    await expect(locked("x", work)).rejects.toThrow("no");
    expect(work).toHaveBeenCalledTimes(1);
  });
});

test("an id is a UUID also on a page that came over plain HTTP", () => {
  const { getRandomValues } = crypto;
  vi.stubGlobal("crypto", { getRandomValues: getRandomValues.bind(crypto) });
  const ids = new Set(Array.from({ length: 50 }, uuid));
  expect(ids.size).toBe(50);
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});

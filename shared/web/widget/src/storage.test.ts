// @vitest-environment happy-dom
import { afterEach, describe, expect, test, vi } from "vitest";
import { randomId, withTabLock } from "./retry.ts";
import { openStore } from "./storage.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  localStorage.clear();
});

describe("openStore", () => {
  test("survives a reload", () => {
    openStore("localStorage").set("recado:a", "1");
    const later = openStore("localStorage");
    expect([later.get("recado:a"), later.keys("recado:")]).toEqual(["1", ["recado:a"]]);
    later.set("recado:a", null);
    expect(openStore("localStorage").get("recado:a")).toBeNull();
  });

  test("falls back to memory when storage is blocked", () => {
    vi.spyOn(window, "localStorage", "get").mockImplementation(() => {
      throw new DOMException("denied", "SecurityError");
    });
    const store = openStore("localStorage");
    store.set("recado:a", "1");
    expect([store.get("recado:a"), store.keys("recado:")]).toEqual(["1", ["recado:a"]]);
  });

  test("falls back to memory when storage is full", () => {
    const store = openStore("localStorage");
    vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    store.set("recado:a", "1");
    expect(store.get("recado:a")).toBe("1");
    store.set("recado:a", null);
    expect(store.get("recado:a")).toBeNull();
  });
});

describe("withTabLock", () => {
  test.each([
    ["no Web Locks API", undefined],
    ["locks denied", { request: () => Promise.reject(new DOMException("denied", "SecurityError")) }],
    ["locks available", { request: (_: string, run: () => unknown) => run() }],
  ])("runs once: %s", async (_, locks) => {
    vi.stubGlobal("navigator", { locks });
    const work = vi.fn(async () => 7);
    expect(await withTabLock("x", work)).toBe(7);
    expect(work).toHaveBeenCalledTimes(1);
  });

  test("does not run again after an error", async () => {
    vi.stubGlobal("navigator", { locks: { request: async (_: string, run: () => unknown) => run() } });
    const work = vi.fn(() => Promise.reject(new Error("no")));
    await expect(withTabLock("x", work)).rejects.toThrow("no");
    expect(work).toHaveBeenCalledTimes(1);
  });
});

test("random ids work without crypto.randomUUID and are what the server takes as an id", () => {
  const { getRandomValues } = crypto;
  vi.stubGlobal("crypto", { getRandomValues: getRandomValues.bind(crypto) });
  const ids = new Set(Array.from({ length: 50 }, randomId));
  expect(ids.size).toBe(50);
  for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
});

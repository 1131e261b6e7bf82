import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { expect, test, vi } from "vitest";

const source = readFileSync(new URL("public/worker.js", import.meta.url), "utf8");
const origin = "https://recado.example";

/** A browser with one cache, and a server with a version of the console. */
function setUp() {
  const cache = new Map<string, Response>();
  const server = { files: ["/assets/a1.js"], away: false };
  const pathOf = (asked: string | { url: string }) =>
    new URL(typeof asked === "string" ? asked : asked.url, origin).pathname;
  const fetch = vi.fn(async (asked: string | { url: string }) => {
    if (server.away) throw new TypeError("Failed to fetch");
    const path = pathOf(asked);
    return new Response(path === "/files.json" ? JSON.stringify(server.files) : `${server.files} ${path}`);
  });
  const opened = {
    match: async (asked: string | { url: string }) => cache.get(pathOf(asked))?.clone(),
    keys: async () => [...cache.keys()].map((path) => ({ url: origin + path })),
    put: async (asked: string, response: Response) => cache.set(pathOf(asked), response),
    delete: async (path: string) => cache.delete(path),
    addAll: async (all: (string | { url: string })[]) => {
      for (const one of all) cache.set(pathOf(one), await fetch(one));
    },
  };
  const handlers = new Map<string, (event: unknown) => void>();
  const self = { addEventListener: (name: string, run: (event: unknown) => void) => handlers.set(name, run) };
  class Request {
    constructor(readonly url: string) {}
  }
  const caches = { open: async () => opened };
  runInNewContext(source, { self, caches, fetch, Request, URL, setTimeout, location: new URL(origin) });
  const refresh = async () => {
    let done: unknown;
    handlers.get("message")?.({ waitUntil: (work: unknown) => (done = work) });
    await done;
  };
  const load = async (path: string, mode = "cors", method = "GET") => {
    let answer: Promise<Response> | undefined;
    const respondWith = (response: Promise<Response>) => (answer = response);
    handlers.get("fetch")?.({ request: { url: origin + path, mode, method }, respondWith });
    return (await answer)?.text();
  };
  return { cache, server, refresh, load };
}

test("a page and its files open without the server", async () => {
  const { server, refresh, load } = setUp();
  await refresh();
  server.away = true;
  expect(await load("/inbox/cv_1", "navigate")).toBe("/assets/a1.js /");
  expect(await load("/assets/a1.js")).toBe("/assets/a1.js /assets/a1.js");
});

test("a page of the server comes before the kept one", async () => {
  const { server, refresh, load } = setUp();
  await refresh();
  server.files = ["/assets/a2.js"];
  expect(await load("/inbox", "navigate")).toBe("/assets/a2.js /inbox");
});

test("files of this version and the one before are kept", async () => {
  const { cache, server, refresh } = setUp();
  const kept = () => [...cache.keys()].filter((path) => path.startsWith("/assets/"));
  await refresh();
  server.files = ["/assets/a2.js", "/assets/b.js"];
  await refresh();
  expect(kept()).toEqual(["/assets/a1.js", "/assets/a2.js", "/assets/b.js"]);
  server.files = ["/assets/a3.js", "/assets/b.js"];
  await refresh();
  await refresh();
  expect(kept()).toEqual(["/assets/a2.js", "/assets/b.js", "/assets/a3.js"]);
});

test.each([
  ["/api/v1/me", "cors", "GET"],
  ["/api/v1/media/m1", "navigate", "GET"],
  ["/widget/demo", "navigate", "GET"],
  ["/local/mail", "navigate", "GET"],
  ["/assets/a1.js", "cors", "POST"],
])("%s (%s, %s) is left to the browser", async (path, mode, method) => {
  const { refresh, load } = setUp();
  await refresh();
  expect(await load(path, mode, method)).toBeUndefined();
});

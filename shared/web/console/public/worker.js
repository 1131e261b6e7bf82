/**
 * Keeps the console's own files in the browser, so that a page opens while the server is away, and a page of an older
 * version finds its files. Of the server's answers it keeps none.
 */
const CACHE = "recado.files";
const LIST = "/files.json";
const PAGE = "/";
/** Files whose names do not change with their content. */
const named = ["/scheme.js", "/favicon.svg"];
/** Milliseconds that a page waits for the server before the kept one opens. */
const PATIENCE = 5_000;
/** Paths that are not the console's pages. */
const others = /^\/(api|healthz|local|socket|webhooks|widget)(\/|$)|\.\w+$/;

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(refresh());
});
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
// A page has started.
self.addEventListener("message", (event) => event.waitUntil(refresh().catch(() => {})));

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (mode === "navigate") {
    if (!others.test(pathname)) event.respondWith(newest(event.request, PAGE));
  } else if (pathname.startsWith("/assets/")) event.respondWith(kept(event.request));
  else if (named.includes(pathname)) event.respondWith(newest(event.request, pathname));
});

/** Fetches the files of the current version. Those of the version before stay for pages that are still open. */
async function refresh() {
  const response = await fetch(LIST, { cache: "no-store" });
  if (!response.ok) return;
  const cache = await caches.open(CACHE);
  const files = await response.clone().json();
  const before = (await (await cache.match(LIST))?.json()) ?? [];
  if (files.join() === before.join()) return;
  const known = (await cache.keys()).map(({ url }) => new URL(url).pathname);
  await cache.addAll(files.filter((file) => !known.includes(file)));
  await cache.addAll([PAGE, ...named].map((file) => new Request(file, { cache: "no-store" })));
  await cache.put(LIST, response);
  const old = known.filter((path) => path.startsWith("/assets/") && !files.includes(path) && !before.includes(path));
  await Promise.all(old.map((path) => cache.delete(path)));
}

async function kept(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(request)) ?? fetch(request);
}

/** The server's answer, or the kept file when the server is away or slow. */
async function newest(request, file) {
  const cache = await caches.open(CACHE);
  const copy = await cache.match(file);
  if (!copy) return fetch(request);
  try {
    const response = await Promise.race([fetch(request), new Promise((done) => setTimeout(done, PATIENCE))]);
    return response && response.status < 500 ? response : copy;
  } catch {
    return copy;
  }
}

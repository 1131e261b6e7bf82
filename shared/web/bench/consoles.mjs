/**
 * Opens signed-in consoles in Chromium, each in a browser of its own, and keeps them open while something else is measured.
 *
 *   node bench/consoles.mjs <address> <password> <e-mail>...
 *
 * Each line of standard input is a JSON array of paths, one a console, to which they go. When the server has confirmed to all that it
 * pushes what they show, the answer is a line: a JSON object with how often they asked for what and how many frames they heard and
 * sent since the line before, by name. The end of the input closes them, after a last such line.
 */
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const TIMEOUT = 60_000;

const [address, password, ...emails] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium-headless-shell",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});

let counts = {};

function count(name) {
  counts[name] = (counts[name] ?? 0) + 1;
}

function report() {
  process.stdout.write(`${JSON.stringify(counts)}\n`);
  counts = {};
}

/** Ids are of no interest, and neither is where a page of a list begins. */
const nameOf = (request) => {
  const { pathname, searchParams } = new URL(request.url());
  searchParams.delete("cursor");
  const path = pathname.replace(/\/[0-9A-Z]{20,}/g, "/{id}");
  return `${request.method()} ${path}${searchParams.size > 0 ? `?${searchParams}` : ""}`;
};

async function open(email) {
  const context = await browser.newContext({ locale: "en-US", viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT);
  page.on("request", (request) => {
    if (new URL(request.url()).pathname.startsWith("/api/")) count(nameOf(request));
  });
  page.on("websocket", (socket) => {
    socket.on("framesent", () => count("sent"));
    socket.on("framereceived", ({ payload }) => {
      for (const { type } of [JSON.parse(payload)].flat()) count(`heard ${type}`);
    });
  });
  await page.goto(`${address}/sign-in`);
  await page.locator("input[type=email]").fill(email);
  await page.locator("input[type=password]").fill(password);
  await page.locator("button[type=submit]").click();
  await page.waitForURL("**/inbox");
  return page;
}

/** Loads a page and waits until its socket is told what it shows. A socket that the server refuses is not it: the page opens another. */
async function go(page, path) {
  await page.goto("about:blank"); // which ends the socket of the page before
  const watched = page.waitForEvent("websocket", {
    predicate: (socket) =>
      socket
        .waitForEvent("framereceived", {
          predicate: ({ payload }) => payload.includes('"type":"watching"'),
          timeout: TIMEOUT,
        })
        .then(
          () => true,
          () => false,
        ),
  });
  await page.goto(address + path);
  await watched;
  await page.waitForLoadState("networkidle");
}

try {
  const pages = [];
  for (const email of emails) pages.push(await open(email));
  for await (const line of createInterface({ input: process.stdin })) {
    const paths = JSON.parse(line);
    await Promise.all(pages.map((page, i) => go(page, paths[i])));
    report();
  }
  report();
} finally {
  await browser.close();
}

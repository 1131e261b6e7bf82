/** The test harness of each file: a local stack, a Chromium, and final checks of errors and logs. */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Desk } from "./desk.ts";
import { Stack } from "./stack.ts";

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Default timeout of the browser's actions, in ms. */
const TIMEOUT = 20_000;

export interface Harness {
  stack: Stack;
  browser: Browser;
  /** Opens a console in a new browser context. */
  desk: (options?: BrowserContextOptions) => Promise<Desk>;
  /** Opens a console and signs in. */
  as: (email: string, options?: BrowserContextOptions) => Promise<Desk>;
}

/** Call once at the top of a file, and `finalChecks` at its end. */
export function setUp(): Harness {
  const desks: Desk[] = [];
  const harness = {
    async desk(options: BrowserContextOptions = {}) {
      const context = await harness.browser.newContext({
        locale: "es-AR",
        viewport: { width: 1440, height: 900 },
        reducedMotion: "reduce",
        // Most stories intercept requests, which a worker could answer instead.
        serviceWorkers: "block",
        ...options,
      });
      context.setDefaultTimeout(TIMEOUT);
      const desk = new Desk(await context.newPage(), context, harness.stack.url);
      desks.push(desk);
      return desk;
    },
    async as(email: string, options?: BrowserContextOptions) {
      const desk = await harness.desk(options);
      await desk.signIn(email);
      return desk;
    },
  } as Harness;
  beforeAll(async () => {
    [harness.stack, harness.browser] = await Promise.all([
      Stack.start(),
      chromium.launch({ executablePath: "/usr/bin/chromium-headless-shell", args: flags }),
    ]);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await takeScreenshots(task.name, desks);
    for (const { page } of desks) await page.close();
  });
  afterAll(async () => {
    await harness.browser?.close();
    await harness.stack?.stop();
  });
  desksOf.set(harness, desks);
  return harness;
}

/** Saves screenshots of all open consoles of a failed test. */
async function takeScreenshots(name: string, desks: Desk[]): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "recado-e2e-failed-"));
  const open = desks.filter(({ page }) => !page.isClosed());
  await Promise.all(open.map(({ page }, i) => page.screenshot({ path: join(directory, `${i}.png`) })));
  process.stderr.write(`${name}: screenshots are in ${directory}\n`);
}

const desksOf = new Map<Harness, Desk[]>();

/** The last test of a file: no errors in the browser, no private data in the logs. */
export function finalChecks(harness: Harness): void {
  test("browser has no errors and logs have no private data", async () => {
    const desks = desksOf.get(harness) ?? [];
    for (const { context } of desks) {
      for (const { name, value } of await context.cookies())
        if (name === "recado_session") harness.stack.addSecrets(value);
    }
    expect(desks.flatMap(({ errors }) => errors)).toEqual([]);
    expect(await harness.stack.leaks()).toEqual([]);
  });
}

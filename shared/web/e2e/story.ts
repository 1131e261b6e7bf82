/** What every file of stories has: a Recado, a Chromium, and at the end a look at what may not have been said. */
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

/** How long anything may take to be seen. */
const PATIENCE = 20_000;

export interface Scene {
  stack: Stack;
  browser: Browser;
  /** A new person at a new browser: nothing is shared with the others. */
  desk: (options?: BrowserContextOptions) => Promise<Desk>;
  as: (email: string, options?: BrowserContextOptions) => Promise<Desk>;
}

/** Call it once at the top of a file, and `closing` at its end. */
export function scene(): Scene {
  const desks: Desk[] = [];
  const here = {
    async desk(options: BrowserContextOptions = {}) {
      const context = await here.browser.newContext({
        locale: "es-AR",
        viewport: { width: 1440, height: 900 },
        reducedMotion: "reduce",
        ...options,
      });
      context.setDefaultTimeout(PATIENCE);
      const desk = new Desk(await context.newPage(), context, here.stack.url);
      desks.push(desk);
      return desk;
    },
    async as(email: string, options?: BrowserContextOptions) {
      const desk = await here.desk(options);
      await desk.signIn(email);
      return desk;
    },
  } as Scene;
  beforeAll(async () => {
    [here.stack, here.browser] = await Promise.all([
      Stack.start(),
      chromium.launch({ executablePath: "/usr/bin/chromium-headless-shell", args: flags }),
    ]);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await photograph(task.name, desks);
    for (const { page } of desks) await page.close();
  });
  afterAll(async () => {
    await here.browser?.close();
    await here.stack?.stop();
  });
  remember.set(here, desks);
  return here;
}

/** What everybody saw when a story failed. */
async function photograph(story: string, desks: Desk[]): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "recado-story-"));
  const open = desks.filter(({ page }) => !page.isClosed());
  await Promise.all(open.map(({ page }, i) => page.screenshot({ path: join(directory, `${i}.png`) })));
  process.stderr.write(`${story}: what the browsers showed is in ${directory}\n`);
}

const remember = new Map<Scene, Desk[]>();

/** The last story of a file. Bar 9: no token, number, address or text of anybody is in a log line. */
export function closing(here: Scene): void {
  test("nothing went wrong unseen, and nothing private is in the logs", async () => {
    const desks = remember.get(here) ?? [];
    for (const { context } of desks) {
      for (const { name, value } of await context.cookies())
        if (name === "recado_session") here.stack.keepSecret(value);
    }
    expect(desks.flatMap(({ faults }) => faults)).toEqual([]);
    expect(await here.stack.leaks()).toEqual([]);
  });
}

/**
 * Works in an inbox of many conversations while customers write, in Chromium as on a mid-range phone: a small touch screen, the processor
 * slowed four times. Prints a JSON object: the milliseconds from each interaction to the next paint, by what was done, and the layout
 * shift of the whole time (the sum of Chromium's layout-shift entries, without what follows an interaction) with what moved.
 *
 *   node bench/inbox.mjs <address> <e-mail> <password> <conversations> <messages a second> <seconds>
 */
import { chromium, devices } from "playwright-core";

const SLOWER = 4;

const [address, email, password, ...numbers] = process.argv.slice(2);
const [conversations, rate, seconds] = numbers.map(Number);

const simulator = async (path, body) => {
  const response = await fetch(`${address}/local/sim/whatsapp${path}`, { method: "POST", body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
};
const phone = (i) => `54911488${String(i).padStart(5, "0")}`;
const say = (i, text) => simulator(`/customers/${phone(i)}/messages`, { text });
const pause = (ms) => new Promise((next) => setTimeout(next, ms));

async function fill() {
  let next = 0;
  const worker = async () => {
    while (next < conversations) {
      const i = next++;
      await simulator("/customers", { phone: phone(i), name: `Cliente ${String(i).padStart(4, "0")}` });
      await say(i, `Hola, soy el cliente ${i} y quería consultar por el envío de mi pedido`);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
}

/** Customers write until `done.now`, each message at its time, however long the ones before it take. */
async function talk(done) {
  const began = Date.now();
  const sent = [];
  for (let n = 0; !done.now; n++) {
    await pause(began + (n * 1000) / rate - Date.now());
    sent.push(say((n * 37) % conversations, `¿Alguna novedad? ${n}`));
  }
  await Promise.all(sent);
  return sent.length / ((Date.now() - began) / 1000);
}

/** Runs in the page before its scripts. */
function observe() {
  window.interactions = new Map();
  window.shift = 0;
  window.moved = [];
  new PerformanceObserver((list) => {
    for (const { interactionId, duration } of list.getEntries()) {
      if (interactionId)
        window.interactions.set(interactionId, Math.max(window.interactions.get(interactionId) ?? 0, duration));
    }
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries()) {
      if (hadRecentInput) continue;
      window.shift += value;
      for (const { node } of sources) window.moved.push(node?.className || node?.nodeName || "");
    }
  }).observe({ type: "layout-shift", buffered: true });
}

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium-headless-shell",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});
try {
  await fill();
  const context = await browser.newContext({ ...devices["Pixel 7"], locale: "en-US" });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await page.addInitScript(observe);
  await page.goto(`${address}/sign-in`);
  await page.locator("input[type=email]").fill(email);
  await page.locator("input[type=password]").fill(password);
  await page.locator("button[type=submit]").click();
  await page.waitForURL("**/inbox");
  await page.goto(`${address}/inbox?box=all`);
  const rows = page.locator("a[data-conversation]");
  await rows.first().waitFor();
  await page.waitForLoadState("networkidle");
  const cdp = await context.newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: SLOWER });

  const took = {};
  /** Does something, and notes the milliseconds of what it caused. */
  const measured = async (name, act) => {
    await page.evaluate(() => window.interactions.clear());
    await act();
    await pause(700);
    const values = await page.evaluate(() => [...window.interactions.values()]);
    took[name] = [...(took[name] ?? []), Math.max(0, ...values)];
  };
  const done = { now: false };
  const talking = talk(done);
  await pause(3_000);
  await page.evaluate(() => {
    window.shift = 0;
    window.moved = [];
  });
  const until = Date.now() + seconds * 1000;
  for (let n = 0; Date.now() < until; n++) {
    await measured("open a conversation", () => rows.nth(2 + (n % 4)).tap());
    const composer = page.locator("textarea:not([aria-hidden])");
    await composer.waitFor();
    await measured("type in it", async () => {
      await composer.tap();
      for (const key of "Enseguida") await composer.press(key);
    });
    await composer.fill("");
    await measured("back to the list", () => page.locator("header button:visible").first().tap());
    await rows.first().waitFor();
    await measured("another tab and back", async () => {
      await page
        .locator("label", { has: page.locator("input[name=box]") })
        .nth(1)
        .tap();
      await pause(600);
      await page
        .locator("label", { has: page.locator("input[name=box]") })
        .nth(2)
        .tap();
    });
    await rows.first().waitFor();
  }
  const { shift, moved } = await page.evaluate(() => ({ shift: window.shift, moved: [...new Set(window.moved)] }));
  done.now = true;
  const messages = await talking;
  process.stdout.write(JSON.stringify({ took, shift, moved, messages }));
} finally {
  await browser.close();
}

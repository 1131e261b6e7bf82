/**
 * Loads a shop's page in Chromium, by turns without and with the chat's code, each time in a browser that has nothing stored, and
 * prints a JSON array of {"bare", "with"}: the milliseconds until the page's load event.
 *
 *   node bench/load.mjs <address of the page> <rounds>
 */
import { chromium } from "playwright-core";

const [address, rounds] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium-headless-shell" });

async function load(url) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url, { waitUntil: "load" });
  const took = await page.evaluate(() => {
    const [navigation] = performance.getEntriesByType("navigation");
    return navigation.loadEventStart - navigation.startTime;
  });
  await context.close();
  return took;
}

await load(address);
const pairs = [];
for (let i = 0; i < Number(rounds); i++) pairs.push({ bare: await load(`${address}?bare`), with: await load(address) });
await browser.close();
process.stdout.write(JSON.stringify(pairs));

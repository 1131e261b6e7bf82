/**
 * Loads a shop's page in Chromium, by turns without and with the chat's code, each time in a browser that has nothing stored, and
 * prints a JSON array of {"bare", "with"}, each {"paint", "parsed", "load"}: the milliseconds until something is seen, until the
 * document is parsed, and until the load event, which waits for every script that the page names.
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
  await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length > 0);
  const took = await page.evaluate(() => {
    const [navigation] = performance.getEntriesByType("navigation");
    const [paint] = performance.getEntriesByName("first-contentful-paint");
    return {
      paint: paint.startTime,
      parsed: navigation.domContentLoadedEventStart - navigation.startTime,
      load: navigation.loadEventStart - navigation.startTime,
    };
  });
  await context.close();
  return took;
}

await load(address);
const pairs = [];
for (let i = 0; i < Number(rounds); i++) pairs.push({ bare: await load(`${address}?bare`), with: await load(address) });
await browser.close();
process.stdout.write(JSON.stringify(pairs));

import { expect, test } from "vitest";
import { builtAnew, weight } from "./dev/weight.ts";

const BAR = 30_000;

test("the widget is a script and a style of at most 30 KB gzipped, with all its languages", async () => {
  const files = await builtAnew(new URL("./vite.config.ts", import.meta.url));
  expect(files.map(({ fileName }) => fileName).toSorted()).toEqual(["app.css", "app.js"]);
  const total = weight(files);
  process.stdout.write(`widget: ${total} bytes\n`);
  expect(total).toBeLessThanOrEqual(BAR);
  // Less than Preact alone would mean that something is not counted.
  expect(total).toBeGreaterThan(10_000);
}, 60_000);

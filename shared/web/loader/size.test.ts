import { expect, test } from "vitest";
import { builtAnew, weight } from "../widget/dev/weight.ts";

const BAR = 3_000;

test("the loader is one file of at most 3 KB gzipped", async () => {
  const files = await builtAnew(new URL("./vite.config.ts", import.meta.url));
  expect(files.map(({ fileName }) => fileName)).toEqual(["loader.js"]);
  const total = weight(files);
  process.stdout.write(`loader: ${total} bytes\n`);
  expect(total).toBeLessThanOrEqual(BAR);
  // Less than its styles alone would mean that something is not counted.
  expect(total).toBeGreaterThan(1_000);
}, 60_000);

import { expect, test } from "vitest";
import { buildOutput, gzippedSize } from "../widget/dev/size.ts";

const LIMIT = 3_000;

test("loader build is one file of at most 3 KB gzipped", async () => {
  const files = await buildOutput(new URL("./vite.config.ts", import.meta.url));
  expect(files.map(({ fileName }) => fileName)).toEqual(["loader.js"]);
  const total = gzippedSize(files);
  process.stdout.write(`loader: ${total} bytes\n`);
  expect(total).toBeLessThanOrEqual(LIMIT);
  // A smaller result would mean that the measurement is broken.
  expect(total).toBeGreaterThan(1_000);
}, 60_000);

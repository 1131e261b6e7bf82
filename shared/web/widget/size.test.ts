import { expect, test } from "vitest";
import { buildOutput, gzippedSize } from "./dev/size.ts";

/** 31 KB, not 30: the font face of the colour emoji, and the first colour in the document, take 110 bytes. */
const LIMIT = 31_000;

test("widget build is one script and one style sheet, together at most 31 KB gzipped", async () => {
  const files = await buildOutput(new URL("./vite.config.ts", import.meta.url));
  expect(files.map(({ fileName }) => fileName).toSorted()).toEqual(["app.css", "app.js"]);
  const total = gzippedSize(files);
  process.stdout.write(`widget: ${total} bytes\n`);
  expect(total).toBeLessThanOrEqual(LIMIT);
  // A smaller result would mean that the measurement is broken: Preact alone is larger.
  expect(total).toBeGreaterThan(10_000);
}, 60_000);

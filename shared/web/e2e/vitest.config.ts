import { defineConfig } from "vitest/config";

/** Each file starts its own local stack and Chromium; two run at a time, for two cores. */
export default defineConfig({
  root: import.meta.dirname,
  cacheDir: "../node_modules/.vite-e2e",
  test: {
    include: ["*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    sequence: { concurrent: false },
    expect: { poll: { timeout: 20_000, interval: 50 } },
    reporters: ["default"],
  },
});

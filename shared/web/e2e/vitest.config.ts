import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The slowest files first: what is long must not begin last, when the other worker has nothing left to do. */
const slowest = ["resume", "accessibility", "screens", "finding", "together"];

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = slowest.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return place < 0 ? slowest.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

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
    sequence: { concurrent: false, sequencer: SlowestFirst },
    expect: { poll: { timeout: 20_000, interval: 50 } },
    reporters: ["default"],
  },
});

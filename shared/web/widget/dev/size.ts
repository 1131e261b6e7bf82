/** Measures the gzipped size of a fresh build. */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { vi } from "vitest";

type Built = Rolldown.OutputChunk | Rolldown.OutputAsset;

export async function buildOutput(config: URL): Promise<Built[]> {
  vi.stubEnv("NODE_ENV", "production");
  const built = await build({ configFile: fileURLToPath(config), logLevel: "error", build: { write: false } });
  vi.unstubAllEnvs();
  return (Array.isArray(built) ? built : [built as Rolldown.RolldownOutput]).flatMap(({ output }) => output);
}

export const gzippedSize = (files: Built[]): number =>
  files.reduce(
    (sum, file) => sum + gzipSync(file.type === "chunk" ? file.code : Buffer.from(file.source), { level: 9 }).length,
    0,
  );

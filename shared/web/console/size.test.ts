import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { beforeAll, expect, test, vi } from "vitest";

const BAR = 300_000;

const texts = (...folders: string[]) => folders.map((folder) => `src/${folder}/texts/es.json`);

const route = {
  start: ["src/app/main.tsx", ...texts("ui")],
  shell: ["src/shell/Shell.tsx", ...texts("shell")],
  inbox: ["src/inbox/Inbox.tsx", ...texts("inbox")],
};

/** What each screen loads first: the modules of its routes, with their texts. */
const screens = {
  "sign-in page": [...route.start, "src/auth/AuthLayout.tsx", "src/auth/SignIn.tsx", ...texts("auth")],
  inbox: [...route.start, ...route.shell, ...route.inbox, "src/inbox/NothingOpen.tsx"],
  "open conversation": [
    ...route.start,
    ...route.shell,
    ...route.inbox,
    "src/conversation/ConversationPane.tsx",
    "src/contact/DetailsPane.tsx",
    ...texts("conversation", "contact"),
  ],
};

const root = fileURLToPath(new URL(".", import.meta.url));
let files: Map<string, Rolldown.OutputChunk | Rolldown.OutputAsset>;

/** Built from the current sources, not read from `dist`, which may be old or missing. */
beforeAll(async () => {
  vi.stubEnv("NODE_ENV", "production");
  const built = await build({ configFile: `${root}vite.config.ts`, logLevel: "error", build: { write: false } });
  vi.unstubAllEnvs();
  files = new Map((built as Rolldown.RolldownOutput).output.map((file) => [file.fileName, file]));
}, 120_000);

function chunkOf(module: string): Rolldown.OutputChunk {
  const id = fileURLToPath(new URL(module, import.meta.url));
  for (const file of files.values()) if (file.type === "chunk" && file.moduleIds.includes(id)) return file;
  throw new Error(`${module} is in no chunk: has it moved?`);
}

function withImports(chunk: Rolldown.OutputChunk, found: Set<string>): void {
  if (found.has(chunk.fileName)) return;
  found.add(chunk.fileName);
  for (const style of chunk.viteMetadata?.importedCss ?? []) found.add(style);
  for (const name of chunk.imports) {
    const next = files.get(name);
    if (next?.type === "chunk") withImports(next, found);
  }
}

function weight(name: string): number {
  const file = files.get(name);
  if (!file) throw new Error(`${name} was not built`);
  const content = Buffer.from(file.type === "chunk" ? file.code : file.source);
  // A font is compressed already.
  return name.endsWith(".woff2") ? content.length : gzipSync(content, { level: 9 }).length;
}

const latin = () => [...files.keys()].filter((name) => /figtree-latin-wght.*\.woff2$/.test(name));
const fixed = ["public/scheme.js", "public/favicon.svg"].reduce(
  (sum, path) => sum + gzipSync(readFileSync(root + path), { level: 9 }).length,
  0,
);

test.each(Object.entries(screens))("first load of the %s: at most 300 KB gzipped", (name, modules) => {
  const fetched = new Set(["index.html", ...latin()]);
  for (const module of modules) withImports(chunkOf(module), fetched);
  const total = [...fetched].reduce((sum, file) => sum + weight(file), fixed);
  process.stdout.write(`${name}: ${total} bytes in ${fetched.size + 2} files\n`);
  expect(latin()).toHaveLength(1);
  expect(total).toBeLessThanOrEqual(BAR);
  // Less than the size of React would mean that chunks are missing from the count.
  expect(total).toBeGreaterThan(100_000);
});

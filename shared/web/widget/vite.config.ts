import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { mockServer } from "./dev/mock.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Builds two files without hashes in their names: the server renders the page that references them. */
export default defineConfig({
  root: here("."),
  // `npm run dev:widget` uses an in-memory server; the local stack serves the built files.
  plugins: [mockServer()],
  base: "/widget/",
  server: { port: 5174, host: "127.0.0.1", strictPort: true },
  preview: { port: 5174, host: "127.0.0.1", strictPort: true },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    modulePreload: false,
    cssCodeSplit: false,
    rolldownOptions: {
      input: here("src/main.tsx"),
      output: { entryFileNames: "app.js", assetFileNames: "app[extname]", codeSplitting: false },
    },
  },
});

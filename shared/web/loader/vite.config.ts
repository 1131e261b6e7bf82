import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** One script without imports, beside the widget, for pages of any age. */
export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  build: {
    outDir: "../widget/dist",
    emptyOutDir: false,
    target: "es2020",
    modulePreload: false,
    rolldownOptions: {
      input: fileURLToPath(new URL("src/main.ts", import.meta.url)),
      output: { format: "iife", entryFileNames: "loader.js" },
    },
  },
});

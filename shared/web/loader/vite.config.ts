import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** One script without imports, written to the widget's dist folder. ES2020, for older browsers. */
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

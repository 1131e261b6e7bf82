import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { mockServer } from "./dev/mock.ts";

export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // `--mode mock` answers from memory; otherwise the local stack does.
  plugins: [react(), mode === "mock" && mockServer()],
  server: {
    port: 5173,
    proxy:
      mode === "mock"
        ? undefined
        : { "/api": "http://127.0.0.1:8080", "/socket": { target: "ws://127.0.0.1:8080", ws: true } },
  },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // Nothing becomes a data: address, which the content security policy would refuse.
    assetsInlineLimit: 0,
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: "base",
              test: /node_modules\/(react|react-dom|scheduler|@tanstack|i18next|react-i18next|valibot)\//,
              priority: 3,
            },
            { name: "icons", test: /node_modules\/@tabler\//, priority: 2 },
            // What most screens share comes in one file. Forms stay apart: the inbox, which is opened first, has none.
            {
              name: "ui",
              test: (id) =>
                /node_modules\/|\/src\/(ui|api)\//.test(id) &&
                !/@mantine\/form\/|\/(PasswordInput|NativeSelect|Alert)\//.test(id),
              minShareCount: 5,
              priority: 1,
            },
          ],
        },
      },
    },
  },
}));

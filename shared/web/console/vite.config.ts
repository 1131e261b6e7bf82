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
      mode === "mock" ? undefined : { "/api": "http://127.0.0.1:8080", "/socket": { target: "ws://127.0.0.1:8080", ws: true } },
  },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // Nothing becomes a data: address, which the content security policy would refuse.
    assetsInlineLimit: 0,
    manifest: true,
  },
}));

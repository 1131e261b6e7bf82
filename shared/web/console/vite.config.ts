import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { mockServer } from "./dev/mock.ts";

/**
 * Modules that many screens share are in one chunk, except those that no first screen needs: overlays, their positioning,
 * and forms. `console/size.test.ts` measures each first load.
 */
const later =
  /@floating-ui|react-remove-scroll|@mantine\/form|\/(Alert|Combobox|FocusTrap|Floating|Menu|Modal|ModalBase|NativeSelect|Overlay|PasswordInput|Popover|Portal|ScrollArea|Transition)\/|\/ui\/(anchored|modal|select)\./;

/** Lists the built files for `public/worker.js`, which keeps them. */
const fileList = (): Plugin => ({
  name: "file-list",
  generateBundle(_, bundle) {
    const files = Object.keys(bundle).filter((name) => /^assets\/.*\.(js|css|woff2)$/.test(name));
    const source = JSON.stringify(files.map((name) => `/${name}`));
    this.emitFile({ type: "asset", fileName: "files.json", source });
  },
});

export default defineConfig(({ mode }) => ({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // `--mode mock` serves the API from memory; otherwise requests go to the local stack.
  plugins: [react(), fileList(), mode === "mock" && mockServer()],
  server: {
    port: 5173,
    proxy:
      mode === "mock"
        ? undefined
        : { "/api": "http://127.0.0.1:8080", "/socket": { target: "ws://127.0.0.1:8080", ws: true } },
  },
  // Features.DirSelector: lowered to a list of languages, :dir(rtl) would match no message.
  css: { lightningcss: { exclude: 4 } },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // No data: URLs, which the content security policy blocks.
    assetsInlineLimit: 0,
    manifest: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            {
              name: "base",
              test: /node_modules\/(react|react-dom|scheduler|@tanstack\/(?!(react-)?virtual)[^/]+|i18next|react-i18next|valibot)\//,
              priority: 2,
            },
            {
              name: "ui",
              test: (id) => /node_modules\/|\/src\/(ui|api|core|channels)\//.test(id) && !later.test(id),
              minShareCount: 5,
              priority: 1,
            },
          ],
        },
      },
    },
  },
}));

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const exclude = ["**/node_modules/**", "**/dist/**"];

export default defineConfig({
  test: {
    projects: [
      { plugins: [react()], test: { name: "console", include: ["{console,lib}/**/*.test.{ts,tsx}"], exclude } },
      { test: { name: "widget", include: ["{widget,loader}/**/*.test.{ts,tsx}"], exclude } },
    ],
  },
});

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  test: { include: ["{console,lib}/**/*.test.{ts,tsx}"], exclude: ["**/node_modules/**", "**/dist/**"] },
});

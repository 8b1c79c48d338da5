// How the page is built. `assets/ui/dist` is committed, so a build must give the same bytes every
// time: no timestamps, hashes from content only.
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  html: {
    // The server puts a fresh nonce in this place for every answer.
    cspNonce: "__CSP_NONCE__",
  },
  build: {
    target: "es2023",
    sourcemap: false,
    // Inlined files would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // A page is one small file; what pages share is two, so that few requests open any of them.
        // Tables are a third, for the pages that have one.
        codeSplitting: {
          groups: [
            { name: "vendor", test: /node_modules\/(?!@tanstack\/(react-)?(table|virtual))/, priority: 3 },
            { name: "shared", test: /src\/(api|components|lib|state)\/(?!table\/|views\/|DataTable|ListPanel|SimpleList)/, priority: 2 },
            { name: "table", test: /node_modules|src\/components\//, priority: 1 },
          ],
        },
      },
    },
  },
  server: {
    // The server refuses writes whose Origin is not its own, so the host is left as the browser sent it.
    proxy: { "/api": { target: process.env.STOCKTAKE_URL ?? "http://127.0.0.1:8080", changeOrigin: false } },
  },
  test: {
    environment: "jsdom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/testing.ts"],
    restoreMocks: true,
  },
});

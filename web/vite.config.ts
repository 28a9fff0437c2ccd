/** Builds the page into web/dist: files only, nothing inline, so that it runs under `default-src 'none'; script-src 'self'`. */
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    // light-dark() and OKLCH as they are written: browsers since May 2024.
    target: ["chrome123", "edge123", "firefox120", "safari17.5"],
    // A data: URI is not 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // What changes only with the dependencies stays in the browser's cache across releases of the page.
            { name: "react", test: /node_modules\/(?:react|react-dom|scheduler)\//, priority: 5 },
            { name: "libraries", test: /node_modules\//, tags: ["$initial"], priority: 4 },
            { name: "first", tags: ["$initial"], priority: 3 },
            // A few chunks for what comes later, instead of one for each page and each thing that two of them share.
            { name: "shared", minShareCount: 2, priority: 2 },
            { name: "people", test: /\/web\/src\/(?:account|audit|installation|people|sign-on)\//, priority: 1 },
            { name: "data", test: /\/web\/src\/(?:files|tables)\//, priority: 1 },
          ],
        },
      },
    },
  },
});

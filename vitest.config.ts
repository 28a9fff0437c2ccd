import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "server",
          include: ["{sdk,server}/{src,test}/**/*.test.ts", "scripts/**/*.test.ts"],
          pool: "threads",
          globalSetup: ["server/test/global-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      { test: { name: "web", include: ["web/src/**/*.test.{ts,tsx}"] } },
    ],
  },
});

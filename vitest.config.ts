import { defineConfig } from "vitest/config";

export default defineConfig({
  oxc: { jsx: { runtime: "automatic", importSource: "hono/jsx" } },
  test: {
    include: ["{broker,ingest,portal,device-sim,shared,scripts}/**/*.test.{ts,tsx}", "stories/**/*.story.ts"],
    // Two cores: the real components (influxd, Chromium, whole products) share them.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: "forks",
  },
});

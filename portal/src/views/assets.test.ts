import { expect, test } from "vitest";
import { assets } from "./assets.ts";

/** The portal's promise: a page is usable on a poor site network. */
const MOST_COMPRESSED = 100_000;

test("all browser code together is under 100 kB compressed, and what every page loads under 10 kB", () => {
  const { fileByName, script } = assets();
  const scripts = [...fileByName].filter(([name]) => name.endsWith(".js"));
  const gzip = scripts.reduce((sum, [, file]) => sum + file.gzip!.length, 0);
  const brotli = scripts.reduce((sum, [, file]) => sum + file.br!.length, 0);
  process.stdout.write(`browser code: ${gzip} bytes gzip, ${brotli} bytes brotli, ${scripts.length} files\n`);
  expect(gzip).toBeLessThan(MOST_COMPRESSED);
  expect(fileByName.get(script.main)!.gzip!.length).toBeLessThan(10_000);
});

test("the chart's code is not part of what every page loads", () => {
  const { fileByName, script } = assets();
  expect(fileByName.get(script.main)!.body.toString()).not.toContain("mw-chart");
  expect(fileByName.get(script.chart)!.body.toString()).toContain("mw-chart");
});

test("styles name only files that we serve, and nothing from elsewhere", () => {
  const { fileByName, css } = assets();
  const text = fileByName.get(css)!.body.toString();
  const urls = [...text.matchAll(/url\(([^)#]+)\)/g)].map((match) =>
    match[1]!.replace(/["']/g, "").replace(/^\.\//, ""),
  );
  expect(urls.length).toBe(3);
  for (const url of urls) expect(fileByName.has(url), url).toBe(true);
});

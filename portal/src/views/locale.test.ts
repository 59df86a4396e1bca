import { afterEach, describe, expect, test } from "vitest";
import { LOCALES, localeFor, readLocaleFrom } from "./locale.ts";
import { formatNumber, formatShort, readable } from "./number.ts";
import { clock, full, when } from "./time.ts";

afterEach(() => readLocaleFrom(() => undefined));

const NOW = Date.UTC(2026, 10, 19, 14, 32);

describe.each([
  ["en-GB", "1,284,306.5", "14:32", "12 Aug", "105.7\u00a0°C"],
  ["en-US", "1,284,306.5", "02:32 PM", "Aug 12", "105.7\u00a0°C"],
  ["de-DE", "1.284.306,5", "14:32", "12. Aug.", "105,7\u00a0°C"],
  ["fr-FR", "1 284 306,5", "14:32", "12 août", "105,7\u00a0°C"],
  ["de-CH", "1’284’306.5", "14:32", "12. Aug.", "105.7\u00a0°C"],
])("%s", (locale, number, time, day, sentence) => {
  test("writes numbers, times, days and the numbers in sentences its own way", () => {
    readLocaleFrom(() => locale);
    const plain = (text: string) => text.replace(/[\u202f\u00a0]/g, " ").replace(/’/g, "'");
    expect(plain(formatNumber(1_284_306.5, 1))).toBe(plain(number));
    expect(plain(clock(NOW, "UTC"))).toBe(time);
    expect(when(Date.UTC(2026, 7, 12), NOW, "UTC")).toBe(day);
    expect(readable("105.7 Cel")).toBe(sentence);
  });
});

test("every locale of the list writes the true minus and no sign on zero", () => {
  for (const [locale] of LOCALES) {
    readLocaleFrom(() => locale);
    expect(formatNumber(-4.94, 1)).toMatch(/^\u22124[.,]9$/);
    expect(formatNumber(-0.04, 1)).toMatch(/^0[.,]0$/);
    expect(formatShort(0.5)).toMatch(/^0[.,]5$/);
  }
});

test("a version is no number", () => {
  readLocaleFrom(() => "de-DE");
  expect(readable("Firmware 4.2.1 reached 120 devices, mean 1.5 bar")).toBe(
    "Firmware 4.2.1 reached 120 devices, mean 1,5\u00a0bar",
  );
});

test.each([
  ["de-DE,de;q=0.9,en;q=0.8", "de-DE"],
  ["de-AT", "de-DE"],
  ["en", "en-GB"],
  ["en-US,en", "en-US"],
  ["zh-CN,fr-CH;q=0.8", "fr-FR"],
  ["", "en-GB"],
  [null, "en-GB"],
  ["x".repeat(5000), "en-GB"],
])("a browser that asks for %s reads %s", (header, locale) => {
  expect(localeFor(header)).toBe(locale);
});

test("a time's title tells the other zone where its clock differs, and UTC", () => {
  expect(full(NOW, "Europe/London")).toBe(
    "19 Nov 2026, 14:32:00, Europe/London · 19 Nov 2026, 14:32:00, UTC",
  );
  expect(full(NOW, "Europe/Berlin", "America/Chicago")).toBe(
    "19 Nov 2026, 15:32:00, Europe/Berlin · 19 Nov 2026, 08:32:00, America/Chicago · 19 Nov 2026, 14:32:00, UTC",
  );
  expect(full(NOW, "UTC")).toBe("19 Nov 2026, 14:32:00, UTC");
});

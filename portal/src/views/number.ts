import { readerLocale } from "./locale.ts";
import { unitSign } from "./unit.ts";

/** Numbers as people read them. Used on the server and in the browser, so both always agree. */

const MINUS = "\u2212";
const NBSP = "\u00a0";
const formats = new Map<string, Intl.NumberFormat>();

/** `least`: decimals that are written even when they are zeros. */
function formatter(decimals: number, least = decimals): Intl.NumberFormat {
  const locale = readerLocale();
  const key = `${locale} ${decimals} ${least}`;
  let format = formats.get(key);
  if (!format) {
    format = new Intl.NumberFormat(locale, {
      minimumFractionDigits: least,
      maximumFractionDigits: decimals,
    });
    formats.set(key, format);
  }
  return format;
}

/** How many decimals a sensor of this resolution has: 0.1 → 1, 0.05 → 2, 5 → 0. */
export function decimalsOf(resolution: number): number {
  for (let decimals = 0; decimals < 6; decimals++) {
    const scaled = resolution * 10 ** decimals;
    if (scaled >= 1 && Math.abs(scaled - Math.round(scaled)) < 1e-6) return decimals;
  }
  return 6;
}

/** Decimals for a value of a sensor whose resolution nobody stated: four significant digits. */
export function decimalsFor(value: number): number {
  if (value === 0 || Number.isInteger(value)) return 0;
  return Math.min(6, Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value)))));
}

/** 1284306 → "1,284,306", −4.9 → "−4.9". Without `decimals`: four significant digits. Not a number → "no data". */
export function formatNumber(value: number | null | undefined, decimals?: number | null): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "no data";
  return signed(value, formatter(Math.min(decimals ?? decimalsFor(value), 12)));
}

/** One value in a sentence: at most four significant digits, no zeros that nobody measured. 0.705 → "0.705", 46.6 → "46.6". */
export function formatShort(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "no data";
  return signed(value, formatter(decimalsFor(value), 0));
}

function signed(value: number, format: Intl.NumberFormat): string {
  const text = format.format(Math.abs(value));
  // −0.0 would claim a direction that the sensor did not measure.
  return value < 0 && /[1-9]/.test(text) ? `${MINUS}${text}` : text;
}

/** Value, no-break space, unit sign. */
export function formatQuantity(
  value: number | null | undefined,
  unit: string | null,
  decimals?: number | null,
): string {
  const sign = unitSign(unit);
  const text = formatNumber(value, decimals);
  return sign && text !== "no data" ? `${text}${NBSP}${sign}` : text;
}

/** A UCUM code behind a number: letters with exponents, factors and quotients, {rev}/min. */
const UCUM_AFTER_NUMBER = /(?<=\d) ((?:\{rev\}|[A-Za-z]+\d?)(?:[./][A-Za-z]+\d?)*)(?![\w/{])/g;

/**
 * Begins with a capital, whatever case a catalogue writes its names in: "seal leakage" → "Seal leakage". A first word
 * that is a code or has its own spelling (t_dis, pH, kW) stays as it is.
 */
export function sentenceCase(text: string): string {
  const first = /^\p{Ll}+(?![\p{L}\p{N}_])/u.exec(text)?.[0];
  return first === undefined ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

/** What follows a number without ever being a word: K, A, V; mm/s, m³/h; bar. */
const SIGN = /^(\p{Lu}|\S+\/\S+|m?bar|kW|kV|Hz)$/u;

/** One decimal number of the alarm engine, and no part of a version such as 4.2.1. */
const DECIMAL = /(?<![\w.])\d+\.\d+(?!\.?\d|\w)/g;

/** As the reader writes decimals; digits stay as many as they are. */
function localDecimals(sentence: string): string {
  const point =
    formatter(1)
      .formatToParts(0.5)
      .find((part) => part.type === "decimal")?.value ?? ".";
  return point === "." ? sentence : sentence.replace(DECIMAL, (number) => number.replace(".", point));
}

/**
 * The alarm engine writes UCUM and ASCII ("seal leakage: 1.04 m/s2, limit -0.30"); people read a sentence with signs and a
 * true minus.
 */
export function readable(sentence: string): string {
  return localDecimals(sentenceCase(sentence))
    .replace(/(?<=^|[\s(])-(?=\d)/g, MINUS)
    .replace(UCUM_AFTER_NUMBER, (whole, code: string) => {
      const sign = unitSign(code);
      // Words after a number ("3 alarms") are their own sign and stay as they are.
      return sign === code && !SIGN.test(code) ? whole : `${NBSP}${sign}`;
    });
}

/** "1 machine", "8 machines". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${formatNumber(n, 0)} ${n === 1 ? one : many}`;
}

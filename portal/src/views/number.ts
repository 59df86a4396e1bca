import { unitSign } from "./unit.ts";

/** Numbers as people read them. Used on the server and in the browser, so both always agree. */

const MINUS = "\u2212";
const NBSP = "\u00a0";
const formatByDecimals = new Map<number, Intl.NumberFormat>();

function formatter(decimals: number): Intl.NumberFormat {
  let format = formatByDecimals.get(decimals);
  if (!format) {
    format = new Intl.NumberFormat("en-GB", {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
    formatByDecimals.set(decimals, format);
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
  const digits = decimals ?? decimalsFor(value);
  const text = formatter(Math.min(digits, 12)).format(value);
  // −0.0 would claim a direction that the sensor did not measure.
  return /^-[0.,]*$/.test(text) ? text.slice(1) : text.replace("-", MINUS);
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

/** The alarm engine writes UCUM and ASCII ("1.04 m/s2, limit -0.30"); people read signs and a true minus. */
export function readable(sentence: string): string {
  return sentence.replace(/(?<=^|[\s(])-(?=\d)/g, MINUS).replace(UCUM_AFTER_NUMBER, (whole, code: string) => {
    const sign = unitSign(code);
    // Words after a number ("3 alarms") are their own sign and stay as they are.
    return sign === code ? whole : `${NBSP}${sign}`;
  });
}

/** "1 machine", "8 machines". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${formatNumber(n, 0)} ${n === 1 ? one : many}`;
}

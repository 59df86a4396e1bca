/** In whose way numbers and dates are written. The words stay English. */
export const LOCALES = [
  ["en-GB", "English, United Kingdom"],
  ["en-US", "English, United States"],
  ["en-IN", "English, India"],
  ["de-DE", "German, Germany"],
  ["de-CH", "German, Switzerland"],
  ["fr-FR", "French, France"],
  ["es-ES", "Spanish, Spain"],
  ["it-IT", "Italian, Italy"],
  ["pt-PT", "Portuguese, Portugal"],
  ["nl-NL", "Dutch, Netherlands"],
  ["da-DK", "Danish, Denmark"],
  ["sv-SE", "Swedish, Sweden"],
  ["pl-PL", "Polish, Poland"],
] as const;
export type Locale = (typeof LOCALES)[number][0];
const DEFAULT_LOCALE: Locale = "en-GB";

export const isLocale = (text: string | null | undefined): text is Locale =>
  LOCALES.some(([locale]) => locale === text);

/** Of an Accept-Language header or a browser's languages: the first that we know, by language if not by country. */
export function localeFor(languages: string | null | undefined): Locale {
  for (const part of (languages ?? "").split(",").slice(0, 20)) {
    const tag = part.split(";")[0]!.trim();
    const [language] = tag.split("-");
    const known =
      LOCALES.find(([locale]) => locale.toLowerCase() === tag.toLowerCase()) ??
      (language ? LOCALES.find(([locale]) => locale.startsWith(`${language.toLowerCase()}-`)) : undefined);
    if (known) return known[0];
  }
  return DEFAULT_LOCALE;
}

/** In the browser the page says it (layout.tsx); on the server each request does (pages/reader.ts). */
let source = (): string | undefined =>
  typeof document === "undefined" ? undefined : document.documentElement.dataset.locale;

/**
 * The locale of the one who reads. Ambient and not an argument: a number is written in a hundred places, and one that is
 * written in another way than its neighbour is wrong.
 */
export function readerLocale(): Locale {
  const locale = source();
  return isLocale(locale) ? locale : DEFAULT_LOCALE;
}

export function readLocaleFrom(from: () => string | undefined): void {
  source = from;
}

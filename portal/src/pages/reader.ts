import { AsyncLocalStorage } from "node:async_hooks";
import type { MiddlewareHandler } from "hono";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { type Preferences, preferencesOf } from "../read/preferences.ts";
import { isLocale, localeFor, readLocaleFrom } from "../views/locale.ts";

type Reader = { locale: string; preferences: Preferences | null };

const readers = new AsyncLocalStorage<Reader>();
readLocaleFrom(() => readers.getStore()?.locale);

/** Who reads this page, and how: their own choice, else what their browser says. */
export function knowReader({ db }: Pick<PortalDeps, "db">): MiddlewareHandler<PortalEnv> {
  return (c, next) => {
    // Absent on the sign-in page.
    const viewer = c.get("viewer") as PortalEnv["Variables"]["viewer"] | undefined;
    const preferences = viewer ? preferencesOf(db, viewer) : null;
    const chosen = preferences?.locale;
    const locale = isLocale(chosen) ? chosen : localeFor(c.req.header("accept-language"));
    return readers.run({ locale, preferences }, next);
  };
}

/** Of the person whose page is being made; null outside of one. */
export const readerPreferences = (): Preferences | null => readers.getStore()?.preferences ?? null;

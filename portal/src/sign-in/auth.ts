import type { PortalDb } from "@millwright/shared/db/open";
import { account, session, user, verification } from "@millwright/shared/db/schema";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { hashPassword, verifyPassword } from "./hash.ts";
import { createSignInLimiter } from "./limiter.ts";

/** However busy the session, it ends after this: twelve hours, one long shift. */
export const ABSOLUTE_S = 12 * 3600;

export const MIN_PASSWORD = 12;
export const MAX_PASSWORD = 256;

export type AuthOptions = {
  db: PortalDb;
  secret: string;
  publicUrl: string;
  /** log2 of scrypt's N; tests take a cheaper one. */
  passwordStrength?: number;
};

/**
 * better-auth keeps users, password hashes and sessions. Its own HTTP routes are not mounted: session.ts calls it,
 * with our limiter in front. The cookie cache is off, so that ending a session ends it everywhere at once.
 */
export function createAuth({ db, secret, publicUrl, passwordStrength }: AuthOptions) {
  const secure = publicUrl.startsWith("https:");
  const betterAuthServer = betterAuth({
    appName: "Millwright",
    baseURL: publicUrl,
    basePath: "/-/auth",
    secret,
    trustedOrigins: [new URL(publicUrl).origin],
    database: drizzleAdapter(db, { provider: "sqlite", schema: { user, session, account, verification } }),
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: MIN_PASSWORD,
      maxPasswordLength: MAX_PASSWORD,
      password: {
        hash: (password) => hashPassword(password, passwordStrength),
        verify: ({ hash, password }) => verifyPassword(hash, password),
      },
    },
    user: {
      additionalFields: {
        role: { type: "string", required: true, input: false },
        customerId: { type: "string", required: false, input: false },
      },
    },
    session: {
      expiresIn: ABSOLUTE_S,
      // updatedAt is when the session was last used; session.ts keeps it and ends the idle ones.
      disableSessionRefresh: true,
      cookieCache: { enabled: false },
    },
    // Ours counts by socket address and account; better-auth's asks a header.
    rateLimit: { enabled: false },
    advanced: {
      // better-auth would name it __Secure-…; the stricter __Host- forbids a Domain and any other path.
      useSecureCookies: false,
      cookies: {
        session_token: {
          name: secure ? "__Host-millwright" : "millwright",
          attributes: { secure, sameSite: "lax", httpOnly: true, path: "/" },
        },
      },
    },
    telemetry: { enabled: false },
    logger: { disabled: true },
  });
  return {
    server: betterAuthServer,
    limiter: createSignInLimiter(),
    hash: (password: string) => hashPassword(password, passwordStrength),
  };
}

export type Auth = ReturnType<typeof createAuth>;

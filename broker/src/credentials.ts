import { createHash, timingSafeEqual } from "node:crypto";
import { statSync } from "node:fs";
import { type Clock, systemClock } from "@millwright/shared/clock";
import type { Log } from "@millwright/shared/log";
import { openCredentialsDb, type SignedIn } from "./credentials-db.ts";
import { PROVISIONING } from "./provision-sign-in.ts";

export type SignIn = SignedIn | "unknown" | "unavailable";

/** What a verified certificate says: whom it names, if anybody, and its SHA-256 fingerprint, lower-case hex. */
export type Certificate = { name: string | null; fingerprint: string };

/** Begins the credential id of a device whose certificate is known by its name alone. */
const BY_NAME = "certificate:";

/**
 * The devices' credentials, in the portal's database, read-only. Secrets are random with at least 128 bits, so one
 * SHA-256 keeps them safe; a slow hash here would only let a reconnect storm block everyone.
 */
export function openCredentials(file: string, log: Log, clock: Clock = systemClock) {
  let open: ReturnType<typeof openCredentialsDb> | null = null;
  let version: unknown = null;
  let live = "";
  let nextEnd: number | null = null;
  let unavailable = false;

  /** The database that is there now, or null: the portal may not have made it yet. */
  function database() {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (open && (!stat || open.identity !== `${stat.dev}:${stat.ino}`)) {
      open.close();
      open = null;
    }
    if (open === null && stat) {
      try {
        open = openCredentialsDb(file);
        version = null;
        if (unavailable) log.info("device credentials can be read again");
        unavailable = false;
      } catch (error) {
        // Made a moment ago and still without tables, as at a first start: the same as not there.
        if (isUnmigrated(error)) log.debug("device credentials are not there yet");
        else noteUnavailable(error);
      }
    }
    return open;
  }

  function noteUnavailable(error: unknown) {
    if (!unavailable)
      log.warn({ err: error }, "device credentials cannot be read, devices are told to come later");
    unavailable = true;
  }

  /** What `question` answers, or `otherwise` while the database cannot be read. */
  function ask<T>(otherwise: T, question: (db: NonNullable<typeof open>) => T): T {
    try {
      const db = database();
      return db === null ? otherwise : question(db);
    } catch (error) {
      noteUnavailable(error);
      return otherwise;
    }
  }

  return {
    /** User name alone = access token; user name with password = device id and secret. */
    find(username: string | undefined, password: Buffer | undefined): SignIn {
      const withPassword = password !== undefined && password.length > 0;
      const hash = createHash("sha256")
        .update(withPassword ? password : (username ?? ""))
        .digest();
      return ask<SignIn>("unavailable", (db) => {
        if (username === undefined || username === "") return "unknown";
        const rows = withPassword
          ? db.bySecret.all(username, username, clock())
          : db.byToken.all(hash.toString("hex"), clock());
        let found: SignIn = "unknown";
        for (const { hash: kept, ...device } of rows) {
          const expected = Buffer.from(kept, "hex");
          if (expected.length === hash.length && timingSafeEqual(expected, hash)) found = device;
        }
        return found;
      });
    },

    /** The device a verified certificate is pinned to, or the one it names as long as that has none pinned. */
    ofCertificate({ name, fingerprint }: Certificate): SignIn {
      return ask<SignIn>("unavailable", (db) => {
        const now = clock();
        const pinned =
          db.byCertificate.get(fingerprint, now) ??
          (name === null ? undefined : db.byCertificate.get(`cn:${name}`, now));
        if (pinned) {
          const { hash: _, ...device } = pinned;
          return device;
        }
        const named = name === null ? undefined : db.unpinned.get(name);
        return named === undefined ? "unknown" : { ...named, credentialId: BY_NAME + named.deviceId };
      });
    },

    /** Whether a provisioning key is out there that may be used now. */
    provisioning: (): boolean | "unavailable" =>
      ask<boolean | "unavailable">("unavailable", (db) => db.provisioningKey.get(clock()) !== undefined),

    /**
     * Whether any credential may have been revoked, or come to its end, since the last call. One pragma while the
     * portal writes nothing.
     */
    changed(): boolean {
      return ask(false, (db) => {
        const now = clock();
        const ended = nextEnd !== null && now >= nextEnd;
        const current = db.version();
        if (current === version && !ended) return false;
        version = current;
        nextEnd = db.nextEnd.get(now) ?? null;
        const fingerprint = db.fingerprint.get() ?? "";
        if (fingerprint === live && !ended) return false;
        live = fingerprint;
        return true;
      });
    },

    /** A credential whose database cannot be read at the moment counts as live: an outage disconnects nobody. */
    isLive(credentialId: string): boolean {
      if (credentialId === PROVISIONING) return true;
      return ask(true, (db) =>
        credentialId.startsWith(BY_NAME)
          ? isNamed(db, credentialId.slice(BY_NAME.length), clock())
          : db.live.get(credentialId, clock()) !== undefined,
      );
    },

    available: () => database() !== null,
    close: () => open?.close(),
  };
}

/** Still let in by its name: nothing is pinned, or its certificates may be used until the pinned one takes over. */
const isNamed = (db: ReturnType<typeof openCredentialsDb>, deviceId: string, now: number): boolean =>
  db.unpinned.get(deviceId) !== undefined || db.byCertificate.get(`cn:${deviceId}`, now) !== undefined;

/** Empty, or of the version before: the portal is about to bring it up to date. */
const isUnmigrated = (error: unknown): boolean =>
  error instanceof Error && /^no such (table|column)/.test(error.message);

export type Credentials = ReturnType<typeof openCredentials>;

import { createHash, timingSafeEqual } from "node:crypto";
import { statSync } from "node:fs";
import { openPortalDbReadOnly } from "@millwright/shared/db/open";
import type { Log } from "@millwright/shared/log";

export type SignedIn = { deviceId: string; kind: "device" | "gateway"; credentialId: string };
export type SignIn = SignedIn | "unknown" | "unavailable";

type Row = SignedIn & { hash: string };

const LIVE = `
  FROM device_credentials c JOIN devices d ON d.id = c.device_id
  WHERE c.revoked_at IS NULL AND d.revoked_at IS NULL`;
const COLUMNS = "SELECT c.id AS credentialId, c.hash, d.id AS deviceId, d.kind";

/**
 * The devices' credentials, in the portal's database, read-only. Secrets are random with at least 128 bits, so one
 * SHA-256 keeps them safe; a slow hash here would only let a reconnect storm block everyone.
 */
export function openCredentials(file: string, log: Log) {
  let open: ReturnType<typeof connect> | null = null;
  let version: unknown = null;
  let live = "";
  let unavailable = false;

  function connect() {
    const db = openPortalDbReadOnly(file);
    try {
      const { dev, ino } = statSync(file);
      return {
        identity: `${dev}:${ino}`,
        byToken: db.prepare<[string], Row>(`${COLUMNS} ${LIVE} AND c.kind = 'token' AND c.hash = ?`),
        bySecret: db.prepare<[string], Row>(`${COLUMNS} ${LIVE} AND c.kind = 'secret' AND d.id = ?`),
        byDevice: db.prepare<[string], { deviceId: string; kind: "device" | "gateway" }>(
          "SELECT id AS deviceId, kind FROM devices WHERE id = ? AND revoked_at IS NULL",
        ),
        byId: db.prepare<[string], { id: string }>(`SELECT c.id ${LIVE} AND c.id = ?`),
        // Changes with every credential that is added, revoked or deleted, and not with the portal's other work.
        fingerprint: db
          .prepare<[], string>(
            `SELECT count(*) || ':' || coalesce(sum(c.rowid), 0) || ':' ||
              (SELECT count(*) FROM devices WHERE revoked_at IS NULL) ${LIVE}`,
          )
          .pluck(),
        version: () => db.pragma("data_version", { simple: true }),
        close: () => db.close(),
      };
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** The database that is there now, or null: the portal may not have made it yet. */
  function database() {
    const stat = statSync(file, { throwIfNoEntry: false });
    if (open && (!stat || open.identity !== `${stat.dev}:${stat.ino}`)) {
      open.close();
      open = null;
    }
    if (open === null && stat) {
      try {
        open = connect();
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

  return {
    /** User name alone = access token; user name with password = device id and secret. */
    find(username: string | undefined, password: Buffer | undefined): SignIn {
      const withPassword = password !== undefined && password.length > 0;
      const hash = createHash("sha256")
        .update(withPassword ? password : (username ?? ""))
        .digest();
      try {
        const db = database();
        if (db === null) return "unavailable";
        if (username === undefined || username === "") return "unknown";
        const rows = withPassword ? db.bySecret.all(username) : db.byToken.all(hash.toString("hex"));
        let found: SignIn = "unknown";
        for (const { hash: kept, ...device } of rows) {
          const expected = Buffer.from(kept, "hex");
          if (expected.length === hash.length && timingSafeEqual(expected, hash)) found = device;
        }
        return found;
      } catch (error) {
        noteUnavailable(error);
        return "unavailable";
      }
    },

    /** The device a verified certificate names, unless it is revoked. */
    ofCertificate(deviceId: string): SignIn {
      try {
        const db = database();
        if (db === null) return "unavailable";
        const device = db.byDevice.get(deviceId);
        return device === undefined ? "unknown" : { ...device, credentialId: CERTIFICATE + device.deviceId };
      } catch (error) {
        noteUnavailable(error);
        return "unavailable";
      }
    },

    /** Whether any credential may have been revoked since the last call. One pragma while the portal writes nothing. */
    changed(): boolean {
      try {
        const db = database();
        if (db === null) return false;
        const now = db.version();
        if (now === version) return false;
        version = now;
        const fingerprint = db.fingerprint.get() ?? "";
        if (fingerprint === live) return false;
        live = fingerprint;
        return true;
      } catch (error) {
        noteUnavailable(error);
        return false;
      }
    },

    /** A credential whose database cannot be read at the moment counts as live: an outage disconnects nobody. */
    isLive(credentialId: string): boolean {
      try {
        const db = database();
        if (db === null) return true;
        return credentialId.startsWith(CERTIFICATE)
          ? db.byDevice.get(credentialId.slice(CERTIFICATE.length)) !== undefined
          : db.byId.get(credentialId) !== undefined;
      } catch (error) {
        noteUnavailable(error);
        return true;
      }
    },

    available: () => database() !== null,
    close: () => open?.close(),
  };
}

/** Begins the credential id of a device that showed a certificate. */
const CERTIFICATE = "certificate:";

const isUnmigrated = (error: unknown): boolean =>
  error instanceof Error && error.message.startsWith("no such table");

export type Credentials = ReturnType<typeof openCredentials>;

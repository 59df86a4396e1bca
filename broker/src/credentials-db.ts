import { statSync } from "node:fs";
import { openPortalDbReadOnly } from "@millwright/shared/db/open";

export type SignedIn = {
  deviceId: string;
  kind: "device" | "gateway" | "provision";
  credentialId: string;
};
type Row = SignedIn & { hash: string };

const COLUMNS = "SELECT c.id AS credentialId, c.hash, d.id AS deviceId, d.kind";
/** Takes the time as its last parameter: a replaced credential works until its end. */
const FROM = `
  FROM device_credentials c JOIN devices d ON d.id = c.device_id
  WHERE d.revoked_at IS NULL AND c.revoked_at IS NULL`;
const LIVE = "(c.ends_at IS NULL OR c.ends_at > ?)";

/** The questions asked of the portal's database. Throws while its tables are not there. */
export function openCredentialsDb(file: string) {
  const db = openPortalDbReadOnly(file);
  try {
    const { dev, ino } = statSync(file);
    return {
      identity: `${dev}:${ino}`,
      byToken: db.prepare<[string, number], Row>(
        `${COLUMNS} ${FROM} AND c.kind = 'token' AND c.hash = ? AND ${LIVE}`,
      ),
      bySecret: db.prepare<[string, string, number], Row>(
        `${COLUMNS} ${FROM} AND c.kind = 'secret' AND
          (c.username = ? OR (d.id = ? AND c.username IS NULL)) AND ${LIVE}`,
      ),
      byCertificate: db.prepare<[string, number], Row>(
        `${COLUMNS} ${FROM} AND c.kind = 'certificate' AND c.hash = ? AND ${LIVE}`,
      ),
      /** A device none of whose certificates is pinned: then any of the CA that names it will do. */
      unpinned: db.prepare<[string], { deviceId: string; kind: "device" | "gateway" }>(
        `SELECT id AS deviceId, kind FROM devices d WHERE id = ? AND revoked_at IS NULL AND NOT EXISTS
          (SELECT 1 FROM device_credentials c WHERE c.device_id = d.id AND c.kind = 'certificate')`,
      ),
      live: db.prepare<[string, number], { id: string }>(`SELECT c.id ${FROM} AND c.id = ? AND ${LIVE}`),
      // Changes with every credential that is added, given an end, revoked or deleted, and with no other work.
      fingerprint: db
        .prepare<[], string>(
          `SELECT count(*) || ':' || coalesce(sum(c.rowid), 0) || ':' || coalesce(sum(c.ends_at), 0) || ':' ||
            (SELECT count(*) FROM devices WHERE revoked_at IS NULL) ${FROM}`,
        )
        .pluck(),
      nextEnd: db.prepare<[number], number | null>(`SELECT min(c.ends_at) ${FROM} AND c.ends_at > ?`).pluck(),
      provisioningKey: db
        .prepare<[number], 1>(
          "SELECT 1 FROM provisioning_keys WHERE revoked_at IS NULL AND expires_at > ? LIMIT 1",
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

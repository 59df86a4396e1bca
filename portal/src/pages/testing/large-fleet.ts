import type { PortalDb } from "@millwright/shared/db/open";
import { deviceStatus, type FakeTelemetry } from "./fake-telemetry.ts";

/**
 * `machines` of one model spread over sites of other customers, written straight into the tables: creating them one by
 * one takes a minute. Every 97th has an active alarm, every 50th is offline.
 */
export function seedLargeFleet(
  db: PortalDb,
  telemetry: FakeTelemetry,
  { machines, modelId, now }: { machines: number; modelId: string; now: number },
): void {
  const client = db.$client;
  const insert = (table: string, columns: string) =>
    client.prepare(
      `insert into ${table} (${columns}) values (${columns
        .split(",")
        .map(() => "?")
        .join(",")})`,
    );
  const customer = insert("customers", "id,name,created_at");
  const site = insert("sites", "id,customer_id,name,time_zone,created_at");
  const asset = insert("assets", "id,serial_number,name,model_id,site_id,created_at");
  const ownership = insert("ownerships", "id,asset_id,customer_id,from_at");
  const device = insert("devices", "id,name,kind,asset_id,created_at");
  const alarm = insert(
    "alarms",
    "id,asset_id,customer_id,device_id,type,detector,level,priority,summary,onset,raised_at,backfilled",
  );
  client.transaction(() => {
    for (let n = 0; n < machines; n++) {
      const c = `cus_l${Math.floor(n / 100)}`;
      const s = `sit_l${Math.floor(n / 20)}`;
      if (n % 100 === 0) customer.run(c, `Customer ${Math.floor(n / 100)}`, now);
      if (n % 20 === 0) site.run(s, c, `Site ${Math.floor(n / 20)}`, "Europe/London", now);
      const id = `ast_l${n}`;
      asset.run(id, `L-${String(n).padStart(6, "0")}`, `Machine ${n}`, modelId, s, now);
      ownership.run(`own_l${n}`, id, c, 0);
      device.run(`dev_l${n}`, `d${n}`, "device", id, now);
      if (n % 97 === 0)
        alarm.run(
          `alm_l${n}`,
          id,
          c,
          `dev_l${n}`,
          "t:high",
          "limit",
          "high",
          2,
          "Temperature high",
          now,
          now,
          0,
        );
      telemetry.statuses.push(
        deviceStatus(`dev_l${n}`, {
          connected: n % 50 !== 0,
          lastSeenAt: n % 50 === 0 ? now - 3_600_000 : now - (n % 30) * 1000,
        }),
      );
    }
  })();
}

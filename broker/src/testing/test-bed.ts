import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPortalDb, PORTAL_DB, type PortalDb } from "@millwright/shared/db/open";
import { deviceCredentials, devices } from "@millwright/shared/db/schema";
import { openSqliteReader } from "@millwright/shared/journal/reader";
import { createLog } from "@millwright/shared/log";
import { findDoor, loopbackSecret } from "@millwright/shared/run-dir";
import { decodeUplink, type UplinkRecord } from "@millwright/shared/wire/uplink-record";
import { connect, connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import type { BrokerConfig } from "../config.ts";
import { type StartOptions, startBroker } from "../start.ts";

export const silent = createLog("broker", "silent");

/** A folder with the devices of a test, a broker on free ports in it, and clients that are ended with it. */
export function testBed() {
  const dataDir = mkdtempSync(join(tmpdir(), "broker-"));
  const clients: MqttClient[] = [];
  let db: PortalDb | null = null;
  let broker: Awaited<ReturnType<typeof startBroker>> | null = null;

  const bed = {
    dataDir,
    config: {
      MQTT_HOST: "127.0.0.1",
      MQTT_PORT: 0,
      MQTT_WS_PORT: 0,
      DATA_DIR: dataDir,
      LOG_LEVEL: "silent",
    } as BrokerConfig,
    db: () => {
      db ??= openPortalDb(join(dataDir, PORTAL_DB));
      return db;
    },
    /** A device with an access token and an id-and-secret credential. */
    addDevice(id: string, kind: "device" | "gateway" = "device") {
      const token = randomBytes(16).toString("base64url");
      const secret = randomBytes(16).toString("base64url");
      bed.db().insert(devices).values({ id, name: id, kind, createdAt: 1 }).run();
      for (const [credentialKind, value] of [
        ["token", token],
        ["secret", secret],
      ] as const) {
        const hash = createHash("sha256").update(value).digest("hex");
        const values = {
          id: `${id}-${credentialKind}`,
          deviceId: id,
          kind: credentialKind,
          hash,
          createdAt: 1,
        };
        bed.db().insert(deviceCredentials).values(values).run();
      }
      return { id, token, secret };
    },
    revoke: (credentialId: string) =>
      bed.db().$client.prepare("UPDATE device_credentials SET revoked_at = 2 WHERE id = ?").run(credentialId),
    async start(options: StartOptions = {}) {
      broker = await startBroker(bed.config, { log: silent, ...options });
      return broker;
    },
    stop: async () => {
      await broker?.stop();
      broker = null;
    },
    port: () => broker!.mqttPort,
    url: () => `mqtt://127.0.0.1:${broker!.mqttPort}`,
    wsUrl: () => `ws://127.0.0.1:${broker!.wsPort}/mqtt`,
    /** Rejects where the broker refuses: the error's `code` is the return code of the CONNACK. */
    async connect(options: IClientOptions, url = bed.url()) {
      const client = await connectAsync(url, { reconnectPeriod: 0, ...options }, false);
      client.on("error", () => undefined);
      clients.push(client);
      return client;
    },
    /** One that may be refused, or cut off, without an error of its own. */
    raw(options: IClientOptions, url = bed.url()) {
      const client = connect(url, { reconnectPeriod: 0, ...options });
      client.on("error", () => undefined);
      clients.push(client);
      return client;
    },
    records(): UplinkRecord[] {
      const reader = openSqliteReader(join(dataDir, "uplink.db"));
      const records: UplinkRecord[] = [];
      for (let entries = reader.read(0); entries.length > 0; entries = reader.read(entries.at(-1)!.seq)) {
        for (const { bytes } of entries) records.push(decodeUplink(bytes));
      }
      reader.close();
      return records;
    },
    messages: () => bed.records().flatMap((record) => (record.kind === "message" ? [record] : [])),
    presence: () =>
      bed
        .records()
        .flatMap((record) => (record.kind === "presence" ? [`${record.deviceId} ${record.event}`] : [])),
    async door(path: string) {
      const headers = { authorization: `Bearer ${loopbackSecret(dataDir)}` };
      return fetch(`http://127.0.0.1:${findDoor(dataDir, "broker")}${path}`, { headers });
    },
    /** The value of a metric, given as it is printed: name with labels. */
    async metric(line: string) {
      const text = await (await bed.door("/metrics")).text();
      const found = text.split("\n").find((candidate) => candidate.startsWith(`millwright_broker_${line} `));
      return found === undefined ? 0 : Number(found.split(" ").at(-1));
    },
    async end() {
      for (const client of clients) client.end(true);
      await bed.stop();
      db?.$client.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  return bed;
}

export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  withinMs = 10_000,
): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export const closed = (client: MqttClient) =>
  new Promise<void>((resolve) =>
    client.connected || !client.disconnected ? client.once("close", () => resolve()) : resolve(),
  );

import { assets, customers, devices, ownerships, sites } from "@millwright/shared/db/schema";
import { createKey } from "../access/key.ts";
import { createProvisioningKey } from "../fleet/provisioning-keys.ts";
import { deviceStatus } from "../pages/testing/fake-telemetry.ts";
import { LONG_NAME, type Plant } from "../pages/testing/plant.ts";
import { saveView } from "../people/saved-views.ts";
import { listAlarms } from "../read/alarms.ts";
import { listTickets } from "../read/tickets.ts";
import { acknowledgeAlarm } from "../service-desk/alarms.ts";
import { addAnnotation } from "../service-desk/annotations.ts";
import { addComment } from "../service-desk/comments.ts";
import { shelveAlarm } from "../service-desk/shelve.ts";
import { assignTicket, moveTicket, raiseTicket } from "../service-desk/tickets.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** No space anywhere: what a layout breaks on. */
const UNBROKEN = "Kompressorendruckueberwachungseinheit".repeat(4).slice(0, 120);

/** A usual day: alarms in every state, tickets on their way, messages that were refused, keys. */
export async function fillBusy(plant: Plant): Promise<void> {
  const { deps, machines, people, telemetry } = plant;
  const { db } = deps;
  const now = Date.now();
  const raise = (machine: { id: string; device: string }, over: Parameters<Plant["raise"]>[0] | object) =>
    plant.raise({ assetId: machine.id, deviceId: machine.device, ...over });
  raise(machines.compressor, { onset: now - 5 * HOUR });
  raise(machines.long, {
    onset: now - 50 * MINUTE,
    alarmType: "p_dis:lowLow",
    tag: "p_dis",
    level: "lowLow",
    priority: 1,
    summary: "Discharge pressure low low: 4.1 bar, limit 5.2",
    value: 4.1,
    limit: 5.2,
    unit: "bar",
  });
  const seen = raise(machines.long, {
    onset: now - 2 * DAY,
    alarmType: "vib:residual",
    tag: "vib",
    detector: "residual",
    level: null,
    priority: 3,
    summary: "Vibration, drive end moves away from its baseline",
    value: null,
    limit: null,
    unit: null,
  });
  acknowledgeAlarm(db, people.engineer, seen, now - DAY);
  const gone = { onset: now - 9 * HOUR, alarmType: "i_mot:high", tag: "i_mot", priority: 4 as const };
  const summary = "Motor current high: 141 A, limit 138";
  raise(machines.dairy, { ...gone, summary, unit: "A", value: 141, limit: 138 });
  raise(machines.dairy, {
    ...gone,
    kind: "cleared",
    at: now - 8 * HOUR,
    summary: "Motor current is back: 131 A",
    unit: "A",
    value: 131,
    limit: 138,
  });
  const first = listTickets(db, people.engineer).items.find(
    ({ assetId }) => assetId === machines.compressor.id,
  );
  if (first) talk(plant, first.id, now);
  raiseTicket(
    db,
    people.owner,
    {
      assetId: machines.calm.id,
      title: "Louder than last week",
      description: "Since Monday it is loud when it starts.",
      priority: 4,
    },
    now - 3 * HOUR,
  );
  telemetry.wave = (tag, time) => {
    const hours = time / HOUR;
    const base = { t_dis: 84, p_dis: 7.4, i_mot: 110, vib: 1.9 }[tag] ?? 10;
    return base * (1 + 0.06 * Math.sin(hours) + 0.02 * Math.sin(hours * 7.3));
  };
  telemetry.messages.push(
    ...[12, 13, 14].map((n) => ({
      id: n,
      deviceId: machines.compressor.device,
      topic: "v1/devices/me/telemetry",
      reason: "not-json",
      receivedAt: now - n * MINUTE,
      payload: '{"ts":1,"values":{"t_dis":',
      payloadBytes: 26,
    })),
  );
  createKey(
    db,
    { role: "viewer", customerId: plant.customers.northwind, name: "Building control" },
    now - DAY,
  );
  shelveAlarm(
    db,
    people.engineer,
    seen,
    { until: now + 3 * HOUR, reason: "Sensor is exchanged on Friday" },
    now,
  );
  const note = { text: "Filter changed, louder since.", from: now - 6 * HOUR, to: now - 5 * HOUR };
  addAnnotation(db, people.administrator, machines.compressor.id, note, now - 4 * HOUR);
  for (const who of [people.administrator, people.engineer, people.owner]) {
    saveView(
      db,
      who,
      { page: "fleet", name: "Out of specification", query: "state=out-of-spec", team: false },
      now,
    );
  }
  createProvisioningKey(
    db,
    people.administrator,
    {
      name: "KC-75 batch 44",
      modelId: plant.model,
      customerId: plant.customers.northwind,
      siteId: plant.sites.basin,
    },
    now,
  );
}

function talk({ deps: { db }, people }: Plant, ticketId: string, now: number): void {
  assignTicket(db, people.engineer, ticketId, { assignee: people.engineer.id }, now - 4 * HOUR);
  const say = (who: typeof people.engineer, text: string, internal: boolean, at: number) =>
    addComment(db, who, ticketId, { text, internal }, at);
  say(
    people.engineer,
    "The cooler is most likely fouled. Can you look at the fins?",
    false,
    now - 3.5 * HOUR,
  );
  say(people.engineer, "Third time in this hall; ask sales about the intake filter.", true, now - 3.4 * HOUR);
  say(people.owner, "They are full of dust.\nWe can stop it at 18:00.", false, now - 2 * HOUR);
  moveTicket(db, people.engineer, ticketId, { to: "remote-work" }, now - HOUR);
}

/** 10,000 machines of long and short names at 200 sites, every hundredth in alarm. */
export function fillExtreme(plant: Plant): void {
  const { deps, telemetry } = plant;
  const { db } = deps;
  const now = Date.now();
  const owners = Array.from({ length: 40 }, (_, i) => ({
    id: `cus_x${i}`,
    name: i === 0 ? UNBROKEN : `Customer ${i} ${i % 7 === 0 ? LONG_NAME : ""}`.trim(),
    createdAt: now,
  }));
  const places = Array.from({ length: 200 }, (_, i) => ({
    id: `sit_x${i}`,
    customerId: i % 4 === 0 ? plant.customers.northwind : owners[i % 40]!.id,
    name: i % 9 === 0 ? LONG_NAME.replace("Compressor", "Site") : `Site ${i}`,
    timeZone: "Europe/Berlin",
    latitude: 36 + ((i * 7) % 300) / 10,
    longitude: -9 + ((i * 13) % 400) / 10,
    createdAt: now,
  }));
  db.transaction((tx) => {
    for (const owner of owners) tx.insert(customers).values(owner).run();
    for (const place of places) tx.insert(sites).values(place).run();
    for (let i = 0; i < 10_000; i++) {
      const site = places[i % places.length]!;
      const id = `ast_x${i}`;
      const name = i % 50 === 0 ? LONG_NAME : i % 51 === 0 ? UNBROKEN : `Compressor ${i}`;
      const serialNumber = i % 50 === 0 ? `${"KC-75-".repeat(18)}${i}` : `KC-75-X${i}`;
      tx.insert(assets)
        .values({ id, name, serialNumber, modelId: plant.model, siteId: site.id, createdAt: now })
        .run();
      tx.insert(ownerships)
        .values({ id: `own_x${i}`, assetId: id, customerId: site.customerId, from: 0, to: null })
        .run();
      tx.insert(devices)
        .values({ id: `dev_x${i}`, name: `nw-${i}`, kind: "device", assetId: id, createdAt: now })
        .run();
    }
  });
  for (let i = 0; i < 10_000; i++) {
    const connected = i % 37 !== 0;
    telemetry.statuses.push(
      deviceStatus(`dev_x${i}`, { connected, lastSeenAt: connected ? now : now - 3 * HOUR }),
    );
  }
  for (let i = 0; i < 300; i++) {
    plant.raise({
      assetId: `ast_x${i * 25}`,
      deviceId: `dev_x${i * 25}`,
      onset: now - i * 7 * MINUTE,
      priority: ((i % 4) + 1) as 1 | 2 | 3 | 4,
      summary:
        i % 5 === 0
          ? `Discharge temperature high on ${LONG_NAME}: 105.7 Cel, limit 105`
          : "Discharge temperature high: 105.7 Cel, limit 105",
    });
  }
}

/** Nothing has come for 34 minutes. */
export function makeStale({ telemetry }: Plant): void {
  const then = Date.now() - 34 * MINUTE;
  for (const [i, value] of telemetry.values.entries()) {
    value.time = then;
    if (i % 4 === 1) Object.assign(value, { quality: "uncertain", note: "clock-implausible" });
    if (i % 4 === 2) Object.assign(value, { quality: "bad", note: "above-span", value: 987 });
  }
  for (const status of telemetry.statuses) Object.assign(status, { connected: false, lastSeenAt: then });
}

/** People and their customer stay; everything they could have made is gone. */
export function makeEmpty({ deps, telemetry }: Plant): void {
  const { $client } = deps.db;
  const kept = /^(user|account|session|verification|customers|__drizzle|sqlite_|reader_offsets)/;
  const tables = $client.prepare("select name from sqlite_master where type = 'table'").all() as {
    name: string;
  }[];
  $client.pragma("foreign_keys = OFF");
  for (const { name } of tables) if (!kept.test(name)) $client.exec(`delete from "${name}"`);
  $client.pragma("foreign_keys = ON");
  telemetry.values.length = 0;
  telemetry.statuses.length = 0;
}

/** Ids of one of each thing, for the addresses of its page. */
export function thingsOf(plant: Plant): Record<string, string> {
  const { db } = plant.deps;
  const who = plant.people.administrator;
  const [alarm] = listAlarms(db, who, { limit: 1 }).items;
  const [ticket] = listTickets(db, who, { limit: 1 }).items;
  const one = (table: string) =>
    (db.$client.prepare(`select id from ${table} limit 1`).get() as { id: string } | undefined)?.id ?? "none";
  return {
    customers: plant.customers.northwind,
    models: plant.model,
    sites: plant.sites.basin,
    annotations: one("annotations"),
    keys: one("api_keys"),
    views: one("saved_views"),
    assets: plant.machines.compressor.id,
    devices: plant.machines.compressor.device,
    users: plant.people.owner.id,
    alarms: alarm?.id ?? "none",
    tickets: ticket?.id ?? "none",
    provisioning: one("provisioning_keys"),
  };
}

import { TELEMETRY } from "@millwright/shared/wire/topics";
import { afterEach, beforeEach, expect, test } from "vitest";
import { heldJournal } from "./testing/held-journal.ts";
import { closed, silent, testBed, until } from "./testing/test-bed.ts";

let bed: ReturnType<typeof testBed>;
beforeEach(() => {
  bed = testBed();
});
afterEach(() => bed.end());

test("no PUBACK, no PUBREC while the commit is held; both right after it", async () => {
  const device = bed.addDevice("d1");
  const held = heldJournal();
  await bed.start({ openUplink: async () => held.journal });
  const client = await bed.connect({ username: device.token });
  const answers: string[] = [];
  client.on("packetreceive", ({ cmd }) => answers.push(cmd));
  const published = [1, 2].map((qos) => client.publishAsync(TELEMETRY, "{}", { qos: qos as 1 | 2 }));
  await until(() => held.waiting() === 3, "presence and both messages are handed to the journal");
  // The connection is alive meanwhile: a ping goes out and an answer would have had the time to come back.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(answers).toEqual([]);
  held.commit();
  await Promise.all(published);
  expect(answers.sort()).toEqual(["puback", "pubcomp", "pubrec"]);
  held.run(null);
});

test("a journal that cannot store closes the connection unacknowledged, says so once, and goes on by itself", async () => {
  const device = bed.addDevice("d1");
  const held = heldJournal();
  const said: unknown[] = [];
  const log = Object.assign(Object.create(silent), {
    error: (...line: unknown[]) => said.push(line[1]),
    info: () => undefined,
  });
  held.run(null);
  await bed.start({ openUplink: async () => held.journal, log });
  for (let round = 0; round < 3; round++) {
    held.run(null);
    const client = await bed.connect({ username: device.token, clientId: `c${round}` });
    await client.publishAsync(TELEMETRY, "{}", { qos: 1 });
    held.run(new Error("disk full"));
    const gone = closed(client);
    let acknowledged = false;
    client.publish(TELEMETRY, "{}", { qos: 1 }, (error) => {
      acknowledged ||= !error;
    });
    await gone;
    expect(acknowledged).toBe(false);
  }
  expect(said).toHaveLength(3);
  expect((await bed.door("/health")).status).toBe(503);
  expect(await bed.metric('publish_refused_total{reason="journal"}')).toBe(3);
  held.run(null);
  const client = await bed.connect({ username: device.token });
  await client.publishAsync(TELEMETRY, "{}", { qos: 1 });
  expect((await bed.door("/health")).status).toBe(200);
});

test("20,000 publishes in one burst are acknowledged in order, and kept in order", async () => {
  const device = bed.addDevice("d1");
  await bed.start();
  const client = await bed.connect({ username: device.token });
  const sent: number[] = [];
  const acknowledged: number[] = [];
  client.on("packetsend", (packet) => packet.cmd === "publish" && sent.push(packet.messageId!));
  client.on("packetreceive", (packet) => packet.cmd === "puback" && acknowledged.push(packet.messageId!));
  await new Promise<void>((resolve, reject) => {
    for (let i = 0; i < 20_000; i++) {
      client.publish(TELEMETRY, `{"n":${i}}`, { qos: 1 }, (error) => {
        if (error) reject(error);
        else if (i === 19_999) resolve();
      });
    }
  });
  expect(acknowledged).toHaveLength(20_000);
  expect(acknowledged).toEqual(sent);
  expect(bed.messages().map(({ payload }) => JSON.parse(String(payload)).n)).toEqual(
    Array.from({ length: 20_000 }, (_, i) => i),
  );
});

test("QoS 0 is kept too; retain leaves nothing behind; a QoS 2 repeat is kept once", async () => {
  const device = bed.addDevice("d1");
  await bed.start();
  const client = await bed.connect({ username: device.token });
  client.publish(TELEMETRY, '{"q":0}', { qos: 0, retain: true });
  await client.publishAsync(TELEMETRY, '{"q":2}', { qos: 2 });
  await until(() => bed.messages().length === 2, "both kept");
  expect(bed.messages().map(({ payload }) => String(payload))).toEqual(['{"q":0}', '{"q":2}']);
});

test("stop commits and acknowledges what has arrived, says who is gone, and frees the ports", async () => {
  const device = bed.addDevice("d1");
  await bed.start();
  const client = await bed.connect({ username: device.token });
  let acknowledged = 0;
  for (let i = 0; i < 5_000; i++)
    client.publish(TELEMETRY, `{"n":${i}}`, { qos: 1 }, (error) => void (error || acknowledged++));
  await until(() => acknowledged > 100, "the stream runs");
  const gone = closed(client);
  await bed.stop();
  await gone;
  const kept = bed.messages().length;
  expect(kept).toBe(acknowledged);
  expect(bed.presence()).toEqual(["d1 connected", "d1 disconnected"]);
  await bed.start();
  await bed.connect({ username: device.token });
});

test("while the journal hangs, a bounded amount is taken in; when it moves again, all is acknowledged", async () => {
  const device = bed.addDevice("d1");
  const held = heldJournal();
  await bed.start({ openUplink: async () => held.journal, maxBacklogBytes: 1_000_000 });
  const payload = Buffer.alloc(50_000, 65);
  const names = Array.from({ length: 20 }, (_, n) => `c${n}`);
  const clients = await Promise.all(
    names.map((clientId) => bed.connect({ username: device.token, clientId })),
  );
  const published = clients.flatMap((client) =>
    Array.from({ length: 25 }, () => client.publishAsync(TELEMETRY, payload, { qos: 1 })),
  );
  await until(() => held.waiting() > 18, "the bound is reached");
  // What is still in the sockets would be here by now, were it read.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await bed.metric("uplink_pending_bytes")).toBeLessThan(3_000_000);
  held.run(null);
  await Promise.all(published);
  expect(await bed.metric("messages_total")).toBe(500);
  expect(await bed.metric("uplink_pending_bytes")).toBe(0);
});

import { execFileSync } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { TELEMETRY } from "@millwright/shared/wire/topics";
import mqtt, { type MqttClient } from "mqtt";
import { spawnBroker } from "../../../broker/src/testing/spawn-broker.ts";
import { testBed } from "../../../broker/src/testing/test-bed.ts";
import { missing } from "../../../broker/src/testing/under-load.ts";
import { checklist, type Proof } from "../promise.ts";

/** One sync in twenty fails, in every thread of the broker: in SQLite's own calls and in Node's. */
const FIU = ["fiu-run", "-x", "-c", "enable_random name=posix/io/sync/*,probability=0.05"];
const DEVICES = 4;
const IN_FLIGHT = 20;
/** What a start that the disk refused counts, so that a disk that refuses all of them ends the proof. */
const REFUSED_START_MS = 500;

export const fsyncError: Proof = {
  title: "a failing fsync is not acknowledged, and loses nothing",
  async prove({ long }) {
    if (!fiuWorks()) return { skipped: "fiu-run (libfiu) is not installed" };
    const { failures, expect } = checklist();
    const bed = testBed();
    const acked = new Set<string>();
    const seen = { failed: 0, reopened: 0, closed: 0, starts: 0, refusedStarts: 0 };
    try {
      const { token } = bed.addDevice("d1");
      // Of running; a start under load takes its own time.
      let leftMs = long ? 120_000 : 6_000;
      while (leftMs > 0) leftMs -= await oneLife(bed, token, leftMs, acked, seen);
      expect(seen.failed > 0, "no sync of the journal failed: nothing was proven");
      expect(seen.reopened > 0, "the journal was not opened anew after a failure");
      expect(seen.closed > 0, "no connection was closed instead of an acknowledgement");
      const lost = missing(bed, acked);
      const { failed, reopened, closed, starts, refusedStarts } = seen;
      const note = `${failed} records refused, ${closed} connections closed, journal opened anew ${reopened} times, ${starts} starts and ${refusedStarts} that the disk refused`;
      return { attempts: acked.size, lost, doubled: 0, phantom: 0, failures, note };
    } finally {
      await bed.end();
    }
  },
};

function fiuWorks(): boolean {
  try {
    execFileSync("fiu-run", ["-x", "true"], { stdio: "ignore" });
    return true;
  } catch {
    if (process.env.CI) throw new Error("fiu-run is missing; in CI it must be there");
    return false;
  }
}

type Seen = { failed: number; reopened: number; closed: number; starts: number; refusedStarts: number };

/** Until the time is over, or the broker ends itself: then it is started again, as the supervisor does. Returns how long it ran. */
async function oneLife(
  bed: ReturnType<typeof testBed>,
  token: string,
  mostMs: number,
  acked: Set<string>,
  seen: Seen,
): Promise<number> {
  const started = await spawnBroker(bed.dataDir, "main.ts", FIU).catch(() => null);
  if (started === null) {
    seen.refusedStarts++;
    return REFUSED_START_MS;
  }
  const { child, url, exited } = started;
  seen.starts++;
  const startedAt = Date.now();
  let running = true;
  void exited.then(() => {
    running = false;
  });
  const devices = Array.from({ length: DEVICES }, (_, i) =>
    insistent(url, { username: token, clientId: `d${i}` }, `${seen.starts}-${i}`, acked, () => seen.closed++),
  );
  let failed = 0;
  let reopened = 0;
  while (running && Date.now() < startedAt + mostMs) {
    await delay(100);
    failed = await bed.metric("uplink_failed").catch(() => failed);
    reopened = await bed.metric("uplink_reopened_total").catch(() => reopened);
  }
  seen.failed += failed;
  seen.reopened += reopened;
  for (const device of devices) device.end(true);
  child.kill("SIGKILL");
  await exited;
  return Date.now() - startedAt;
}

/** A device that comes back when its connection is closed, and sends again what was not acknowledged. */
function insistent(
  url: string,
  options: mqtt.IClientOptions,
  name: string,
  acked: Set<string>,
  closed: () => void,
): MqttClient {
  const client = mqtt.connect(url, { ...options, reconnectPeriod: 50 });
  client.on("error", () => undefined);
  client.on("close", closed);
  let next = 0;
  const publish = () => {
    const payload = `${name}-${next++}`;
    client.publish(TELEMETRY, payload, { qos: 1 }, (error) => {
      if (error) return;
      acked.add(payload);
      publish();
    });
  };
  for (let i = 0; i < IN_FLIGHT; i++) publish();
  return client;
}

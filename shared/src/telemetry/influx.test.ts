import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe } from "vitest";
import { openInfluxStore } from "./influx.ts";
import { storeContract } from "./store.contract.ts";
import { type Peer, peerInstalled, startInfluxd } from "./testing/peers.ts";

const log = pino({ level: "silent" });

describe.skipIf(!peerInstalled("influxd"))("with a real influxd", () => {
  let influxd: Peer;
  let databases = 0;
  beforeAll(async () => {
    influxd = await startInfluxd();
  });
  afterAll(() => influxd.stop());

  storeContract(
    "influx",
    async () => {
      const dir = mkdtempSync(join(tmpdir(), "millwright-influx-"));
      const bucket = `contract ${++databases}`;
      return {
        open: () => openInfluxStore({ url: influxd.url, bucket, stateFile: join(dir, "state.db"), log }),
        remove: async () => {
          await fetch(`${influxd.url}/query?q=${encodeURIComponent(`DROP DATABASE "${bucket}"`)}`, {
            method: "POST",
          });
          rmSync(dir, { recursive: true, force: true });
        },
      };
    },
    { runs: 8 },
  );
});

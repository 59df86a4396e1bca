import { join } from "node:path";
import { openSqliteReader } from "@millwright/shared/journal/reader";
import { connectWake } from "@millwright/shared/journal/wake";
import type { Log } from "@millwright/shared/log";
import { decodeDownlink } from "@millwright/shared/wire/downlink-record";
import { RPC_REQUEST } from "@millwright/shared/wire/topics";
import type { DeviceBroker } from "./broker.ts";
import type { Metrics } from "./metrics.ts";
import type { BrokerState } from "./state.ts";

const READER = "broker";
const OFFSET = "downlink";
/** In case a wake-up was lost, or the portal restarts. */
const POLL_MS = 250;

/** Hands the portal's commands to the devices' sessions, in order, at least once: the offset moves after the hand-over. */
export function startDownlink(options: {
  dataDir: string;
  state: BrokerState;
  broker: DeviceBroker;
  metrics: Metrics;
  log: Log;
}): { close(): Promise<void> } {
  const { dataDir, state, broker, metrics, log } = options;
  const reader = openSqliteReader(join(dataDir, "downlink.db"));
  let running: Promise<void> | null = null;
  let again = false;
  let failing = false;
  let closed = false;

  async function handOver() {
    let after = state.offset(OFFSET);
    // A journal that is behind our offset has been made anew: its first command is as new as it.
    if (after > 0 && reader.head() < after && reader.head() > 0) after = 0;
    for (let entries = reader.read(after); entries.length > 0 && !closed; entries = reader.read(after)) {
      for (const { seq, bytes, gap } of entries) {
        if (gap) {
          log.error({ ...gap, through: seq }, "commands are damaged; what is left of them is kept aside");
          after = seq;
          continue;
        }
        const { deviceId, requestId, method, params } = decodeDownlink(bytes);
        const payload = JSON.stringify({ method, params });
        await new Promise<void>((resolve, reject) =>
          broker.toDevice(deviceId, `${RPC_REQUEST}${requestId}`, payload, (error) =>
            error ? reject(error) : resolve(),
          ),
        );
        metrics.commands.inc();
        after = seq;
      }
      state.setOffset(OFFSET, after);
      wake.report(after);
    }
  }

  function run() {
    if (closed) return;
    if (running) {
      again = true;
      return;
    }
    running = handOver()
      .then(
        () => {
          failing = false;
        },
        (error) => {
          if (!failing) log.error({ err: error }, "commands could not be handed over, tried again");
          failing = true;
        },
      )
      .finally(() => {
        running = null;
        if (again) {
          again = false;
          run();
        }
      });
  }

  const wake = connectWake({ dataDir, door: "wake-downlink", reader: READER, onHead: run, log });
  const poll = setInterval(run, POLL_MS);
  return {
    async close() {
      closed = true;
      clearInterval(poll);
      wake.close();
      await running;
      reader.close();
    },
  };
}

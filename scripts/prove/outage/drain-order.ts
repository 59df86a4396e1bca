import { join } from "node:path";
import { openSqliteReader } from "@millwright/shared/journal/reader";
import { decodeUplink } from "@millwright/shared/wire/uplink-record";
import type { Ledger } from "../../../stories/support/ledger.ts";
import type { Product } from "../../../stories/support/product.ts";
import { readyz } from "../plant.ts";

const WINDOW = 2_000;
const LOOK_EVERY_MS = 100;

/** What came into the journal for one device, oldest first: its readings by the time they carry. */
export type Followed = { order: number[]; stop(): Promise<void> };

/** Reads along while the journal is written, so that nothing is trimmed before it has been seen. */
export function followJournal(product: Product, ledger: Ledger): Followed {
  const reader = openSqliteReader(join(product.dataDir, "uplink.db"));
  const order: number[] = [];
  const known = new Set<number>();
  let through = 0;
  let running = true;
  const read = () => {
    for (let entries = reader.read(through); entries.length > 0; entries = reader.read(through)) {
      for (const { seq, bytes } of entries) {
        through = seq;
        const record = decodeUplink(bytes);
        if (record.kind !== "message" || record.deviceId !== ledger.machine.deviceId) continue;
        const { ts } = JSON.parse(Buffer.from(record.payload).toString()) as { ts: number };
        if (!known.has(ts)) order.push(ts);
        known.add(ts);
      }
    }
  };
  const done = (async () => {
    while (running) {
      read();
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    reader.close();
  })();
  return {
    order,
    async stop() {
      running = false;
      await done;
    },
  };
}

/** Times of the device's stored readings, asked newest first: what is missing in an older answer was not stored before a newer one. */
async function storedTimes(product: Product, { machine, startMs, sent }: Ledger): Promise<Set<number>> {
  type Answer = { series: { points: { time: number }[] }[] };
  const times = new Set<number>();
  for (let from = Math.floor(sent / WINDOW) * WINDOW; from >= 0; from -= WINDOW) {
    const query = `tags=flow&from=${startMs + from}&to=${startMs + from + WINDOW}&buckets=${WINDOW}`;
    const { series } = await product.admin.get<Answer>(`/assets/${machine.assetId}/series?${query}`);
    for (const { time } of series[0]?.points ?? []) times.add(time);
  }
  return times;
}

/** How many of `order` are not stored though a later one is: 0 where what is stored is a prefix of what came. */
export function overtaken(order: readonly number[], stored: ReadonlySet<number>): number {
  const last = order.findLastIndex((time) => stored.has(time));
  return order.slice(0, last + 1).filter((time) => !stored.has(time)).length;
}

/** Looks again and again until everything is stored: the offset never steps back, nothing is stored before what came before it. */
export async function watchDrain(product: Product, ledger: Ledger, followed: Followed, limitMs: number) {
  const seen = { looks: 0, partial: 0, overtaken: 0, steppedBack: 0 };
  let through = 0;
  for (const deadline = Date.now() + limitMs; Date.now() < deadline; seen.looks++) {
    const state = await readyz(product);
    if ((state.storedThrough ?? through) < through) seen.steppedBack++;
    through = state.storedThrough ?? through;
    const stored = await storedTimes(product, ledger).catch(() => null);
    if (stored !== null) {
      const order = [...followed.order];
      seen.overtaken += overtaken(order, stored);
      if (order.some((time) => !stored.has(time))) seen.partial++;
    }
    if (state.ready && state.waiting === 0) return seen;
  }
  throw new Error(`not drained within ${limitMs / 1000} s`);
}

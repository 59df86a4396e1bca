import type { Duplex } from "node:stream";
import { type Claim, peekConnect } from "./connect-peek.ts";
import { createFairQueue, type Rank, type Waiting } from "./fair-queue.ts";
import type { Limits } from "./limits.ts";
import { type Monotonic, TokenBucket } from "./rate.ts";

/** One connection before its sign-in. */
type Waiter<C> = Waiting & {
  conn: Duplex;
  certified: C | null;
  arrivedMs: number;
  /** Since when it is read; until then its silence is ours. */
  readSinceMs: number;
  /** What it has sent so far. */
  sent: Buffer[];
  /** Called when the connection ends while it waits. */
  left: () => void;
  /** Its CONNECT is all there. */
  ready: boolean;
};

/** Sign-ins in one turn of the event loop, about 5 ms: who is connected already is served in between. */
const BATCH = 16;
/**
 * While connections are coming in, everything else here waits so long for them. Node accepts one connection in a turn of its event
 * loop: with sign-ins in each turn it would accept 100 a second, and the kernel's queue (4,096) would overflow.
 */
const ACCEPT_FIRST_MS = 50;
/** Looking who it is costs a tenth of a sign-in: all are looked at soon, so that the right ones are signed in first. */
const LOOKS = 256;
const SWEEP_EACH_MS = 250;
/** CONNACK "server unavailable": come later. */
const COME_LATER = Buffer.from([0x20, 0x02, 0x00, 0x03]);

type WaitingRoomParts<C> = {
  limits: Pick<Limits, "bytesBeforeConnect" | "connectTimeoutMs" | "connectsPerS" | "connectWaitMs">;
  rankOf: (claim: Claim, certified: C | null) => Rank;
  admit: (conn: Duplex, ip: string, certified: C | null) => void;
  /** It has waited too long and is told to come later. */
  refused: (ip: string) => void;
  /** It has not said who it is in time, and was closed. */
  timedOut: (ip: string) => void;
  now: Monotonic;
};

/**
 * Where connections wait for their sign-in, which costs a hundred times what waiting costs. They are let in at the pace
 * of `connectsPerS`, in fair order. Accepting at once keeps the kernel's queue short: a device whose SYN finds that
 * full tries again after 1 s, 3 s, 7 s.
 */
export function createWaitingRoom<C>({ limits, rankOf, admit, refused, timedOut, now }: WaitingRoomParts<C>) {
  const queue = createFairQueue<Waiter<C>>();
  const connects = new TokenBucket(limits.connectsPerS, limits.connectsPerS * 2, now());
  /** In the order they came. */
  const all = new Set<Waiter<C>>();
  /** Not looked at yet, the newest last. */
  let fresh: Waiter<C>[] = [];
  let ready = 0;
  let turnPlanned = false;
  let arrived = false;
  let lastBatchMs = now();

  function leave(waiter: Waiter<C>): void {
    if (waiter.gone) return;
    waiter.gone = true;
    all.delete(waiter);
    if (waiter.ready) ready -= 1;
    waiter.conn.removeAllListeners("readable");
  }

  function arrive(conn: Duplex, ip: string, certified: C | null): void {
    arrived = true;
    const waiter: Waiter<C> = {
      conn,
      ip,
      certified,
      arrivedMs: now(),
      readSinceMs: Number.POSITIVE_INFINITY,
      sent: [],
      left: () => leave(waiter),
      ready: false,
      rank: 0,
      gone: false,
    };
    all.add(waiter);
    conn.on("error", waiter.left);
    conn.on("end", waiter.left);
    conn.on("close", waiter.left);
    fresh.push(waiter);
    plan();
  }

  function look(waiter: Waiter<C>): void {
    for (let chunk: Buffer | null = waiter.conn.read(); chunk !== null; chunk = waiter.conn.read())
      waiter.sent.push(chunk);
    if (waiter.gone || waiter.ready) return;
    const claim = peekConnect(Buffer.concat(waiter.sent), limits.bytesBeforeConnect);
    if (claim === "partial") return;
    waiter.ready = true;
    // It may say more before it is answered; that stays where it is, so that TCP bounds it.
    waiter.conn.removeAllListeners("readable");
    // Asked only in a crowd: otherwise it is its turn at once.
    if (ready > 0) waiter.rank = claim === "other" ? 2 : rankOf(claim, waiter.certified);
    ready += 1;
    queue.push(waiter);
    plan();
  }

  function plan(): void {
    if (turnPlanned || (ready === 0 && fresh.length === 0)) return;
    turnPlanned = true;
    const waitMs = fresh.length > 0 ? 0 : connects.waitMs(now());
    if (waitMs === 0) setImmediate(turn);
    else setTimeout(turn, waitMs);
  }

  function turn(): void {
    turnPlanned = false;
    const nowMs = now();
    if (arrived && nowMs - lastBatchMs < ACCEPT_FIRST_MS) {
      arrived = false;
      plan();
      return;
    }
    lastBatchMs = nowMs;
    for (let i = 0; i < LOOKS; i++) {
      const waiter = fresh.pop();
      if (waiter === undefined) break;
      if (waiter.gone) continue;
      waiter.readSinceMs = nowMs;
      waiter.conn.on("readable", () => look(waiter));
    }
    for (let i = 0; i < BATCH && ready > 0; i++) {
      if (!connects.tryTake(now())) break;
      const waiter = queue.pop();
      if (waiter === null) break;
      leave(waiter);
      // It stays for hours: nothing of the waiting may stay with it.
      for (const event of ["error", "end", "close"]) waiter.conn.off(event, waiter.left);
      waiter.conn.unshift(Buffer.concat(waiter.sent));
      admit(waiter.conn, waiter.ip, waiter.certified);
    }
    plan();
  }

  function sweep(): void {
    const nowMs = now();
    for (const waiter of all) {
      const waitedMs = nowMs - waiter.arrivedMs;
      if (waitedMs < limits.connectTimeoutMs && waitedMs < limits.connectWaitMs) break;
      if (!waiter.ready && nowMs - waiter.readSinceMs >= limits.connectTimeoutMs) {
        leave(waiter);
        timedOut(waiter.ip);
        waiter.conn.destroy();
      } else if (waiter.ready && waitedMs >= limits.connectWaitMs) {
        leave(waiter);
        refused(waiter.ip);
        waiter.conn.end(COME_LATER, () => waiter.conn.destroy());
      }
    }
    queue.sweep();
    fresh = fresh.filter((waiter) => !waiter.gone);
  }
  const sweeping = setInterval(sweep, SWEEP_EACH_MS);
  sweeping.unref();

  return {
    arrive,
    size: () => all.size,
    close(): void {
      clearInterval(sweeping);
      for (const waiter of all) {
        leave(waiter);
        waiter.conn.destroy();
      }
    },
  };
}

import { connect as open } from "node:net";
import {
  connect,
  DISCONNECT,
  field,
  PINGREQ,
  puback,
  pubcomp,
  publish,
  pubrec,
  pubrel,
  subscribe,
  u16,
  unsubscribe,
} from "../../../broker/src/conformance/bytes.ts";

type Random = () => number;

const below = (random: Random, limit: number) => Math.floor(random() * limit);
const pick = <T>(random: Random, from: readonly T[]): T => from[below(random, from.length)]!;

/** What a well-behaved client sends, packet by packet; mutated below. `user` is empty where none is asked for. */
function recorded(random: Random, user: string): Buffer[] {
  const id = `fuzz-${below(random, 500)}`;
  const level = pick(random, [3, 4] as const);
  const clean = pick(random, [0, 2]);
  const hello = user === "" ? connect(level, id, clean) : connect(level, id, clean | 0x80, user);
  const topic = user === "" ? `fuzz/${below(random, 50)}` : "v1/devices/me/attributes";
  const packetId = 1 + below(random, 65_535);
  const payload = "x".repeat(below(random, pick(random, [10, 200, 20_000])));
  const will = connect(
    level,
    id,
    0x2e | (user === "" ? 0 : 0x80),
    topic,
    field(payload),
    ...(user === "" ? [] : [user]),
  );
  const bodies: Buffer[][] = [
    [publish(0, topic, 0, payload), publish(1, topic, packetId, payload), PINGREQ],
    [publish(2, topic, packetId, payload), pubrel(packetId), publish(1, topic, packetId, payload, 1)],
    [
      subscribe(packetId, [topic, 2], ["fuzz/+", 1], ["#", 0]),
      publish(2, topic, 9),
      pubrel(9),
      unsubscribe(7, topic),
    ],
    [subscribe(packetId, [topic, 1]), publish(1, topic, 3), puback(1), pubrec(1), pubcomp(1)],
    Array.from({ length: 30 }, (_, i) => publish(1, topic, i + 1, payload.slice(0, 300))),
  ];
  return [
    pick(random, [hello, hello, will]),
    ...pick(random, bodies),
    ...(random() < 0.5 ? [DISCONNECT] : []),
  ];
}

const replaced = (whole: Buffer, from: number, to: number, by: Buffer) =>
  Buffer.concat([whole.subarray(0, from), by, whole.subarray(to)]);
const noise = (random: Random, length: number) =>
  Buffer.from(Array.from({ length }, () => below(random, 256)));
const EVIL = [0, 1, 0x7f, 0x80, 0xff];

/** One way to damage a packet. */
const DAMAGE: ((packet: Buffer, random: Random, other: Buffer) => Buffer)[] = [
  (packet, random) => {
    const copy = Buffer.from(packet);
    for (let flips = 1 + below(random, 4); flips > 0; flips--) {
      const at = below(random, copy.length);
      copy[at] = copy[at]! ^ (1 << below(random, 8));
    }
    return copy;
  },
  (packet, random) => packet.subarray(0, below(random, packet.length)),
  (packet, random) => {
    const at = below(random, packet.length + 1);
    return replaced(packet, at, at, noise(random, 1 + below(random, 20)));
  },
  (packet, random) => {
    const at = below(random, packet.length);
    return replaced(packet, at, at + 1 + below(random, 4), Buffer.alloc(0));
  },
  // The remaining length lies: too short, too long, longer than four bytes.
  (packet, random) => {
    const header = pick(random, [
      noise(random, 1),
      Buffer.from([0xff, 0xff, 0xff, 0x7f]),
      Buffer.alloc(5, 0x80),
      u16(below(random, 65_536)),
    ]);
    return replaced(packet, 1, 2, header);
  },
  // A length inside lies, or a byte is one of those that break things.
  (packet, random) => {
    const copy = Buffer.from(packet);
    copy[below(random, copy.length)] = pick(random, EVIL);
    return copy;
  },
  (packet, random, other) =>
    Buffer.concat([
      packet.subarray(0, below(random, packet.length)),
      other.subarray(below(random, other.length)),
    ]),
  (packet, random) => Buffer.concat(Array.from({ length: 2 + below(random, 20) }, () => packet)),
  (packet, random) => {
    const copy = Buffer.from(packet);
    copy[0] = below(random, 256);
    return copy;
  },
  (_packet, random) => noise(random, 1 + below(random, 300)),
];

/** The writes of one case. Most leave CONNECT as it is: a broken one shields all that is behind it. */
export function fuzzCase(random: Random, user: string): Buffer[] {
  const packets = recorded(random, user);
  for (let damages = 1 + below(random, 3); damages > 0; damages--) {
    const at = random() < 0.15 ? 0 : below(random, packets.length);
    packets[at] = pick(random, DAMAGE)(packets[at]!, random, pick(random, packets));
    if (packets[at].length === 0) packets[at] = Buffer.from([below(random, 256)]);
  }
  if (random() < 0.1) packets.push(packets.splice(below(random, packets.length), 1)[0]!);
  const all = Buffer.concat(packets);
  const writes: Buffer[] = [];
  const most = pick(random, [3, 40, 100_000]);
  // At most 200 writes: byte by byte is slow, and the same from the first hundred on.
  for (let at = 0; at < all.length; ) {
    const length = writes.length >= 200 ? all.length : 1 + below(random, most);
    writes.push(all.subarray(at, at + length));
    at += length;
  }
  return writes;
}

const SETTLED_MS = 1_000;

/** Sends the writes one by one and waits until the broker has closed, or has had its time. Never rejects. */
export function sendCase(port: number, writes: readonly Buffer[]): Promise<void> {
  return new Promise((resolve) => {
    const socket = open({ port, host: "127.0.0.1", noDelay: true });
    const late = setTimeout(() => {
      socket.destroy();
      resolve();
    }, SETTLED_MS);
    socket.on("error", () => undefined);
    socket.on("data", () => undefined);
    socket.on("close", () => {
      clearTimeout(late);
      resolve();
    });
    let next = 0;
    const write = () => {
      if (socket.destroyed) return;
      const bytes = writes[next++];
      if (bytes === undefined) socket.end();
      else socket.write(bytes, () => setImmediate(write));
    };
    socket.on("connect", write);
  });
}

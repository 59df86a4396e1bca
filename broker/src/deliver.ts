import type { Aedes, AedesPublishPacket, Client } from "aedes";
import type { Backlog } from "./backlog.ts";
import { matches } from "./persistence/filter-trie.ts";
import type { ClientRef, Packet } from "./persistence/packet.ts";
import type { SessionPersistence } from "./persistence/persistence.ts";
import { Unanswered } from "./unanswered.ts";

type Done = () => void;
type Deliver = (packet: AedesPublishPacket, done: Done) => void;

/** What aedes keeps to itself of a client and its deliveries need. */
type Inside = Client & {
  deliver0: Deliver;
  deliverQoS: Deliver;
  subscriptions: Record<string, { qos: number }>;
  /** Newest message delivered, by the broker it came from. */
  duplicates: Record<string, number>;
  waitForDrain(done: Done): void;
};

const unansweredOf = new WeakMap<object, Unanswered>();

/** A stored session sends again what was not answered: its persistence tells each packet here as it goes out. */
export function noteSent(client: ClientRef, packet: Packet): void {
  if (packet.messageId === undefined) return;
  const what = packet.cmd === "pubrel" ? "pubrel" : packet.qos === 2 ? 2 : 1;
  unansweredOf.get(client)?.sent(packet.messageId, what);
}

/**
 * Delivers to one client instead of aedes, which sends a message that several filters match with the QoS of whichever
 * comes first, does not lower it to what a wildcard filter was granted (MQTT-3.3.5-1, -3.8.4-6), and begins its packet
 * ids at random, used ones included. `backlog` is told what waits for a client that reads too slowly. Returns what the
 * client owes an answer.
 */
export function deliverTo(
  client: Client,
  broker: Aedes,
  sessions: SessionPersistence,
  backlog?: Pick<Backlog, "add" | "remove">,
): Unanswered {
  const inside = client as Inside;
  const unanswered = new Unanswered();
  const held = (id: number) => client.clean === false && sessions.holdsId(client.id, id);
  unansweredOf.set(client, unanswered);
  // What is sent again after a reconnect still goes aedes' way and takes its ids here.
  Object.defineProperty(client, "_nextId", {
    get: () => unanswered.next(held),
    set: () => void unanswered.take(held),
  });

  /** Two filters match the same message: it was delivered for the first. A retained one belongs to its SUBSCRIBE. */
  function isRepeated({ brokerId, brokerCounter }: AedesPublishPacket): boolean {
    if (!brokerId) return false;
    if ((inside.duplicates[brokerId] ?? 0) >= brokerCounter) return true;
    inside.duplicates[brokerId] = brokerCounter;
    return false;
  }

  /** The highest QoS among the filters that match; what is sent to the client without any keeps its own. */
  function granted(topic: string): number {
    let most = -1;
    for (const [filter, { qos }] of Object.entries(inside.subscriptions))
      if (qos > most && matches(filter, topic)) most = qos;
    return most < 0 ? 2 : most;
  }

  function write(packet: AedesPublishPacket, qos: number, messageId: number, done: Done): void {
    const { conn } = client;
    const open = !client.closed && !conn.destroyed;
    if (open && qos > 0) unanswered.sent(messageId, qos === 2 ? 2 : 1);
    const frame = open ? encodePublish(packet, qos, messageId) : null;
    if (frame === null || conn.write(frame)) return void done();
    backlog?.add(frame.length);
    inside.waitForDrain(() => {
      backlog?.remove(frame.length);
      done();
    });
  }

  /** A stored session knows the message by its id from now on, until it is answered. */
  function keepAndWrite(packet: AedesPublishPacket, kept: Packet, done: Done): void {
    const messageId = unanswered.take(held);
    sessions.outgoingUpdate(client, { ...kept, messageId }).then(
      () => write(packet, kept.qos, messageId, done),
      (error: Error) => {
        client.emit("error", error);
        done();
      },
    );
  }

  const deliver: Deliver = (packet, done) => {
    const stored = client.clean === false && packet.qos > 0 && !packet.retain;
    // What waits for a session goes first; this one waits with it and is sent from there.
    if (stored && !client.connected) return void done();
    const qos = isRepeated(packet) ? -1 : Math.min(packet.qos, granted(packet.topic));
    const forward = qos < 0 ? null : broker.authorizeForward(client, packet);
    // Not at once: under load each message would otherwise be handled on top of the stack of the one before.
    setImmediate(() => {
      if (!forward || client.closed) return void done();
      const { brokerId, brokerCounter, topic, payload } = forward;
      const kept = { brokerId, brokerCounter, topic, payload, qos };
      if (qos === 0 || !stored) write(forward, qos, qos > 0 ? unanswered.take(held) : 0, done);
      else if (sessions.isWaiting(client.id, kept)) keepAndWrite(forward, kept, done);
      else done();
    });
  };
  client.once("connected", () => {
    if (client.clean) return;
    for (const packet of sessions.waiting(client.id))
      deliver({ ...packet } as AedesPublishPacket, () => undefined);
  });
  inside.deliver0 = deliver;
  inside.deliverQoS = deliver;
  return unanswered;
}

function encodePublish(
  { topic, payload, retain }: AedesPublishPacket,
  qos: number,
  messageId: number,
): Buffer {
  const name = Buffer.from(topic);
  const body = typeof payload === "string" ? Buffer.from(payload) : payload;
  const fields = 2 + name.length + (qos > 0 ? 2 : 0);
  const length: number[] = [];
  let rest = fields + body.length;
  do {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  const frame = Buffer.allocUnsafe(1 + length.length + fields + body.length);
  frame[0] = 0x30 | (qos << 1) | (retain ? 1 : 0);
  frame.set(length, 1);
  let at = frame.writeUInt16BE(name.length, 1 + length.length);
  at += name.copy(frame, at);
  if (qos > 0) at = frame.writeUInt16BE(messageId, at);
  body.copy(frame, at);
  return frame;
}

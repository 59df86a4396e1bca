import { serialize } from "node:v8";
import type { ClientRef, Packet } from "./packet.ts";
import { sizeOf } from "./packet.ts";
import type { SessionFile } from "./session-file.ts";

type Kept = { id: number; packet: Packet; bytes: number };
type Queue = { kept: Kept[]; bytes: number };

export type OutgoingLimits = {
  /** Messages and bytes that wait for one session; the oldest go when more come. */
  queuedMessages: number;
  queuedBytes: number;
};

/** Messages on their way to stored sessions: waiting, sent and not acknowledged, or half through a QoS 2 handshake. */
export class OutgoingQueues {
  private readonly byClient = new Map<string, Queue>();
  private nextId = 1;

  constructor(
    private readonly file: SessionFile,
    private readonly limits: OutgoingLimits,
    private readonly dropped: () => void,
  ) {
    for (const { client_id, id, body } of file.load().outgoing) {
      const packet = body as Packet;
      this.push(client_id, { id, packet, bytes: packet.cmd === "pubrel" ? 0 : sizeOf(packet) });
      this.nextId = id + 1;
    }
  }

  /** The same message for each of the sessions: its bytes are made, and go to the file's thread, once for all. */
  enqueue(clientIds: readonly string[], packet: Packet): void {
    const { cmd = "publish", topic, payload, qos, retain = false, dup = false } = packet;
    const { brokerId, brokerCounter } = packet;
    const copy: Packet = { cmd, brokerId, brokerCounter, topic, payload, qos, retain, dup } as Packet;
    if (qos > 0) copy.messageId = undefined;
    const body = serialize(copy);
    for (const clientId of clientIds) this.enqueueOne(clientId, { ...copy }, body);
  }

  private enqueueOne(clientId: string, packet: Packet, body: Uint8Array): void {
    const kept = { id: this.nextId++, packet, bytes: sizeOf(packet) };
    const queue = this.push(clientId, kept);
    this.file.write("putOutgoing", kept.id, clientId, body);
    const { queuedMessages, queuedBytes } = this.limits;
    while (queue.kept.length > 1 && (queue.kept.length > queuedMessages || queue.bytes > queuedBytes)) {
      this.remove(queue, 0);
      this.dropped();
    }
  }

  /**
   * A publish gets its packet id, or the device has taken it and a PUBREL is due in its place. Whether it had its id
   * before, so that it is sent again. Throws where nothing fits.
   */
  update({ id: clientId }: ClientRef, packet: Packet): { again: boolean } {
    const kept = this.find(clientId, packet);
    if (!kept) throw new Error("no such packet");
    const again = kept.packet.messageId === packet.messageId;
    if (packet.cmd === "pubrel") kept.packet = { cmd: "pubrel", messageId: packet.messageId } as Packet;
    else kept.packet.messageId = packet.messageId;
    this.put(clientId, kept);
    return { again };
  }

  /** Without an id it is none of ours: aedes also calls for a message it has not sent. */
  clear({ id }: ClientRef, messageId: number | undefined): Packet | undefined {
    if (messageId === undefined) return undefined;
    const queue = this.byClient.get(id);
    const index = queue?.kept.findIndex(({ packet }) => packet.messageId === messageId) ?? -1;
    if (!queue || index < 0) return undefined;
    const { packet } = this.remove(queue, index);
    if (queue.kept.length === 0) this.byClient.delete(id);
    return packet;
  }

  /** Whether a message is on its way to the session under this packet id. */
  holdsId(clientId: string, messageId: number): boolean {
    return this.byClient.get(clientId)?.kept.some(({ packet }) => packet.messageId === messageId) ?? false;
  }

  /** It is kept for the session and was not sent yet. */
  isWaiting(clientId: string, packet: Packet): boolean {
    const kept = this.find(clientId, packet);
    return kept !== undefined && kept.packet.messageId === undefined;
  }

  /** What has no packet id yet, oldest first. */
  waiting = (clientId: string): Packet[] =>
    this.of({ id: clientId }).filter(({ messageId }) => messageId === undefined);

  /** As they are now, oldest first. */
  of({ id }: ClientRef): Packet[] {
    return (this.byClient.get(id)?.kept ?? []).map(({ packet }) => packet);
  }

  forget(clientId: string): void {
    if (this.byClient.delete(clientId)) this.file.write("clearOutgoing", clientId);
  }

  count(): number {
    let count = 0;
    for (const { kept } of this.byClient.values()) count += kept.length;
    return count;
  }

  private find(clientId: string, packet: Packet): Kept | undefined {
    const kept = this.byClient.get(clientId)?.kept ?? [];
    return packet.cmd === "pubrel"
      ? kept.find((each) => each.packet.messageId === packet.messageId)
      : kept.find(
          (each) =>
            each.packet.brokerId === packet.brokerId && each.packet.brokerCounter === packet.brokerCounter,
        );
  }

  private push(clientId: string, kept: Kept): Queue {
    let queue = this.byClient.get(clientId);
    if (queue === undefined) {
      queue = { kept: [], bytes: 0 };
      this.byClient.set(clientId, queue);
    }
    queue.kept.push(kept);
    queue.bytes += kept.bytes;
    return queue;
  }

  private put(clientId: string, { id, packet }: Kept): void {
    this.file.write("putOutgoing", id, clientId, serialize(packet));
  }

  private remove(queue: Queue, index: number): Kept {
    const [kept] = queue.kept.splice(index, 1) as [Kept];
    queue.bytes -= kept.bytes;
    this.file.write("dropOutgoing", kept.id);
    return kept;
  }
}

import { serialize } from "node:v8";
import { matches } from "./filter-trie.ts";
import type { Packet } from "./packet.ts";
import { ownPayload, sizeOf } from "./packet.ts";
import type { SessionFile } from "./session-file.ts";

export type RetainedLimits = { retainedMessages: number; retainedBytes: number };

type Held = { messages: number; bytes: number };

/** Retained messages: the last of each topic, bounded for each device they are about. */
export class RetainedMessages {
  private readonly byTopic = new Map<string, Packet>();
  private readonly held = new Map<string, Held>();

  constructor(
    private readonly file: SessionFile,
    private readonly limits: RetainedLimits,
    private readonly dropped: () => void,
  ) {
    for (const { topic, body } of file.load().retained) this.keep(topic, body as Packet);
  }

  /** Beyond the quota a message is delivered as any other and leaves nothing behind; what was there stays. */
  store(packet: Packet): void {
    const { topic } = packet;
    const before = this.byTopic.get(topic);
    if (packet.payload.length === 0) {
      if (!before) return;
      this.release(topic, before);
      this.file.write("dropRetained", topic);
      return;
    }
    const { messages, bytes } = this.held.get(ownerOf(topic)) ?? { messages: 0, bytes: 0 };
    const more = sizeOf(packet) - (before ? sizeOf(before) : 0);
    const tooMany = !before && messages + 1 > this.limits.retainedMessages;
    if (tooMany || bytes + more > this.limits.retainedBytes) {
      this.dropped();
      return;
    }
    if (before) this.release(topic, before);
    const copy = { ...packet, payload: ownPayload(packet.payload) };
    this.keep(topic, copy);
    this.file.write("putRetained", topic, serialize(copy));
  }

  *matching(filter: string): Generator<Packet> {
    for (const [topic, packet] of this.byTopic) if (matches(filter, topic)) yield packet;
  }

  count = (): number => this.byTopic.size;

  private keep(topic: string, packet: Packet): void {
    const owner = ownerOf(topic);
    const held = this.held.get(owner) ?? { messages: 0, bytes: 0 };
    this.byTopic.set(topic, packet);
    this.held.set(owner, { messages: held.messages + 1, bytes: held.bytes + sizeOf(packet) });
  }

  private release(topic: string, packet: Packet): void {
    const owner = ownerOf(topic);
    this.byTopic.delete(topic);
    const held = this.held.get(owner);
    if (!held) return;
    if (held.messages === 1) this.held.delete(owner);
    else this.held.set(owner, { messages: held.messages - 1, bytes: held.bytes - sizeOf(packet) });
  }
}

/** `to/DEVICE/…` belongs to the device, see insideTopic; everything else together is one more owner. */
const ownerOf = (topic: string): string => (topic.startsWith("to/") ? (topic.split("/", 2)[1] ?? "") : "");

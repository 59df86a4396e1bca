import { Readable } from "node:stream";
import { serialize } from "node:v8";
import { Failure } from "@millwright/shared/failure";
import type { Backlog } from "../backlog.ts";
import type { Subscriber, Subscription } from "./filter-trie.ts";
import { type OutgoingLimits, OutgoingQueues } from "./outgoing.ts";
import { type ClientRef, ownPayload, type Packet } from "./packet.ts";
import { type RetainedLimits, RetainedMessages } from "./retained.ts";
import { openSessionFile, type SessionFile } from "./session-file.ts";
import { deviceOwner, StoredSubscriptions } from "./subscriptions.ts";

export type SessionLimits = OutgoingLimits &
  RetainedLimits & {
    /** Half-finished QoS 2 handshakes of one session. */
    inflightQos2: number;
    /** Stored sessions of one device; beyond, the one used longest ago is forgotten. */
    sessions: number;
  };

/** How the persistence makes up for what aedes does not do by itself. */
type Completion = {
  /**
   * A filter that authorizeSubscribe refuses. aedes says "session present" (MQTT-3.2.2-2) if there are subscriptions;
   * this one stands for a session that has none.
   */
  emptySession: string;
  /** Is told what is sent to a stored session. */
  sent: (client: ClientRef, packet: Packet) => void;
};

export type Dropped = "queue" | "retained" | "session";

type Parts = {
  file: SessionFile;
  retained: RetainedMessages;
  subscriptions: StoredSubscriptions;
  outgoing: OutgoingQueues;
};
type Broker = { id: string };

/**
 * Aedes' persistence on a file: subscriptions, queued and half-finished messages, wills and retained messages survive
 * a restart and a power cut. Reads come from memory. What aedes answers to a peer (SUBACK, PUBREC, CONNACK with a
 * will, a command taken over) waits for the commit that holds it; what only tidies up does not.
 */
export class SessionPersistence {
  broker: Broker | null = null;
  private opened: Parts | null = null;
  private readonly incoming = new Map<string, Map<number, Packet>>();
  private readonly wills = new Map<string, Packet>();

  constructor(
    private readonly options: {
      file: string;
      limits: SessionLimits;
      /** Something was given up for a limit. */
      dropped: (what: Dropped) => void;
      /** A subscription that is none (a refused filter) is not stored. */
      storable?: (filter: string) => boolean;
      /** Who answers for a session; default the device its id begins with. */
      ownerOf?: (clientId: string) => string;
      /** Is told what waits for the file. */
      backlog?: Pick<Backlog, "add" | "remove">;
      /** What aedes leaves out. Its suite wants a plain persistence. */
      completes?: Completion;
    },
  ) {}

  async setup(broker: Broker): Promise<void> {
    this.broker = broker;
    const { limits, dropped } = this.options;
    const file = openSessionFile(this.options.file, this.options.backlog);
    this.opened = {
      file,
      retained: new RetainedMessages(file, limits, () => dropped("retained")),
      subscriptions: new StoredSubscriptions(file, this.options.ownerOf ?? deviceOwner),
      outgoing: new OutgoingQueues(file, limits, () => dropped("queue")),
    };
    const { incoming, wills } = file.load();
    for (const { client_id, message_id, body } of incoming)
      this.incomingOf(client_id).set(message_id, body as Packet);
    for (const { client_id, body } of wills) this.wills.set(client_id, body as Packet);
  }

  async storeRetained(packet: Packet): Promise<void> {
    const { retained, file } = this.ready();
    retained.store(packet);
    await file.committed();
  }

  createRetainedStream(pattern: string): Readable {
    return Readable.from([...this.parts().retained.matching(pattern)]);
  }

  createRetainedStreamCombi(patterns: string[]): Readable {
    return Readable.from(patterns.flatMap((pattern) => [...this.parts().retained.matching(pattern)]));
  }

  async addSubscriptions(client: ClientRef, subs: Subscription[]): Promise<void> {
    const { subscriptions, file } = this.ready();
    const storable = this.options.storable ?? (() => true);
    for (const sub of subs) if (storable(sub.topic)) subscriptions.add(client.id, sub);
    this.bound(client.id);
    await file.committed();
  }

  async removeSubscriptions(client: ClientRef, filters: string[]): Promise<void> {
    const { subscriptions, file } = this.parts();
    for (const filter of filters) subscriptions.remove(client.id, filter);
    await file.committed();
  }

  /** aedes asks when a client that keeps its session connects. */
  async subscriptionsByClient(client: ClientRef): Promise<Subscription[]> {
    const { subscriptions } = this.parts();
    const { completes } = this.options;
    if (completes === undefined) return subscriptions.of(client.id);
    const present = subscriptions.begin(client.id);
    this.bound(client.id);
    const stored = subscriptions.of(client.id);
    return present && stored.length === 0 ? [{ topic: completes.emptySession, qos: 0 }] : stored;
  }

  /** The same at once: filters a connection begins with. */
  filtersOf(clientId: string): string[] {
    return this.parts()
      .subscriptions.of(clientId)
      .map(({ topic }) => topic);
  }

  async countOffline(): Promise<{ subsCount: number; clientsCount: number }> {
    const { subscriptions } = this.parts();
    return { subsCount: subscriptions.trie.size, clientsCount: subscriptions.subscribers() };
  }

  async subscriptionsByTopic(topic: string): Promise<Subscriber[]> {
    return this.parts().subscriptions.trie.match(topic);
  }

  /** A clean session begins: what is left of an earlier one goes (MQTT-3.1.2-6). */
  async cleanSubscriptions(client: ClientRef): Promise<void> {
    this.parts().subscriptions.forget(client.id);
    this.parts().outgoing.forget(client.id);
  }

  async outgoingEnqueue(sub: { clientId: string; qos?: number }, packet: Packet): Promise<void> {
    await this.outgoingEnqueueCombi([sub], packet);
  }

  /** Once for each session, however many of its filters match: with the highest QoS among them. */
  async outgoingEnqueueCombi(subs: { clientId: string; qos?: number }[], packet: Packet): Promise<void> {
    if (subs.length === 0) return;
    const { outgoing, file } = this.ready();
    const qosByClient = new Map<string, number>();
    for (const { clientId, qos = 2 } of subs)
      qosByClient.set(clientId, Math.max(qos, qosByClient.get(clientId) ?? 0));
    const own = { ...packet, payload: ownPayload(packet.payload) };
    for (const qos of [0, 1, 2]) {
      const clientIds = [...qosByClient].filter((each) => Math.min(each[1], packet.qos) === qos);
      if (clientIds.length > 0)
        outgoing.enqueue(
          clientIds.map(([clientId]) => clientId),
          { ...own, qos },
        );
    }
    await file.committed();
  }

  /** QoS 1 goes out at once: after a crash it comes again under another id. QoS 2 must not. */
  async outgoingUpdate(client: ClientRef, packet: Packet): Promise<void> {
    const { outgoing, file } = this.parts();
    const { completes } = this.options;
    // A PUBREC for nothing we know is answered all the same, or the device would never be rid of it.
    const unknown = packet.cmd === "pubrel" && !outgoing.holdsId(client.id, packet.messageId ?? 0);
    if (completes && unknown) return;
    const { again } = outgoing.update(client, packet);
    completes?.sent(client, packet);
    // What is sent again says so (MQTT-3.3.1-1).
    if (completes && again && packet.cmd === "publish") packet.dup = true;
    if (packet.qos === 2 || packet.cmd === "pubrel") await file.committed();
  }

  async outgoingClearMessageId(client: ClientRef, packet: Packet): Promise<Packet | undefined> {
    return this.parts().outgoing.clear(client, packet.messageId);
  }

  /** What has not been sent to the session yet. */
  waiting = (clientId: string): Packet[] => this.opened?.outgoing.waiting(clientId) ?? [];

  isWaiting = (clientId: string, packet: Packet): boolean =>
    this.opened?.outgoing.isWaiting(clientId, packet) ?? false;

  holdsId = (clientId: string, messageId: number): boolean =>
    this.opened?.outgoing.holdsId(clientId, messageId) ?? false;

  outgoingStream(client: ClientRef): Readable {
    return Readable.from(this.parts().outgoing.of(client));
  }

  async incomingStorePacket(client: ClientRef, packet: Packet): Promise<void> {
    const { file } = this.ready();
    const { messageId } = packet;
    const stored = this.incomingOf(client.id);
    if (messageId === undefined || stored.size >= this.options.limits.inflightQos2) {
      throw new Failure("invalid", "too many unfinished QoS 2 publishes");
    }
    // It was cut while this waited; nothing would ever remove it.
    if (client.clean === true && client.closed === true) throw new Failure("invalid", "the session is over");
    const { cmd = "publish", topic, qos, retain = false, dup = false } = packet;
    // Nobody asks for more than its id; aedes' suite does.
    const payload = this.options.completes ? "" : ownPayload(packet.payload);
    stored.set(messageId, { cmd, topic, payload, qos, retain, dup, messageId });
    if (client.clean === true) return;
    // It was passed on before it came here: only its id has to be known when it comes again.
    file.write("putIncoming", client.id, messageId, serialize(stored.get(messageId)));
    await file.committed();
  }

  async incomingGetPacket(client: ClientRef, packet: { messageId?: number | undefined }): Promise<Packet> {
    const stored = this.incoming.get(client.id)?.get(packet.messageId ?? -1);
    if (!stored) throw new Error("no such packet");
    return stored;
  }

  async incomingDelPacket(client: ClientRef, packet: Packet): Promise<void> {
    const stored = this.incoming.get(client.id);
    if (packet.messageId === undefined || !stored?.delete(packet.messageId))
      throw new Error("no such packet");
    if (stored.size === 0) this.incoming.delete(client.id);
    const { file } = this.parts();
    if (client.clean === true) return;
    file.write("dropIncoming", client.id, packet.messageId);
    await file.committed();
  }

  async cleanIncoming(client: ClientRef): Promise<void> {
    if (this.incoming.delete(client.id)) this.parts().file.write("clearIncoming", client.id);
  }

  async putWill(client: ClientRef, will: Packet): Promise<void> {
    const { file } = this.ready();
    if (this.broker) will.brokerId = this.broker.id;
    will.clientId = client.id;
    will.payload = ownPayload(will.payload);
    this.wills.set(client.id, will);
    file.write("putWill", client.id, serialize({ ...will }));
    await file.committed();
  }

  async getWill(client: ClientRef): Promise<Packet | undefined> {
    return this.wills.get(client.id);
  }

  async delWill(client: ClientRef): Promise<Packet | undefined> {
    const will = this.wills.get(client.id);
    if (this.wills.delete(client.id)) this.parts().file.write("dropWill", client.id);
    return will;
  }

  streamWill(brokers: Record<string, unknown> = {}): Readable {
    return Readable.from([...this.wills.values()].filter(({ brokerId }) => !brokers[brokerId ?? ""]));
  }

  getClientList(filter: string): Readable {
    return Readable.from([...this.parts().subscriptions.clientsOf(filter)]);
  }

  /** Sessions and messages kept at the moment. */
  counts() {
    const { subscriptions, outgoing, retained } = this.parts();
    return { sessions: subscriptions.count(), queued: outgoing.count(), retained: retained.count() };
  }

  async destroy(): Promise<void> {
    const opened = this.opened;
    if (opened === null) throw new Error("destroyed called twice!");
    this.opened = null;
    await opened.file.close();
  }

  private bound(clientId: string): void {
    const superfluous = this.parts().subscriptions.superfluous(clientId, this.options.limits.sessions);
    if (superfluous === undefined) return;
    this.forget(superfluous);
    this.options.dropped("session");
  }

  private forget(clientId: string): void {
    const { subscriptions, outgoing, file } = this.parts();
    subscriptions.forget(clientId);
    outgoing.forget(clientId);
    if (this.incoming.delete(clientId)) file.write("clearIncoming", clientId);
  }

  private incomingOf(clientId: string): Map<number, Packet> {
    let stored = this.incoming.get(clientId);
    if (stored === undefined) {
      stored = new Map();
      this.incoming.set(clientId, stored);
    }
    return stored;
  }

  private parts(): Parts {
    if (this.opened === null) throw new Failure("unavailable", "sessions are closed");
    return this.opened;
  }

  /** For what adds something: while the disk takes nothing, nothing is promised. */
  private ready(): Parts {
    const parts = this.parts();
    if (parts.file.failing()) throw new Failure("unavailable", "sessions cannot be written");
    return parts;
  }
}

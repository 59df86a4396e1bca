import type { Duplex } from "node:stream";
import { PROVISION_REQUEST } from "@millwright/shared/wire/topics";
import { Aedes, type Client, type PublishPacket } from "aedes";
import type { Admission } from "./admit.ts";
import { ConnectRefused, effectiveKeepaliveS, sessionId } from "./authenticate.ts";
import { insideTopic, maySubscribe, outsideTopic } from "./authorize.ts";
import type { Backlog } from "./backlog.ts";
import type { CredentialUses } from "./credential-use.ts";
import type { Certificate } from "./credentials.ts";
import type { SignedIn } from "./credentials-db.ts";
import { deliverTo } from "./deliver.ts";
import { createEntrance } from "./entrance.ts";
import { type Packet, restoreFilters, translateFilters } from "./filters.ts";
import { guardFrames } from "./frame-guard.ts";
import { createGate } from "./gate.ts";
import type { LimitLog } from "./limit-log.ts";
import type { Limits } from "./limits.ts";
import { type ClientInside, deviceOn, type Link } from "./link.ts";
import type { Metrics } from "./metrics.ts";
import type { SessionPersistence } from "./persistence/persistence.ts";
import type { Presence } from "./presence.ts";
import type { Provisioning } from "./provision.ts";
import { isRepeat } from "./repeated-filters.ts";
import type { SignIn } from "./sign-in.ts";
import type { Uplink } from "./uplink.ts";

type Done = (error?: Error) => void;

export type DeviceBrokerParts = {
  limits: Limits;
  signIn: SignIn;
  admission: Admission;
  told: LimitLog;
  uplink: Uplink;
  backlog: Backlog;
  sessions: SessionPersistence;
  metrics: Metrics;
  uses: Pick<CredentialUses, "entered" | "left">;
  provisioning: Provisioning;
};

/** Aedes with our rules: who may come in, what it may say, and no acknowledgement before the journal has it. */
export class DeviceBroker extends Aedes {
  private readonly links = new WeakMap<object, Link>();
  private readonly open = new Set<Link>();
  private presence: Presence | null = null;
  private stopping = false;
  private readonly gate: ReturnType<typeof createGate>;
  private readonly entrance: ReturnType<typeof createEntrance>;

  constructor(private readonly parts: DeviceBrokerParts) {
    const { limits } = parts;
    super({
      persistence: parts.sessions,
      // The journal's group is the limit of what is in progress; a count of our own would only stall it.
      concurrency: 0,
      connectTimeout: limits.connectTimeoutMs,
      drainTimeout: limits.drainTimeoutMs,
      maxInflightInbound: limits.inflightQos2,
      // The internal topic is two levels longer than the device's.
      maxTopicLevels: limits.topicLevels + 2,
      // MQTT-3.1.4-5 lets a client send on before its CONNACK: as much as one read holds, at two bytes a packet.
      queueLimit: 32_768,
      // MQTT 3.1 allows 23, but stock clients of that version choose longer ones; ours is namespaced besides.
      maxClientsIdLength: 1_024,
    });
    this.gate = createGate(parts);
    this.entrance = createEntrance({
      ...parts,
      admit: (conn, ip, certified) => this.admit(conn, ip, certified),
    });
    this.preConnect = (client, packet, callback) => {
      const link = this.linkOf(client);
      if (!link) return callback(new Error("connection without a guard"), false);
      const signedIn = this.stopping
        ? new ConnectRefused("stopping")
        : parts.signIn.decide(packet, link.certified);
      link.signedIn = signedIn;
      packet.clientId = sessionId(packet, signedIn);
      // It leaves nothing behind to come back to.
      if (!(signedIn instanceof ConnectRefused) && signedIn.kind === "provision") packet.clean = true;
      packet.keepalive = effectiveKeepaliveS(packet.keepalive, limits);
      callback(null, true);
    };
    this.authenticate = (client, username, _password, done) => {
      const link = this.linkOf(client);
      const signedIn = link?.signedIn ?? new ConnectRefused("credential");
      if (!link || signedIn instanceof ConnectRefused) {
        const refused = signedIn instanceof ConnectRefused ? signedIn : new ConnectRefused("credential");
        const delayMs = parts.signIn.refuse(refused, link?.ip ?? "", username);
        if (delayMs === 0) done(refused, false);
        else setTimeout(done, delayMs, refused, false);
        return;
      }
      link.guard.rate = parts.admission.enter(signedIn.deviceId);
      link.conn.once("close", () => parts.admission.leave(signedIn.deviceId));
      if (signedIn.kind === "provision") parts.provisioning.arrived(link);
      else this.signedIn(link, signedIn);
      done(null, true);
    };
    this.authorizePublish = (client, packet, done) => {
      const device = client && this.deviceOf(client);
      if (device?.kind !== "provision" || packet.topic !== PROVISION_REQUEST)
        return this.gate.keep(client, device, packet, done);
      void parts.provisioning.request(this.linkOf(client!)!, packet.payload);
      done(null);
    };
    this.authorizeSubscribe = (client, subscription, done) => {
      const device = this.deviceOf(client);
      const known = device && outsideTopic(device.deviceId, subscription.topic);
      const granted = device && known && subscription.topic !== known && maySubscribe(device.kind, known);
      done(null, granted || isRepeat(subscription.topic) ? subscription : null);
    };
    this.authorizeForward = (client, packet) => {
      const device = this.deviceOf(client);
      const topic = device && outsideTopic(device.deviceId, packet.topic);
      if (!topic) return null;
      // aedes gives each subscriber a packet of its own, and writes this one out.
      packet.topic = topic;
      return packet;
    };
  }

  private signedIn(link: Link, device: SignedIn): void {
    const { metrics, sessions, uses } = this.parts;
    const { client, conn } = link;
    metrics.signIns.inc();
    uses.entered(device.credentialId);
    if (!client.clean) restoreFilters(link, device.deviceId, sessions.filtersOf(client.id));
    this.presence?.opened(device.deviceId);
    conn.once("close", () => {
      uses.left(device.credentialId);
      this.parts.signIn.left(device.deviceId, link.guard.saidGoodbye);
      this.presence?.closed(device.deviceId, link.ended || link.guard.saidGoodbye);
    });
  }

  usePresence(presence: Presence): void {
    this.presence = presence;
  }

  /** Takes a fresh connection; its sign-in comes when it is its turn. */
  accept(conn: Duplex, ip: string, certified: Certificate | null = null): void {
    this.entrance.arrive(conn, ip, certified);
  }

  /** Guard first, then aedes. */
  private admit(conn: Duplex, ip: string, certified: Certificate | null): void {
    const { backlog, limits, metrics, told } = this.parts;
    const guard = guardFrames(conn, {
      backlog,
      limits,
      refused: (reason) => {
        metrics.framesRefused.inc({ reason });
        told(reason, { ip });
      },
      slowed: () => {
        metrics.limited.inc({ reason: "message-rate" });
        told("message-rate", { ip });
      },
    });
    const client = this.handle(conn);
    guard.unanswered = deliverTo(client, this, this.parts.sessions);
    const link: Link = {
      conn,
      client,
      ip,
      certified,
      guard,
      signedIn: null,
      filters: new Set(),
      ended: false,
    };
    this.links.set(conn, link);
    this.open.add(link);
    conn.once("close", () => this.open.delete(link));
    // Before aedes' own listener: it has no hook for UNSUBSCRIBE, and stores a SUBSCRIBE whole, refused filters too.
    (client as ClientInside)._parser.prependListener("packet", (packet: Packet) =>
      translateFilters(link, packet, this.parts),
    );
  }

  /**
   * Nothing a device publishes is routed inside the broker: its way is the journal, and nobody may subscribe to it.
   * (aedes calls this for devices with their client, after the acknowledgement; for itself and for us without one.)
   */
  override publish(packet: PublishPacket, clientOrDone: Client | null | Done, done?: Done): void {
    if (typeof clientOrDone === "object" && clientOrDone !== null) {
      done?.();
      return;
    }
    super.publish(packet, typeof clientOrDone === "function" ? clientOrDone : (done ?? (() => undefined)));
  }

  /** Publishes to the sessions of one device, connected or not; `topic` as the device knows it. */
  toDevice(deviceId: string, topic: string, payload: string, done: Done): void {
    const inside = insideTopic(deviceId, topic);
    super.publish({ cmd: "publish", topic: inside, payload, qos: 1, retain: false, dup: false }, done);
  }

  /** Publishes handed to the journal. */
  messages(): number {
    return this.gate.messages();
  }

  connections(): number {
    return this.open.size;
  }

  /** Connections whose sign-in is still to come. */
  waiting(): number {
    return this.entrance.waiting();
  }

  /** Ends the connections of devices for which `condition` holds; returns how many. */
  endWhere(condition: (device: SignedIn) => boolean): number {
    let ended = 0;
    for (const link of this.open) {
      const device = link.signedIn;
      if (device === null || device instanceof ConnectRefused || !condition(device)) continue;
      this.end(link);
      link.conn.destroy();
      ended += 1;
    }
    return ended;
  }

  /** Takes nothing more from anyone, without cutting what is on its way out. */
  mute(): void {
    this.stopping = true;
    this.entrance.close();
    for (const link of this.open) {
      this.end(link);
      link.guard.mute();
    }
  }

  /** Lets every connection end in order (a hard close could throw away the last acknowledgements), then the broker. */
  async closeGently(withinMs: number): Promise<void> {
    const closed = [...this.open].map(
      ({ conn }) =>
        new Promise<void>((resolve) => {
          conn.once("close", () => resolve());
          conn.end();
        }),
    );
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs);
    });
    await Promise.race([Promise.all(closed), late]);
    clearTimeout(timer);
    for (const { conn } of this.open) conn.destroy();
    await new Promise<void>((resolve) => this.close(() => resolve()));
  }

  private end(link: Link): void {
    link.ended = true;
    (link.client as ClientInside).will = null;
    if (link.client.id) void this.parts.sessions.delWill(link.client);
  }

  private linkOf(client: Client): Link | undefined {
    return this.links.get(client.conn);
  }

  private deviceOf(client: Client): SignedIn | null {
    return deviceOn(this.linkOf(client));
  }
}

import { TELEMETRY } from "@millwright/shared/wire/topics";
import type { Chance } from "./chance.ts";
import type { End } from "./network.ts";
import type { Owner, VirtualTime } from "./virtual-time.ts";

/** A message as it was first handed over, and every time the same when it is sent again. */
export type Sent = { device: string; n: number; payload: string; at: number; pressure: number | null };

/** The way to the broker; null while nobody listens. */
type Dial = (owner: Owner) => End | null;

const WINDOW = 6;
const ANSWER_WITHIN_MS = 8_000;

/**
 * Store-and-forward firmware: keeps each message until it is acknowledged, in order, sends all of them again after a
 * reconnect. Its clock is true time.
 */
export class Device {
  readonly owner: Owner;
  readonly acked = new Set<number>();
  private wire: End | null = null;
  private waiting: Sent[] = [];
  private inFlight: { id: number; message: Sent }[] = [];
  private nextId = 1;
  private connected = false;
  private bytes = Buffer.alloc(0);
  private deadline: { cancelled: boolean } | null = null;
  /** Refused at the door: it comes back with another token or not at all. */
  refusals = 0;
  /** The latest clock time it has used. */
  private lastAt = 0;

  constructor(
    private readonly time: VirtualTime,
    private readonly chance: Chance,
    readonly id: string,
    public token: string,
    private readonly dial: Dial,
    private readonly startMs: number,
  ) {
    this.owner = { name: id, dead: false };
  }

  /** Its own time stamps never repeat by themselves. */
  clock(): number {
    this.lastAt = Math.max(this.lastAt + 100, Math.floor(this.startMs + this.time.now));
    return this.lastAt;
  }

  pending(): number {
    return this.waiting.length + this.inFlight.length;
  }

  /** For whoever reads why a run did not come to rest. */
  state(): string {
    const link = this.wire === null ? "away" : this.connected ? "connected" : "connecting";
    return `${link}, ${this.waiting.length} waiting, ${this.inFlight.length} in flight, ${this.refusals} refusals`;
  }

  publish(message: Sent): void {
    this.waiting.push(message);
    this.pump();
  }

  /** `told`: the broker hears of the end. */
  cut(told: boolean): void {
    const { wire } = this;
    if (!wire) return;
    wire.cut(told);
    this.ended();
    wire.destroy();
  }

  /** What the broker says on this connection is lost from now on. */
  loseAnswers(): void {
    if (this.wire?.other) this.wire.other.mute = true;
  }

  connect(): void {
    if (this.wire !== null) return;
    const wire = this.dial(this.owner);
    if (wire === null) {
      this.again();
      return;
    }
    this.wire = wire;
    wire.on("error", () => undefined);
    wire.on("data", (bytes: Buffer) => this.wire === wire && this.received(bytes));
    wire.on("close", () => this.wire === wire && this.ended());
    wire.write(connectPacket(`client-${this.id}`, this.token));
    this.expectAnswer();
  }

  private again(): void {
    this.time.after(this.chance.between(50, 800), this.owner, () => this.connect());
  }

  private ended(): void {
    this.wire = null;
    this.connected = false;
    this.bytes = Buffer.alloc(0);
    this.waiting = [...this.inFlight.map(({ message }) => message), ...this.waiting];
    this.inFlight = [];
    this.quiet();
    this.again();
  }

  private pump(): void {
    while (this.connected && this.wire && this.waiting.length > 0 && this.inFlight.length < WINDOW) {
      const message = this.waiting.shift()!;
      const id = this.nextId++ % 65_535 || this.nextId++;
      this.inFlight.push({ id, message });
      this.wire.write(publishPacket(id, message.payload));
      this.expectAnswer();
    }
  }

  private expectAnswer(): void {
    this.quiet();
    this.deadline = this.time.after(ANSWER_WITHIN_MS, this.owner, () => this.cut(true));
  }

  private quiet(): void {
    if (this.deadline) this.deadline.cancelled = true;
    this.deadline = null;
  }

  private received(bytes: Buffer): void {
    this.bytes = Buffer.concat([this.bytes, bytes]);
    // CONNACK and PUBACK are four bytes each; nothing else is sent to it.
    while (this.bytes.length >= 4) {
      const packet = this.bytes.subarray(0, 4);
      this.bytes = this.bytes.subarray(4);
      if (packet[0] === 0x20 && packet[3] === 0) this.connected = true;
      else if (packet[0] === 0x20) this.refusals++;
      else if (packet[0] === 0x40) this.answered(packet.readUInt16BE(2));
      else throw new Error(`device ${this.id} got packet ${packet.toString("hex")}`);
    }
    if (this.inFlight.length === 0) this.quiet();
    else this.expectAnswer();
    this.pump();
  }

  private answered(id: number): void {
    const at = this.inFlight.findIndex((each) => each.id === id);
    if (at < 0) return;
    this.acked.add(this.inFlight[at]!.message.n);
    this.inFlight.splice(at, 1);
  }
}

const text = (value: string) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};

function packet(first: number, body: Buffer): Buffer {
  const length = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7];
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}

/** MQTT 3.1.1, clean session, user name only, keep-alive 10 s. */
const connectPacket = (clientId: string, token: string): Buffer =>
  packet(0x10, Buffer.concat([text("MQTT"), Buffer.from([4, 0x82, 0, 10]), text(clientId), text(token)]));

const publishPacket = (id: number, payload: string): Buffer =>
  packet(0x32, Buffer.concat([text(TELEMETRY), Buffer.from([id >> 8, id & 255]), Buffer.from(payload)]));

import type { Duplex } from "node:stream";
import type { Backlog } from "./backlog.ts";
import { CONNECT, checkFrame, DISCONNECT, type FrameLimits, type Violation } from "./frame-check.ts";
import { clearUnused, hideSessionPresent } from "./mqtt-31.ts";
import type { DeviceRate } from "./rate.ts";
import { PUBACK, PUBCOMP, PUBREC, type Unanswered } from "./unanswered.ts";

/** CONNACK "unacceptable protocol version" (MQTT-3.1.2-2): how an MQTT 5 client learns to try 3.1.1. */
const WRONG_VERSION = Buffer.from([0x20, 0x02, 0x00, 0x01]);

/**
 * Follows the bytes of one client and judges each frame before the broker sees its end. Only a frame cut by a chunk
 * border is copied, into memory of exactly its size, and never more than the limit.
 */
export class FrameFollower {
  /** Whole frames so far. */
  frames = 0;
  private held: Buffer | null = null;
  private filled = 0;
  private headerKnown = false;
  private connected = false;
  /** The client has said DISCONNECT. */
  saidGoodbye = false;
  /** What the client owes an answer, once something is delivered to it. */
  unanswered: Unanswered | null = null;
  /** Protocol level of its CONNECT; 0 before. */
  level = 0;
  private firstByte = 0;

  constructor(private readonly limits: FrameLimits & { packetBytes: number; bytesBeforeConnect: number }) {}

  inspect(chunk: Buffer): Violation | null {
    let at = 0;
    // What follows a DISCONNECT is for nobody (MQTT-3.14.4-2), and must not keep the DISCONNECT from being seen.
    while (at < chunk.length && !this.saidGoodbye) {
      if (this.held !== null) {
        const taken = Math.min(chunk.length - at, this.held.length - this.filled);
        chunk.copy(this.held, this.filled, at, at + taken);
        this.filled += taken;
        at += taken;
        if (this.filled < this.held.length) return null;
        const frame = this.held;
        this.held = null;
        const violation = this.headerKnown ? this.judge(frame, 0, frame.length) : this.begin(frame, 0);
        if (violation !== null) return violation;
        continue;
      }
      this.firstByte = chunk[at]!;
      clearUnused(chunk, at, this.level);
      const length = this.frameLength(chunk, at);
      if (typeof length === "string") return length;
      if (length > 0 && at + length <= chunk.length) {
        const violation = this.judge(chunk, at, at + length);
        if (violation !== null) return violation;
        at += length;
        continue;
      }
      const violation = this.begin(chunk, at);
      if (violation !== null) return violation;
      return null;
    }
    return null;
  }

  /** Keeps an unfinished frame; while even its length is unknown, room for one byte more. */
  private begin(bytes: Buffer, at: number): Violation | null {
    const length = this.frameLength(bytes, at);
    if (typeof length === "string") return length;
    const had = bytes.length - at;
    this.headerKnown = length > 0;
    if (length === had) return this.judge(bytes, at, bytes.length);
    this.held = Buffer.allocUnsafe(length > 0 ? length : had + 1);
    bytes.copy(this.held, 0, at);
    this.filled = had;
    return null;
  }

  /** Bytes of the frame at `at`, header included; 0 while not all of its header is here. */
  private frameLength(bytes: Buffer, at: number): number | Violation {
    let remaining = 0;
    for (let i = 1; i <= 4; i++) {
      if (at + i >= bytes.length) return 0;
      const byte = bytes[at + i]!;
      remaining += (byte & 0x7f) * 128 ** (i - 1);
      if (byte < 0x80) {
        const length = 1 + i + remaining;
        const limit = this.connected ? this.limits.packetBytes : this.limits.bytesBeforeConnect;
        return length > limit ? "frame-too-large" : length;
      }
    }
    return "malformed";
  }

  private judge(bytes: Buffer, from: number, to: number): Violation | null {
    const type = bytes[from]! >> 4;
    if (!this.connected && type !== CONNECT) return "connect-expected";
    if (this.connected && type === CONNECT) return "second-connect";
    this.connected = true;
    this.frames += 1;
    if (type === DISCONNECT) this.saidGoodbye = true;
    let body = 2;
    while (bytes[from + body - 1]! >= 0x80) body += 1;
    const frame = from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to);
    const violation = checkFrame(frame, body, this.limits, this.firstByte & 15);
    if (violation !== null) return violation;
    if (type === CONNECT) this.level = connectLevel(frame, body);
    if ((type === PUBACK || type === PUBREC || type === PUBCOMP) && this.unanswered !== null)
      return this.unanswered.accept(type, frame.readUInt16BE(body)) ? null : "unexpected-answer";
    return null;
  }
}

/** The level of a permitted CONNECT. The parser behind insists on a reserved flag of zero, MQTT 3.1 does not. */
function connectLevel(frame: Buffer, body: number): number {
  const at = body + 2 + frame.readUInt16BE(body);
  frame[at + 1] = frame[at + 1]! & 0xfe;
  return frame[at]! & 0x7f;
}

type GuardParts = {
  backlog: Backlog;
  limits: ConstructorParameters<typeof FrameFollower>[0];
  refused: (violation: Violation) => void;
  /** The device is over its rate: it is not read for a while. */
  slowed: () => void;
};

/**
 * Puts the guard between a connection and the broker by tapping `read`, which costs nothing measurable; a wrapping
 * stream costs 70 % of the rate. After a violation the broker gets no byte more and the connection is destroyed.
 * Once the device is known, `rate` is set and decides when the connection is read.
 */
export function guardFrames(
  conn: Duplex,
  { backlog, limits, refused, slowed }: GuardParts,
): FrameFollower & { mute(): void; rate: DeviceRate | null } {
  const follower = new FrameFollower(limits);
  const read = conn.read.bind(conn);
  let muted = false;
  let pause: NodeJS.Timeout | null = null;

  function refuse(violation: Violation): null {
    muted = true;
    refused(violation);
    if (violation === "protocol-version") conn.end(WRONG_VERSION, () => conn.destroy());
    else conn.destroy();
    return null;
  }

  /** Whether the device is over its rate; if so it is read again when it is not. */
  function held(rate: DeviceRate): boolean {
    if (pause !== null) return true;
    const waitMs = rate.hold(performance.now());
    if (waitMs === 0) return false;
    if (waitMs === "abuse") {
      refuse("message-rate-abuse");
      return true;
    }
    slowed();
    pause = setTimeout(() => {
      pause = null;
      if (!conn.destroyed) conn.emit("readable");
    }, waitMs);
    return true;
  }

  const guard = Object.assign(follower, {
    mute: () => {
      muted = true;
    },
    rate: null as DeviceRate | null,
  });
  conn.read = (size?: number) => {
    const { rate } = guard;
    if (size !== 0 && !muted && (backlog.holds(conn) || (rate !== null && held(rate)))) return null;
    const chunk: Buffer | null = read(size);
    if (chunk === null) return null;
    // Muted: what still comes in is read off the socket and dropped, unacknowledged.
    if (muted) return null;
    const before = follower.frames;
    const violation = follower.inspect(chunk);
    if (violation !== null) return refuse(violation);
    if (before === 0 && follower.level === 3) hideSessionPresent(conn);
    rate?.received(follower.frames - before, chunk.length, performance.now());
    return chunk;
  };
  return guard;
}

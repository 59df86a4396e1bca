/** Milliseconds of a clock that only goes forward. */
export type Monotonic = () => number;

/** Allows `perSecond` on average and a burst of `burst`. It may go below zero: what comes in one read is judged after it. */
export class TokenBucket {
  private tokens: number;
  private at: number;

  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    nowMs: number,
  ) {
    this.tokens = burst;
    this.at = nowMs;
  }

  take(tokens: number, nowMs: number): void {
    this.refill(nowMs);
    this.tokens -= tokens;
  }

  /** Takes one if there is one. */
  tryTake(nowMs: number): boolean {
    this.refill(nowMs);
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** Until there is something again. */
  waitMs(nowMs: number): number {
    this.refill(nowMs);
    return this.tokens > 0 ? 0 : Math.ceil(((1 - this.tokens) / this.perSecond) * 1_000);
  }

  /** Back at more than half: the burst is over. */
  isRested(nowMs: number): boolean {
    this.refill(nowMs);
    return this.tokens > this.burst / 2;
  }

  private refill(nowMs: number): void {
    if (nowMs <= this.at) return;
    this.tokens = Math.min(this.burst, this.tokens + ((nowMs - this.at) / 1_000) * this.perSecond);
    this.at = nowMs;
  }
}

/** Two seconds' worth at once: a device that was cut off for a moment catches up unhindered. */
const BURST_S = 2;

export type RateLimits = { messagesPerS: number; bytesPerS: number; abuseMs: number };

/** What one device may send, over all its connections. It is slowed down by not being read: TCP makes it wait. */
export class DeviceRate {
  private readonly messages: TokenBucket;
  private readonly bytes: TokenBucket;
  private heldSince: number | null = null;
  connections = 0;

  constructor(
    private readonly limits: RateLimits,
    nowMs: number,
  ) {
    this.messages = new TokenBucket(limits.messagesPerS, limits.messagesPerS * BURST_S, nowMs);
    this.bytes = new TokenBucket(limits.bytesPerS, limits.bytesPerS * BURST_S, nowMs);
  }

  received(messages: number, bytes: number, nowMs: number): void {
    this.messages.take(messages, nowMs);
    this.bytes.take(bytes, nowMs);
  }

  /** How long not to read, or "abuse" when that has gone on for too long without a pause. */
  hold(nowMs: number): number | "abuse" {
    const waitMs = Math.max(this.messages.waitMs(nowMs), this.bytes.waitMs(nowMs));
    if (waitMs === 0) {
      if (this.heldSince !== null && this.messages.isRested(nowMs) && this.bytes.isRested(nowMs))
        this.heldSince = null;
      return 0;
    }
    this.heldSince ??= nowMs;
    return nowMs - this.heldSince > this.limits.abuseMs ? "abuse" : waitMs;
  }
}

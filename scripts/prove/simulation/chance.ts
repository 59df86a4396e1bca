import { seeded } from "../../../stories/support/kill-drill.ts";

/** A stream of chance. Each part of the world forks its own, so that one part's choices do not shift another's. */
export class Chance {
  private readonly draw: () => number;

  constructor(private readonly seed: number) {
    this.draw = seeded(seed);
  }

  fork(name: string): Chance {
    let hash = this.seed | 0;
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
    return new Chance(hash >>> 0);
  }

  /** 0 ≤ x < 1. */
  next(): number {
    return this.draw();
  }

  below(limit: number): number {
    return Math.floor(this.draw() * limit);
  }

  between(low: number, high: number): number {
    return low + this.draw() * (high - low);
  }

  is(probability: number): boolean {
    return this.draw() < probability;
  }
}

/** Pseudo-random numbers that are the same for the same seed, on every machine. */

export type Random = {
  /** Uniform in 0..1, 1 excluded. */
  next(): number;
  /** Standard normal. */
  gauss(): number;
};

/** 32-bit FNV-1a of a text: gives every machine and day its own, repeatable seed. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  // FNV leaves near texts near each other; the finaliser of murmur3 spreads them.
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Uniform in 0..1 that belongs to the text: for decisions that must not depend on what was drawn before. */
export const chance = (text: string): number => hash32(text) / 4_294_967_296;

const TABLE_SIZE = 65_536;
let table: Float64Array | undefined;

/** Quantiles of the normal distribution, shuffled by the caller's index: one look-up instead of a logarithm and a cosine. */
function normalTable(): Float64Array {
  if (table) return table;
  table = new Float64Array(TABLE_SIZE);
  const uniform = mulberry32(0x5eed);
  for (let i = 0; i < TABLE_SIZE; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    table[i] = radius * Math.cos(angle);
    table[i + 1] = radius * Math.sin(angle);
  }
  return table;
}

function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function createRandom(seed: number | string): Random {
  const next = mulberry32(typeof seed === "string" ? hash32(seed) : seed);
  const normal = normalTable();
  return { next, gauss: () => normal[(next() * TABLE_SIZE) | 0]! };
}

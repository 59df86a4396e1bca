import { inverse } from "./symmetric.ts";

/**
 * What is usual for an asset's tags together, learned row by row from its first rows: mean and deviation of each, how
 * they move together within short blocks (noise), and how the blocks' means wander (drift that is still usual).
 */

/** Rows in a block: what changes within 20 rows is noise, what changes from block to block is drift. */
const BLOCK_ROWS = 20;
/** How much of the drift seen while learning is usual later: the runs to come are longer than the one learned from. */
const DRIFT_FACTOR = 30;
/** Added to each tag's own variance, in squared deviations: no direction is believed to be perfectly still. */
const RIDGE = 0.005;
/** Least deviation, as part of the mean's size, of a tag that stood still while learning. */
const LEAST_DEVIATION = 1e-3;

/** Sums over the rows so far, counted from the first row's values to keep their digits. Plain JSON. */
export type Learning = {
  rows: number;
  heard: boolean[];
  origin: number[];
  sum: number[];
  /** n × n: sums of products of the rows, and of the full blocks' sums. */
  products: number[];
  blockSum: number[];
  blockProducts: number[];
};

/** Mean and deviation of each tag (0 = nothing was heard of it while learning: not judged); `precision` is the inverse covariance of the smoothed deviations, n × n. */
export type Usual = { mean: number[]; deviation: number[]; precision: number[] };

export const startLearning = (tags: number): Learning => ({
  rows: 0,
  heard: new Array<boolean>(tags).fill(false),
  origin: new Array<number>(tags).fill(0),
  sum: new Array<number>(tags).fill(0),
  products: new Array<number>(tags * tags).fill(0),
  blockSum: new Array<number>(tags).fill(0),
  blockProducts: new Array<number>(tags * tags).fill(0),
});

/**
 * Takes in one row: values that are finite wherever `heard` is true. A tag not heard yet is taken to stand where it
 * will first be heard. `learning` is changed in place.
 */
export function learnRow(learning: Learning, values: readonly number[], heard: readonly boolean[]): void {
  const { origin, sum, products, blockSum, blockProducts } = learning;
  const n = origin.length;
  for (let j = 0; j < n; j++) {
    if (learning.heard[j] || !heard[j]) continue;
    learning.heard[j] = true;
    origin[j] = values[j]!;
  }
  for (let p = 0; p < n; p++) {
    if (!heard[p]) continue;
    const x = values[p]! - origin[p]!;
    sum[p]! += x;
    blockSum[p]! += x;
    for (let q = 0; q < n; q++) if (heard[q]) products[p * n + q]! += x * (values[q]! - origin[q]!);
  }
  learning.rows += 1;
  if (learning.rows % BLOCK_ROWS !== 0) return;
  for (let p = 0; p < n; p++)
    for (let q = 0; q < n; q++) blockProducts[p * n + q]! += blockSum[p]! * blockSum[q]!;
  blockSum.fill(0);
}

/** What has been learned. `weight` is that of the newest row in the average it will judge. Null before two blocks are full. */
export function usual(learning: Learning, weight: number): Usual | null {
  const { rows, origin, sum, products, blockSum, blockProducts } = learning;
  const n = origin.length;
  const blocks = Math.floor(rows / BLOCK_ROWS);
  if (blocks < 2) return null;
  const mean = sum.map((total, j) => origin[j]! + total / rows);
  const deviation = sum.map((total, j) => {
    if (!learning.heard[j]) return 0;
    const variance = products[j * n + j]! / rows - (total / rows) ** 2;
    const least = LEAST_DEVIATION * Math.max(Math.abs(mean[j]!), LEAST_DEVIATION);
    return Math.max(Math.sqrt(Math.max(0, variance)), least);
  });
  const smoothed = weight / (2 - weight);
  const tailRows = rows % BLOCK_ROWS;
  const covariance = products.map((product, k) => {
    const [p, q] = [Math.floor(k / n), k % n];
    const tail = tailRows === 0 ? 0 : (blockSum[p]! * blockSum[q]!) / tailRows;
    // Sums of squares: all = within the blocks + between them + of the mean.
    const between = blockProducts[k]! / BLOCK_ROWS + tail;
    const within = (product - between) / (rows - blocks - Math.sign(tailRows));
    const drift = (between - (sum[p]! * sum[q]!) / rows) / rows;
    const scale = deviation[p]! * deviation[q]!;
    return (scale === 0 ? 0 : (smoothed * within + DRIFT_FACTOR * drift) / scale) + (p === q ? RIDGE : 0);
  });
  const precision = inverse(covariance, n);
  return precision && { mean, deviation, precision };
}

/** Scoring of NAB v1.1, as its scorer does it: first min(15 %, 750) rows of a series are not scored. */
const PROBATION_PART = 0.15;
const PROBATION_MOST = 750;
const SPLITS = 20;

/** Costs of an alarm outside all windows, and of a window without one. */
type Profile = { falseAlarm: number; missed: number };

export const PROFILES = {
  standard: { falseAlarm: 0.11, missed: 1 },
  "low FP": { falseAlarm: 0.22, missed: 1 },
  "low FN": { falseAlarm: 0.11, missed: 2 },
} as const satisfies Record<string, Profile>;

/** Windows are first and last row. */
export type Scored = { scores: readonly number[]; windows: readonly (readonly [number, number])[] };

const sigmoid = (y: number) => 2 / (1 + Math.exp(5 * y)) - 1;

/** 0 = no alarms at all, 100 = perfect. */
export function scoreAt(list: readonly Scored[], threshold: number, profile: Profile): number {
  let raw = 0;
  let windows = 0;
  for (const one of list) {
    raw += rawScore(one, threshold, profile);
    windows += one.windows.length;
  }
  return windows === 0 ? 0 : (100 * (raw + windows * profile.missed)) / (windows * (1 + profile.missed));
}

function rawScore({ scores, windows }: Scored, threshold: number, { falseAlarm, missed }: Profile): number {
  const hits = windows.map(() => -missed);
  const found = windows.map(() => false);
  let outside = 0;
  let w = 0;
  const first = Math.min(Math.floor(PROBATION_PART * scores.length), PROBATION_MOST);
  for (let i = first; i < scores.length; i++) {
    while (w < windows.length && i > windows[w]![1]) w++;
    if (scores[i]! < threshold) continue;
    const window = windows[w];
    if (window && i >= window[0]) {
      if (found[w]) continue;
      found[w] = true;
      hits[w] = sigmoid(-(window[1] - i + 1) / (window[1] - window[0] + 1)) / sigmoid(-1);
    } else outside += falseAlarm * afterLast(windows[w - 1], i);
  }
  return hits.reduce((sum, hit) => sum + hit, 0) + outside;
}

/** Worth of an alarm outside: −1, less bad shortly after a window. */
function afterLast(last: readonly [number, number] | undefined, row: number): number {
  if (!last) return -1;
  const distance = (row - last[1]) / Math.max(1, last[1] - last[0]);
  return distance > 3 ? -1 : sigmoid(distance);
}

/** Mean score of one half of the series at the threshold that is best on the other, over fixed random halves. */
export function averageHeldOut(list: readonly Scored[], profile: Profile): number {
  const next = generator(7);
  let sum = 0;
  for (let split = 0; split < SPLITS; split++) {
    const order = list
      .map((one) => ({ one, key: next() }))
      .sort((a, b) => a.key - b.key)
      .map(({ one }) => one);
    const middle = Math.floor(order.length / 2);
    const halves = [order.slice(0, middle), order.slice(middle)] as const;
    sum += scoreAt(halves[1], bestThreshold(halves[0], profile), profile);
    sum += scoreAt(halves[0], bestThreshold(halves[1], profile), profile);
  }
  return sum / (2 * SPLITS);
}

const THRESHOLDS = Array.from({ length: 81 }, (_, i) => 0.4 * 1.025 ** i);

function bestThreshold(list: readonly Scored[], profile: Profile): number {
  let best = { threshold: 0, score: Number.NEGATIVE_INFINITY };
  for (const threshold of THRESHOLDS) {
    const score = scoreAt(list, threshold, profile);
    if (score > best.score) best = { threshold, score };
  }
  return best.threshold;
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

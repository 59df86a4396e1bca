/**
 * Banks of contexts: grids over what a tag does that remember which of their cells have been visited. All banks of one
 * alignment read the same 64 levels of a signal; a coarser grid takes several of them at once.
 */

/** level: the value itself; departure: its distance from the slow mean. */
export const SIGNALS = ["level", "departure"] as const;
/** Where the edges of the cells lie: no anomaly hides because it falls into the same cell as the usual. */
export const ALIGNMENTS = Array.from({ length: 8 }, (_, i) => 2 ** (i / 8));
export const FINE_LEVELS = 64;
/** Parts of the UTC day, two hours each. */
export const DAY_PARTS = 12;

/** `shift`: log2 of the fine levels in one cell. `parts`: 1, or the parts of the day. `first`: its first word of cells. */
export type Bank = { signal: 0 | 1; shift: number; levels: number; parts: number; first: number };

const GRIDS = [
  { signal: 0, shift: 1, parts: 1 },
  { signal: 0, shift: 0, parts: 1 },
  { signal: 0, shift: 2, parts: DAY_PARTS },
  { signal: 1, shift: 0, parts: 1 },
] as const satisfies Omit<Bank, "levels" | "first">[];

export const BANKS: readonly Bank[] = layOut();
/** Words of 32 cells of one alignment. */
export const WORDS = BANKS.reduce((sum, bank) => sum + wordsOf(bank), 0);

function layOut(): Bank[] {
  const banks: Bank[] = [];
  let first = 0;
  for (const grid of GRIDS) {
    const bank: Bank = { ...grid, levels: FINE_LEVELS >> grid.shift, first };
    first += wordsOf(bank);
    banks.push(bank);
  }
  return banks;
}

function wordsOf(bank: Pick<Bank, "levels" | "parts">): number {
  return Math.ceil((bank.levels * bank.parts) / 32);
}

/** The signal's range has doubled, downwards or upwards: in each of its banks of this alignment two cells become one. */
export function mergeCells(cells: number[], alignment: number, signal: number, downwards: boolean): void {
  for (const bank of BANKS) {
    if (bank.signal !== signal) continue;
    const from = alignment * WORDS + bank.first;
    const old = cells.slice(from, from + wordsOf(bank));
    cells.fill(0, from, from + old.length);
    const shift = downwards ? bank.levels / 2 : 0;
    for (let cell = 0; cell < bank.levels * bank.parts; cell++) {
      if ((old[cell >>> 5]! & (1 << (cell & 31))) === 0) continue;
      const level = cell % bank.levels;
      const to = cell - level + (level >>> 1) + shift;
      cells[from + (to >>> 5)]! |= 1 << (to & 31);
    }
  }
}

/** Square matrices as rows after each other in one plain list: n × n. */

/** Inverse by Gauss-Jordan with pivoting; null when it has none (or not in doubles). */
export function inverse(matrix: readonly number[], n: number): number[] | null {
  const rows = Array.from({ length: n }, (_, i) => [
    ...matrix.slice(i * n, (i + 1) * n),
    ...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)),
  ]);
  for (let i = 0; i < n; i++) {
    let pivot = i;
    for (let r = i + 1; r < n; r++) if (Math.abs(rows[r]![i]!) > Math.abs(rows[pivot]![i]!)) pivot = r;
    const row = rows[pivot]!;
    rows[pivot] = rows[i]!;
    rows[i] = row;
    const by = row[i]!;
    if (!(Math.abs(by) > 0) || !Number.isFinite(by)) return null;
    for (let j = 0; j < 2 * n; j++) row[j]! /= by;
    for (const other of rows) {
      const factor = other[i]!;
      if (other === row || factor === 0) continue;
      for (let j = 0; j < 2 * n; j++) other[j]! -= factor * row[j]!;
    }
  }
  return rows.flatMap((row) => row.slice(n));
}

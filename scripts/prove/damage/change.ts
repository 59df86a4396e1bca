/** One flipped bit, or one byte less, in one of several files. */
export type Change = { file: string; at: number; kind: "flip" | "truncate" };

/** Places chosen evenly among the files, whatever their sizes; one in ten is a file cut short by a byte. */
export function randomChange(files: ReadonlyMap<string, Buffer>, random: () => number): Change {
  const names = [...files].filter(([, bytes]) => bytes.length > 0).map(([name]) => name);
  const file = names[Math.floor(random() * names.length)] ?? "";
  const size = files.get(file)?.length ?? 0;
  if (random() < 0.1) return { file, at: size - 1, kind: "truncate" };
  return { file, at: Math.floor(random() * size), kind: "flip" };
}

export function changed(bytes: Buffer, { at, kind }: Change, random: () => number): Buffer {
  if (kind === "truncate") return bytes.subarray(0, at);
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  return copy;
}

import { createHash } from "node:crypto";
import { open } from "node:fs/promises";

const CHUNK_BYTES = 1_048_576;

/** Reads a whole file, writing it to `to` where given, on disk when this returns. Its size and SHA-256 (lower-case hex). */
export async function digest(from: string, to?: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  const source = await open(from, "r");
  const target = to === undefined ? null : await open(to, "wx", 0o600);
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await source.read(chunk, 0, CHUNK_BYTES);
      if (bytesRead === 0) break;
      const part = chunk.subarray(0, bytesRead);
      hash.update(part);
      if (target !== null) await target.writeFile(part);
      bytes += bytesRead;
    }
    await target?.sync();
    return { bytes, sha256: hash.digest("hex") };
  } finally {
    await source.close();
    await target?.close();
  }
}

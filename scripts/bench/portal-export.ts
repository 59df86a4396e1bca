import { readFileSync } from "node:fs";
import { ROWS_HEADER } from "@millwright/shared/telemetry/extract";

const rssMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;

export type Taken = {
  rows: number;
  seconds: number;
  firstByteS: number;
  mb: number;
  rssMoreMb: Record<string, number>;
};

/** Takes a file to its end and throws it away; how much each process grew at most meanwhile. */
export async function takeFile(
  address: string,
  cookie: string,
  pids: Record<string, number>,
): Promise<Taken> {
  const before = new Map(Object.entries(pids).map(([name, pid]) => [name, rssMb(pid)]));
  const rssMoreMb: Record<string, number> = {};
  const watch = setInterval(() => {
    for (const [name, pid] of Object.entries(pids))
      rssMoreMb[name] = Math.max(rssMoreMb[name] ?? 0, rssMb(pid) - before.get(name)!);
  }, 50);
  try {
    const startedAt = performance.now();
    const response = await fetch(address, { headers: { cookie } });
    if (!response.ok || !response.body) throw new Error(`${address} answered ${response.status}`);
    let bytes = 0;
    let firstByteS = 0;
    const reader = response.body.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      firstByteS ||= (performance.now() - startedAt) / 1000;
      bytes += part.value.length;
    }
    const seconds = (performance.now() - startedAt) / 1000;
    return {
      rows: Number(response.headers.get(ROWS_HEADER)),
      seconds,
      firstByteS,
      mb: bytes / 1e6,
      rssMoreMb,
    };
  } finally {
    clearInterval(watch);
  }
}

import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/** Of Linux: clock ticks a second, as getconf CLK_TCK says on every platform that Node runs on. */
const TICKS_PER_S = 100;

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

/** Per cent of one core that each process took over the seconds. */
export async function cpuOf<K extends string>(
  pids: Record<K, number>,
  seconds: number,
): Promise<Record<K, number>> {
  const names = Object.keys(pids) as K[];
  const before = names.map((name) => cpuSeconds(pids[name]));
  const startedAt = performance.now();
  await delay(seconds * 1000);
  const took = (performance.now() - startedAt) / 1000;
  return Object.fromEntries(
    names.map((name, i) => [name, ((cpuSeconds(pids[name]) - before[i]!) / took) * 100]),
  ) as Record<K, number>;
}

/** So many open pages, as far as the server can tell: each follows the stream of these machines. */
export async function livePages(
  n: number,
  address: string,
  cookie: string,
): Promise<{ bytes(): number; close(): void }> {
  const ended = new AbortController();
  let bytes = 0;
  for (let i = 0; i < n; i++) {
    const response = await fetch(address, { headers: { cookie }, signal: ended.signal });
    if (!response.ok || !response.body) throw new Error(`${address} answered ${response.status}`);
    const read = async (body: ReadableStream<Uint8Array>) => {
      const reader = body.getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) bytes += part.value.length;
    };
    read(response.body).catch(() => undefined);
  }
  return { bytes: () => bytes, close: () => ended.abort() };
}

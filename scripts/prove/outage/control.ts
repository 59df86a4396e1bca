import type { Peer } from "@millwright/shared/telemetry/testing/peers";

const POINTS = 100;

/** A writer that goes on after a failed batch instead of trying it again: how many of its points the server lacks in the end. */
export async function lostBySkipping(influxd: Peer): Promise<number> {
  const query = async (q: string) => {
    const body = new URLSearchParams({ q });
    return (await (await fetch(`${influxd.url}/query?db=control`, { method: "POST", body })).json()) as {
      results: { series?: { values: [string, number][] }[] }[];
    };
  };
  await query('CREATE DATABASE "control"');
  for (let batch = 0; batch < 3; batch++) {
    if (batch === 1) await influxd.pause();
    const lines = Array.from({ length: POINTS }, (_, i) => `m v=1 ${1_000 + batch * POINTS + i}`);
    const written = fetch(`${influxd.url}/write?db=control&precision=ms`, {
      method: "POST",
      body: lines.join("\n"),
    });
    await written.catch(() => undefined);
    if (batch === 1) await influxd.resume();
  }
  const { results } = await query("SELECT count(v) FROM m");
  return 3 * POINTS - (results[0]?.series?.[0]?.values[0]?.[1] ?? 0);
}

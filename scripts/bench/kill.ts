import { killDrill, seeded } from "../../stories/support/kill-drill.ts";
import { startProduct } from "../../stories/support/product.ts";
import { say } from "./print.ts";

/** Twenty kill -9 of each program in turn under load. */
export async function kill(): Promise<void> {
  const rounds = Number(process.env.BENCH_KILLS ?? 20);
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
  const product = await startProduct();
  try {
    const r = await killDrill(product, {
      rounds,
      programs: ["broker", "ingest", "portal"],
      devices: 6,
      random: seeded(seed),
    });
    say(
      `kill -9, ${rounds} × broker, ingest, portal, seed ${seed}: ${r.acked} acknowledged, ${r.lost} lost, ${r.doubled} doubled, ${r.phantom} phantom, ${r.tickets} ticket`,
    );
  } finally {
    await product.stop();
  }
}

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { killDrill, seeded } from "./support/kill-drill.ts";
import { type Product, startProduct } from "./support/product.ts";

/** The short form: four kills of each program. `pnpm bench kill` does twenty of each. */
const SEED = Number(process.env.SEED ?? 20261121);

describe("kill -9 of any program at any time", () => {
  let product: Product;
  beforeAll(async () => {
    product = await startProduct();
  });
  afterAll(() => product?.stop());

  it("loses nothing acknowledged, stores nothing twice, opens one ticket", { timeout: 180_000 }, async () => {
    const result = await killDrill(product, {
      rounds: 4,
      programs: ["broker", "ingest", "portal"],
      devices: 4,
      random: seeded(SEED),
    });
    process.stdout.write(`kill drill, seed ${SEED}: ${JSON.stringify(result)}\n`);
    expect(result).toMatchObject({ kills: 12, lost: 0, doubled: 0, phantom: 0, tickets: 1 });
    expect(result.acked).toBeGreaterThan(1000);
    const died = product.events.filter((event) => event.kind === "died").map((event) => event.program);
    for (const program of ["broker", "ingest", "portal"]) expect(died).toContain(program);
  });
});

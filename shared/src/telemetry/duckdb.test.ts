import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openDuckdbStore } from "./duckdb.ts";
import { storeContract } from "./store.contract.ts";

storeContract(
  "duckdb",
  async () => {
    const dir = mkdtempSync(join(tmpdir(), "millwright-duckdb-"));
    return {
      open: () => openDuckdbStore({ file: join(dir, "telemetry.duckdb") }),
      remove: async () => rmSync(dir, { recursive: true, force: true }),
    };
  },
  { runs: 25 },
);

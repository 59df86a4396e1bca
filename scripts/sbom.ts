import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { billOfMaterials } from "./supply/cyclonedx.ts";
import { installedPackages, lockfile, ROOT } from "./supply/installed.ts";

/** `pnpm -s sbom > sbom.json`: what the product is made of, as CycloneDX 1.6. */
const product = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  name: string;
  version: string;
  license: string;
};
const made = { serial: randomUUID(), at: new Date() };
const bill = billOfMaterials(product, lockfile(), installedPackages(), made);
process.stdout.write(`${JSON.stringify(bill, null, 2)}\n`);

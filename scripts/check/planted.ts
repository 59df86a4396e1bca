import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** One file per import rule that breaks it. A rule that does not report its file is blind (a resolver that finds nothing passes everything). */
const PLANTS: readonly { rule: string; file: string; text: string }[] = [
  { rule: "broker-alone", file: "broker/src/planted.ts", text: `import "../../ingest/src/config.ts";` },
  { rule: "ingest-alone", file: "ingest/src/planted.ts", text: `import "../../portal/src/config.ts";` },
  { rule: "portal-alone", file: "portal/src/planted.ts", text: `import "../../broker/src/config.ts";` },
  {
    rule: "device-sim-alone",
    file: "device-sim/src/planted.ts",
    text: `import "../../broker/src/config.ts";`,
  },
  { rule: "shared-below", file: "shared/src/planted.ts", text: `import "../../broker/src/config.ts";` },
  { rule: "domain-pure", file: "shared/src/domain/planted.ts", text: `import "../journal/journal.ts";` },
  {
    rule: "judging-pure",
    file: "ingest/src/detect/planted.ts",
    text: `import "@millwright/shared/db/open";`,
  },
  { rule: "views-pure", file: "portal/src/views/planted.ts", text: `import "@millwright/shared/db/open";` },
  {
    rule: "gallery-apart",
    file: "portal/src/pages/planted.ts",
    text: `import "../gallery/serve.ts";`,
  },
  {
    rule: "adapters-in-start",
    file: "ingest/src/planted-adapter.ts",
    text: `import "@millwright/shared/telemetry/duckdb";`,
  },
  {
    rule: "no-circular",
    file: "broker/src/planted-circle-a.ts",
    text: `import { circle } from "./planted-circle-b.ts";\nexport const round = () => circle();`,
  },
];
/** The other half of the circle; the cruiser reports it at the file it meets first. */
const CIRCLE_BACK = `import { round } from "./planted-circle-a.ts";\nexport const circle = (): unknown => round;`;

export const plantedViolations = {
  expected: PLANTS.map(({ rule, file }) => ({ rule, file })),
  async plant(root: string): Promise<void> {
    for (const { file, text } of PLANTS) await writeFile(join(root, file), `${text}\n`);
    await writeFile(join(root, "broker/src/planted-circle-b.ts"), `${CIRCLE_BACK}\n`);
  },
};

/** Imports go one way. Each rule has a planted violation in scripts/check/planted/, see scripts/check.ts. */
const program = (name, others) => ({
  name: `${name}-alone`,
  comment: "Programs never import each other; stories and scripts may.",
  severity: "error",
  from: { path: `^${name}/` },
  to: { path: `^(${others.join("|")})/` },
});

module.exports = {
  forbidden: [
    program("broker", ["ingest", "portal", "device-sim"]),
    program("ingest", ["broker", "portal", "device-sim"]),
    program("portal", ["broker", "ingest", "device-sim"]),
    program("device-sim", ["broker", "ingest", "portal"]),
    {
      name: "shared-below",
      comment: "shared holds the words all use; it knows no program.",
      severity: "error",
      from: { path: "^shared/" },
      to: { path: "^(broker|ingest|portal|device-sim|scripts|stories)/" },
    },
    {
      name: "domain-pure",
      comment: "Domain words do no input or output.",
      severity: "error",
      from: { path: "^shared/src/domain/" },
      to: { path: "^(shared/src/(journal|telemetry|db)/|node_modules/.*(better-sqlite3|duckdb|hono|pino))" },
    },
    {
      name: "judging-pure",
      comment:
        "Detectors and alarm conditions are functions of samples; nothing there opens a file or a socket.",
      severity: "error",
      from: { path: "^ingest/src/(detect|novelty|multivariate|alarm)/", pathNot: "\\.test\\.ts$" },
      to: {
        path: "(^shared/src/(journal|telemetry|db)/|better-sqlite3|duckdb|^(node:)?(fs|net|http|worker_threads)$)",
      },
    },
    {
      name: "views-pure",
      comment: "Views turn rows into markup; they do not ask the database.",
      severity: "error",
      from: { path: "^portal/src/views/", pathNot: "\\.test\\.tsx?$" },
      to: {
        path: "(^shared/src/db/(open|schema)\\.ts|better-sqlite3|drizzle-orm)",
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "gallery-apart",
      comment: "The gallery shows the product; the product does not know it.",
      severity: "error",
      from: { path: "^portal/src/", pathNot: "^portal/src/gallery/" },
      to: { path: "^portal/src/gallery/" },
    },
    {
      name: "adapters-in-start",
      comment: "Only start.ts names an engine; everything else knows the port.",
      severity: "error",
      from: { path: "^(broker|ingest|portal)/src/", pathNot: "(/start\\.ts|/api-key\\.ts|\\.test\\.tsx?)$" },
      to: { path: "^shared/src/(telemetry/(duckdb|influx)|journal/sqlite)" },
    },
    {
      name: "no-circular",
      severity: "error",
      from: { pathNot: "^shared/src/db/schema/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(migrations|node_modules/\\.cache)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".cjs", ".js", ".json"],
    },
  },
};

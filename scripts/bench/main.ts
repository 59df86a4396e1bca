import { heading, say } from "./print.ts";

/** `pnpm bench` runs all; `pnpm bench -- throughput kill` runs those named. Ratios in one run; absolute times are this machine's. */
const BENCHES: Record<string, () => Promise<void>> = {
  throughput: async () => (await import("./throughput.ts")).throughput(),
  latency: async () => (await import("./latency.ts")).latency(),
  page: async () => (await import("./page.ts")).page(),
  reconnect: async () => (await import("./reconnect.ts")).reconnect(),
  kill: async () => (await import("./kill.ts")).kill(),
};

const wanted = process.argv.slice(2).filter((arg) => arg !== "--");
const unknown = wanted.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  process.stderr.write(
    `No bench named ${unknown.join(", ")}. There are: ${Object.keys(BENCHES).join(", ")}.\n`,
  );
  process.exit(1);
}
say(heading());
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  say(`\n${name}`);
  await bench();
}

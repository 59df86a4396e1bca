import { heading, line, PROMISES, runAll } from "./run.ts";

/**
 * `pnpm prove [P2 P5 …] [--long] [--seed N]`: runs the promises against the real programs and prints what came of
 * each. Exit code 1 when one is broken.
 */
const say = (text: string) => process.stdout.write(`${text}\n`);

const args = process.argv.slice(2).filter((arg) => arg !== "--");
const long = args.includes("--long");
const at = args.indexOf("--seed");
const seed = Number(at < 0 ? Date.now() % 1_000_000 : args[at + 1]);
const names = args
  .filter((arg, i) => !arg.startsWith("--") && (at < 0 || i !== at + 1))
  .map((name) => name.toUpperCase());
const unknown = names.filter((name) => !PROMISES.includes(name));
if (unknown.length > 0 || !Number.isInteger(seed)) {
  process.stderr.write(
    unknown.length > 0
      ? `No promise named ${unknown.join(", ")}. There are: ${PROMISES.join(", ")}.\n`
      : "--seed needs a whole number.\n",
  );
  process.exit(1);
}
say(`seed ${seed}, ${long ? "long" : "short"} form`);
say(heading());
const startedAt = performance.now();
let broken = 0;
for (const outcome of await runAll(names.length > 0 ? names : PROMISES, { seed, long })) {
  const row = await outcome;
  if (!row.ok) broken++;
  say(line(row));
}
const took = `${((performance.now() - startedAt) / 1000).toFixed(0)} s`;
say(
  broken === 0 ? `every promise run holds, ${took}` : `${broken} broken, ${took}; again with --seed ${seed}`,
);
process.exit(broken === 0 ? 0 : 1);

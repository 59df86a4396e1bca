import { search, shrink, tell } from "./search.ts";

/**
 * `main.ts FIRST COUNT`: runs the seeds FIRST … FIRST + COUNT - 1 and writes what came of them as one line of JSON.
 * A process of its own, since it replaces the clock, the timers and the sockets of everything in it.
 */
const [first, count] = process.argv.slice(2).map(Number) as [number, number];
const { found, ...sum } = await search(first, count);
const shortest = found && ((await shrink(found)) ?? found);
const breaches = found?.outcome.breaches.map(({ promise }) => promise) ?? [];
process.stdout.write(`${JSON.stringify({ ...sum, breaches, story: shortest ? tell(shortest) : [] })}\n`);
process.exit(0);

import { type LoadOptions, load } from "./load.ts";

/** Child process: LoadOptions as JSON on stdin, LoadResult as JSON on stdout. */
let input = "";
for await (const chunk of process.stdin) input += chunk;
process.stdout.write(JSON.stringify(await load(JSON.parse(input) as LoadOptions)));

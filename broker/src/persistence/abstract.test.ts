import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const suite = fileURLToPath(new URL("./testing/abstract-suite.mjs", import.meta.url));

/** How many of the suite's tests passed and failed, and its output. */
function run(...args: string[]): Promise<{ passed: number; failed: number; output: string }> {
  return new Promise((resolve) => {
    const node = ["--import", "tsx", "--test-reporter=tap", suite, ...args];
    const { VITEST: _vitest, NODE_ENV: _env, ...env } = process.env;
    execFile(process.execPath, node, { env, maxBuffer: 10_000_000 }, (_error, output) => {
      const count = (name: string) => Number(new RegExp(`^# ${name} (\\d+)$`, "m").exec(output)?.[1] ?? -1);
      resolve({ passed: count("pass"), failed: count("fail") + count("cancelled"), output });
    });
  });
}

test.each([["with the file open"], ["reopened"]])(
  "aedes-persistence's suite passes entirely, %s",
  { timeout: 120_000 },
  async (how) => {
    const { passed, failed, output } = await run(how);
    expect(
      failed,
      output
        .split("\n")
        .filter((line) => /^not ok|error:/.test(line))
        .join("\n"),
    ).toBe(0);
    expect(passed).toBeGreaterThanOrEqual(45);
  },
);

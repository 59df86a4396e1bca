import { spawn } from "node:child_process";

type Report = { recorded: number; left: number; dropped: number; refused?: number[] };
type Ran = { code: number | null; recorded: number[]; report: Report | null; errors: string };

/** An example of docs/firmware.md that runs; `ended` never rejects. */
export function runExample(file: string, args: readonly string[], token: string) {
  const child = spawn(file, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, MILLWRIGHT_TOKEN: token, PYTHONDONTWRITEBYTECODE: "1" },
  });
  let output = "";
  let errors = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  child.stderr.on("data", (chunk) => (errors += chunk));
  const ended = new Promise<Ran>((resolve) => {
    child.once("error", (error) =>
      resolve({ code: null, recorded: [], report: null, errors: error.message }),
    );
    child.once("close", (code) => {
      const lines = output.split("\n").filter(Boolean);
      const last = lines.find((line) => line.startsWith("{"));
      resolve({ code, recorded: recorded(), report: last ? JSON.parse(last) : null, errors });
    });
  });
  const recorded = () => [...output.matchAll(/^recorded (\d+)\n/gm)].map((match) => Number(match[1]));
  return { ended, recorded, errors: () => errors, kill: () => child.kill("SIGKILL") };
}

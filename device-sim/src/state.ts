import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { Failure } from "@millwright/shared/failure";
import { z } from "zod";

/** What the simulated plant remembers: its T0, what the API created for it, and the secrets it was given. */
const stateSchema = z.object({
  version: z.literal(1),
  /** Everything created, the history sent and stored. */
  complete: z.boolean(),
  seed: z.string(),
  /** Moment of the first start, epoch ms. */
  t0: z.number(),
  historySent: z.boolean(),
  /** So many of the scenario's deeds are done. */
  deedsDone: z.number().optional(),
  /** Up to here the live fleet's readings were acknowledged, epoch ms. */
  liveThrough: z.number().optional(),
  /** Ids by kind and key, e.g. "customer:C1". */
  ids: z.record(z.string(), z.string()),
  /** Access tokens by serial number or gateway name. */
  tokens: z.record(z.string(), z.string()),
  signIns: z.array(
    z.object({
      role: z.string(),
      name: z.string(),
      email: z.string(),
      password: z.string(),
      customer: z.string().nullable(),
    }),
  ),
});
export type DemoState = z.infer<typeof stateSchema>;

export const newState = (seed: string, t0: number): DemoState => ({
  version: 1,
  complete: false,
  seed,
  t0,
  historySent: false,
  ids: {},
  tokens: {},
  signIns: [],
});

/** null when there is no such file yet. Throws Failure "invalid" on a file that is none of ours. */
export function loadState(file: string): DemoState | null {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new Failure("invalid", `--state: ${file} cannot be read`, { cause: error, field: "state" });
  }
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Failure("invalid", `--state: ${file} is not the state of a simulated plant`, {
      cause,
      field: "state",
    });
  }
}

/** Replaced as a whole, readable by its owner only: it holds tokens and passwords. */
export function saveState(file: string, state: DemoState): void {
  try {
    writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  } catch (cause) {
    throw new Failure("invalid", `--state: ${file} cannot be written`, { cause, field: "state" });
  }
}

export function tokenOf(state: DemoState, name: string): string {
  const token = state.tokens[name];
  if (token === undefined)
    throw new Failure("invalid", `the state file has no token for ${name}: run seed again`);
  return token;
}

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { dataDir, readConfig } from "@millwright/shared/config";
import { openPortalDb, PORTAL_DB } from "@millwright/shared/db/open";
import { customers } from "@millwright/shared/db/schema";
import type { Role } from "@millwright/shared/db/schema/people";
import { Failure } from "@millwright/shared/failure";
import { eq } from "drizzle-orm";
import { z } from "zod";
import { createKey } from "./access/key.ts";

const HELP = `Prints a new API key, once; only its hash is kept.

  pnpm -s api-key -- --role admin
  pnpm -s api-key -- --role engineer
  pnpm -s api-key -- --role customer --customer ID     what that customer's owner may do

  --name TEXT    shown in the audit log (default: the role)

The key goes into each request: Authorization: Bearer mw_…
DATA_DIR tells which installation (default ./data). It may be running.
`;

const ROLE_BY_WORD: Record<string, Role> = {
  admin: "administrator",
  engineer: "engineer",
  customer: "owner",
};

function main(args: string[]): void {
  const { values } = parse(args);
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const role = ROLE_BY_WORD[values.role ?? ""];
  if (!role) throw new Failure("invalid", "--role must be admin, engineer or customer.");
  if (role === "owner" && values.customer === undefined)
    throw new Failure("invalid", "--role customer needs --customer ID.");
  if (role !== "owner" && values.customer !== undefined)
    throw new Failure("invalid", "--customer goes with --role customer.");

  const { DATA_DIR } = readConfig(z.object({ DATA_DIR: dataDir }), process.env);
  mkdirSync(DATA_DIR, { recursive: true, mode: 0o700 });
  const db = openPortalDb(join(DATA_DIR, PORTAL_DB));
  try {
    const customerId = values.customer ?? null;
    if (customerId !== null && !db.select().from(customers).where(eq(customers.id, customerId)).get()) {
      throw new Failure("not_found", `There is no customer ${customerId}.`);
    }
    const name = values.name?.trim() || `${values.role} key`;
    process.stdout.write(`${createKey(db, { role, customerId, name }, Date.now())}\n`);
  } finally {
    db.$client.close();
  }
}

function parse(args: string[]) {
  const options = {
    role: { type: "string" },
    customer: { type: "string" },
    name: { type: "string" },
    help: { type: "boolean", short: "h" },
  } as const;
  try {
    // pnpm hands its own -- through, after which nothing would count as an option.
    return parseArgs({ args: args[0] === "--" ? args.slice(1) : args, options });
  } catch (cause) {
    throw new Failure("invalid", `${(cause as Error).message}. See --help.`, { cause });
  }
}

try {
  main(process.argv.slice(2));
} catch (error) {
  const sentence = error instanceof Failure ? error.message : `No key was made: ${(error as Error).message}`;
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}

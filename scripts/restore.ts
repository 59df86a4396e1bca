import { tmpdir } from "node:os";
import { dataDir } from "@millwright/shared/config";
import { Failure } from "@millwright/shared/failure";
import { putBack, verify } from "./backup/put-back.ts";

/** `pnpm restore -- FROM_DIR [--verify]`: restores a backup into an empty DATA_DIR, or only checks it. */
const say = (line: string) => process.stdout.write(`${line}\n`);

const args = process.argv.slice(2).filter((arg) => arg !== "--");
const onlyVerify = args.includes("--verify");
const [from, ...more] = args.filter((arg) => arg !== "--verify");
try {
  if (from === undefined || from.startsWith("-") || more.length > 0)
    throw new Failure(
      "invalid",
      "Usage: pnpm restore -- FROM_DIR [--verify]   (into DATA_DIR, ./data unless set)",
    );
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(1);
  if (onlyVerify) {
    const { version, begunAt } = await verify({ from, scratch: tmpdir(), say });
    say(`The backup of ${begunAt} (version ${version}) is sound; checked in ${seconds()} s.`);
  } else {
    const into = dataDir.parse(process.env.DATA_DIR || undefined);
    const { version, begunAt } = await putBack({ from, dataDir: into, say });
    say(`Restored the backup of ${begunAt} (version ${version}) into ${into} in ${seconds()} s.`);
  }
} catch (error) {
  process.stderr.write(`${error instanceof Failure ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { Failure } from "@millwright/shared/failure";

/** What can be known before anything starts, said in one sentence instead of four stack traces. */
export async function preflight(wanted: {
  dataDir: string;
  ports: readonly { variable: string; port: number; host: string }[];
}): Promise<void> {
  try {
    mkdirSync(wanted.dataDir, { recursive: true });
    const probe = join(wanted.dataDir, `.write-probe-${process.pid}`);
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (cause) {
    throw new Failure("invalid", `DATA_DIR ${wanted.dataDir} cannot be written.`, {
      cause,
      field: "DATA_DIR",
    });
  }
  const taken = new Map<number, string>();
  for (const { variable, port, host } of wanted.ports) {
    const other = port === 0 ? undefined : taken.get(port);
    if (other)
      throw new Failure(
        "invalid",
        `${variable} and ${other} are both ${port}; each needs a port of its own.`,
      );
    taken.set(port, variable);
    await tryListen(variable, port, host);
  }
}

function tryListen(variable: string, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) => {
      const why =
        error.code === "EADDRINUSE"
          ? `Port ${port} (${variable}) is already in use. Stop what uses it or set ${variable} to another port.`
          : `Port ${port} (${variable}) on ${host} cannot be opened: ${error.code ?? error.message}.`;
      reject(new Failure("invalid", why, { cause: error, field: variable }));
    });
    probe.listen(port, host, () => probe.close(() => resolve()));
  });
}

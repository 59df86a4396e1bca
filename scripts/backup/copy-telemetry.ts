import { rmSync } from "node:fs";
import { Failure } from "@millwright/shared/failure";
import { findDoor, loopbackSecret } from "@millwright/shared/run-dir";
import { openDuckdbStore } from "@millwright/shared/telemetry/duckdb";
import { COPY_PATH } from "@millwright/shared/telemetry/read-api";

/**
 * Copies the embedded telemetry store into a new file. The file belongs to one process: while ingest runs it makes
 * the copy, else this process opens the file itself, and so keeps ingest from starting meanwhile.
 */
export async function copyTelemetry(
  from: { dataDir: string; file: string },
  to: string,
  signal: AbortSignal,
): Promise<void> {
  const response = await askIngest(from.dataDir, to, signal);
  if (response === null) {
    const store = await openDuckdbStore({ file: from.file });
    try {
      await store.copyTo?.(to, signal);
    } finally {
      await store.close();
    }
    return;
  }
  // Blank lines while it works, then one line that says how it ended.
  const said = (await response.text()).trim();
  if (said === "copied") return;
  rmSync(to, { force: true });
  throw new Failure("unavailable", said || "ingest ended while it copied the telemetry");
}

/** null when ingest does not run. */
async function askIngest(dataDir: string, file: string, signal: AbortSignal): Promise<Response | null> {
  const port = findDoor(dataDir, "ingest");
  if (port === null) return null;
  let response: Response;
  try {
    response = await fetch(`http://127.0.0.1:${port}${COPY_PATH}`, {
      method: "POST",
      headers: { authorization: `Bearer ${loopbackSecret(dataDir)}`, "content-type": "application/json" },
      body: JSON.stringify({ file }),
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    // A refused connection: the door's note is of an ingest that has ended.
    if (error instanceof TypeError) return null;
    throw error;
  }
  if (response.ok) return response;
  // Another program has the port now. Should ingest run after all, the lock of its file says so.
  if (response.status === 401 || response.status === 404) return null;
  const { error } = (await response.json().catch(() => ({}))) as { error?: string };
  throw new Failure("unavailable", `ingest does not copy the telemetry: ${error ?? response.status}`);
}

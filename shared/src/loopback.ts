import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { announce, type Door, findDoor, loopbackSecret } from "./run-dir.ts";

export type LoopbackAnswer = { status: number; type?: string; text: string };
type Ask = { method: string; path: string; body: string };

/** A question between two programs is short; more is not read. */
const MOST_BYTES = 1_048_576;

export const jsonAnswer = (value: unknown, status = 200): LoopbackAnswer => ({
  status,
  type: "application/json",
  text: JSON.stringify(value),
});

/**
 * A door for the installation's other programs: loopback only, a port the system chooses, announced in DATA_DIR/run and
 * guarded by the secret there. `answer` returns null for what it does not know; what it throws goes to `failed`.
 */
export async function serveLoopback(
  dataDir: string,
  door: Door,
  answer: (ask: Ask) => LoopbackAnswer | null | Promise<LoopbackAnswer | null>,
  failed: (error: unknown) => void,
): Promise<{ close(): Promise<void> }> {
  const expected = Buffer.from(`Bearer ${loopbackSecret(dataDir)}`);
  const server = createServer(async (request, response) => {
    const given = Buffer.from(request.headers.authorization ?? "");
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      response.writeHead(401).end();
      return;
    }
    try {
      const { method = "GET", url = "/" } = request;
      const found = await answer({ method, path: url, body: await bodyOf(request) });
      response.writeHead(found?.status ?? 404, found?.type ? { "content-type": found.type } : {});
      response.end(found?.text);
    } catch (error) {
      failed(error);
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address !== null && typeof address === "object") announce(dataDir, door, address.port);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new RangeError("request too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Asks another program; null when it is not there, does not answer in time or not with 200. */
export async function askLoopback(
  dataDir: string,
  door: Door,
  path: string,
  body: unknown,
  withinMs: number,
): Promise<unknown> {
  const port = findDoor(dataDir, door);
  if (port === null) return null;
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${loopbackSecret(dataDir)}`, "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(withinMs),
    });
    if (response.ok) return await response.json();
    await response.body?.cancel();
    return null;
  } catch {
    return null;
  }
}

import { timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { announce, loopbackSecret } from "@millwright/shared/run-dir";
import type { Metrics } from "./metrics.ts";

export type Health = { ok: boolean } & Record<string, unknown>;

/** The broker's own door, for the portal and the operator's tools on this machine: GET /metrics and GET /health. */
export async function serveDoor(
  dataDir: string,
  metrics: Metrics,
  health: () => Health,
): Promise<{ close(): Promise<void> }> {
  const expected = Buffer.from(`Bearer ${loopbackSecret(dataDir)}`);
  const server = createServer(async (request, response) => {
    const given = Buffer.from(request.headers.authorization ?? "");
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      response.writeHead(401).end();
    } else if (request.method === "GET" && request.url === "/metrics") {
      const text = await metrics.registry.metrics();
      response.writeHead(200, { "content-type": metrics.registry.contentType }).end(text);
    } else if (request.method === "GET" && request.url === "/health") {
      const state = health();
      response
        .writeHead(state.ok ? 200 : 503, { "content-type": "application/json" })
        .end(JSON.stringify(state));
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address !== null && typeof address === "object") announce(dataDir, "broker", address.port);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

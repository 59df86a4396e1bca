import { jsonAnswer, type LoopbackAnswer, serveLoopback } from "@millwright/shared/loopback";
import { CREDENTIAL_USE_PATH, type CredentialUse } from "@millwright/shared/wire/credential-use";
import type { Metrics } from "./metrics.ts";

export type Health = { ok: boolean } & Record<string, unknown>;

/**
 * The broker's own door, for the portal and the operator's tools on this machine: GET /metrics and GET /health, and
 * when a credential was last used.
 */
export function serveDoor(
  dataDir: string,
  parts: {
    metrics: Metrics;
    health: () => Health;
    uses: (ids: readonly string[]) => Record<string, CredentialUse>;
    failed: (error: unknown) => void;
  },
): Promise<{ close(): Promise<void> }> {
  const { metrics, health, uses, failed } = parts;
  async function answer(ask: { method: string; path: string; body: string }): Promise<LoopbackAnswer | null> {
    if (ask.method === "POST" && ask.path === CREDENTIAL_USE_PATH) {
      const ids: unknown = JSON.parse(ask.body);
      return jsonAnswer(uses(Array.isArray(ids) ? ids.map(String) : []));
    }
    if (ask.method !== "GET") return null;
    if (ask.path === "/metrics") {
      const { registry } = metrics;
      return { status: 200, type: registry.contentType, text: await registry.metrics() };
    }
    if (ask.path !== "/health") return null;
    const state = health();
    return jsonAnswer(state, state.ok ? 200 : 503);
  }
  return serveLoopback(dataDir, "broker", answer, failed);
}

import type { Fetch } from "../api.ts";

type Call = { method: string; path: string; body: Record<string, unknown> };

/** A portal that gives ids and tokens, remembers what was asked, and may fail at the n-th creation. */
export function createFakePortal(options: { failAt?: number } = {}) {
  const calls: Call[] = [];
  let count = 0;
  let asked = 0;
  const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status });
  const fetch: Fetch = async (url, init) => {
    const path = new URL(url).pathname;
    if (path === "/readyz") {
      // Ingest lags behind, then catches up.
      asked++;
      return json(200, { ready: true, ingest: { uplinkHead: 10, storedThrough: Math.min(10, asked * 4) } });
    }
    const method = init?.method ?? "GET";
    const headers = new Headers(init?.headers);
    if (headers.get("authorization") !== "Bearer key-1") {
      return json(401, { title: "Unauthorized", detail: "The key is not known." });
    }
    const resource = path.replace("/api/v1", "");
    if (method === "GET") return json(200, { items: [], nextCursor: null });
    count++;
    if (count === options.failAt) return json(503, { title: "Unavailable", detail: "The database is busy." });
    const body = JSON.parse(String(init?.body)) as Record<string, unknown>;
    calls.push({ method, path: resource, body });
    const id = `id-${count}`;
    return json(
      201,
      resource === "/devices" ? { id, credential: { kind: "token", token: `token-${count}` } } : { id },
    );
  };
  return { fetch, calls };
}

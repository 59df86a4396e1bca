import { Failure } from "@millwright/shared/failure";

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** The portal's API as an outside client sees it. */
export type Api = {
  /** Throws Failure with the API's own sentence. */
  post(path: string, body: unknown): Promise<Record<string, unknown>>;
  get(path: string): Promise<Record<string, unknown>>;
  /** All items of a list, page after page. */
  list(path: string): Promise<Record<string, unknown>[]>;
  readiness(): Promise<Readiness | null>;
};

type Readiness = {
  uplinkHead: number;
  storedThrough: number;
  /** Findings that the service desk has applied. */
  findingsThrough?: number;
};

const TIMEOUT_MS = 20_000;

const baseOf = (url: string): string => url.replace(/\/+$/, "").replace(/\/api\/v1$/, "");

/** The API as the holder of a key. */
export function createApi(baseUrl: string, key: string, fetchImpl: Fetch = fetch): Api {
  return apiWith(baseOf(baseUrl), { authorization: `Bearer ${key}` }, fetchImpl);
}

/** The API as a person who signs in, as the browser does it: what is written carries their name. */
export async function signInTo(
  baseUrl: string,
  person: { email: string; password: string },
  fetchImpl: Fetch = fetch,
): Promise<Api> {
  const base = baseOf(baseUrl);
  const { origin } = new URL(base);
  let response: Response;
  try {
    response = await fetchImpl(`${base}/sign-in`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", origin },
      body: new URLSearchParams({ email: person.email, password: person.password }).toString(),
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (cause) {
    throw new Failure("unavailable", `the portal at ${base} did not answer`, { cause });
  }
  const cookies = response.headers.getSetCookie().map((line) => line.split(";")[0]);
  if (response.status !== 303 || cookies.length === 0) {
    throw new Failure("unauthorized", `${person.email} could not sign in (${response.status})`);
  }
  return apiWith(base, { cookie: cookies.join("; "), origin }, fetchImpl);
}

function apiWith(base: string, identity: Record<string, string>, fetchImpl: Fetch): Api {
  const headers = { ...identity, "content-type": "application/json" };

  async function request(method: string, path: string, body?: unknown): Promise<Record<string, unknown>> {
    let response: Response;
    try {
      response = await fetchImpl(`${base}/api/v1${path}`, {
        method,
        headers,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (cause) {
      throw new Failure("unavailable", `the portal at ${base} did not answer`, { cause });
    }
    const text = await response.text();
    if (response.ok) return (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
    throw new Failure(codeOf(response.status), `${method} ${path}: ${response.status} ${reason(text)}`);
  }

  return {
    post: (path, body) => request("POST", path, body),
    get: (path) => request("GET", path),
    async list(path) {
      const items: Record<string, unknown>[] = [];
      let cursor: unknown = null;
      do {
        const mark = path.includes("?") ? "&" : "?";
        const more = typeof cursor === "string" ? `${mark}cursor=${encodeURIComponent(cursor)}` : "";
        const page = await request("GET", path + more);
        items.push(...((page.items as Record<string, unknown>[] | undefined) ?? []));
        cursor = page.nextCursor;
      } while (typeof cursor === "string");
      return items;
    },
    async readiness() {
      try {
        const response = await fetchImpl(`${base}/readyz`, { signal: AbortSignal.timeout(5000) });
        return findOffsets(await response.json());
      } catch {
        return null;
      }
    },
  };
}

/** The offsets, wherever in the answer they stand. */
function findOffsets(body: unknown): Readiness | null {
  if (typeof body !== "object" || body === null) return null;
  const record = body as Record<string, unknown>;
  if (typeof record.uplinkHead === "number" && typeof record.storedThrough === "number") {
    const { uplinkHead, storedThrough, findingsThrough } = record;
    return { uplinkHead, storedThrough, ...(typeof findingsThrough === "number" ? { findingsThrough } : {}) };
  }
  for (const value of Object.values(record)) {
    const found = findOffsets(value);
    if (found) return found;
  }
  return null;
}

function codeOf(status: number) {
  if (status === 401 || status === 403) return "unauthorized";
  if (status === 404) return "not_found";
  if (status === 409) return "conflict";
  return status >= 500 ? "unavailable" : "invalid";
}

/** Title, detail and field of a problem+json answer, or its text. */
function reason(text: string): string {
  try {
    const problem = JSON.parse(text) as { title?: string; detail?: string; field?: string };
    return [problem.field, problem.detail ?? problem.title].filter(Boolean).join(": ");
  } catch {
    return text.slice(0, 200);
  }
}

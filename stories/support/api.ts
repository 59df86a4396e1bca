/** A plain client of /api/v1 with one key; what is not 2xx is thrown with the problem's text. */
export type Api = {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  /** All items of a list, page after page. */
  all<T>(path: string): Promise<T[]>;
  status(method: "GET" | "POST", path: string, body?: unknown): Promise<number>;
};

class ApiError extends Error {
  readonly status: number;
  constructor(status: number, text: string) {
    super(`${status}: ${text}`);
    this.status = status;
  }
}

export function apiClient(url: string, key: string): Api {
  const call = (method: string, path: string, body?: unknown) =>
    fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
  const json = async <T>(response: Response): Promise<T> => {
    if (!response.ok) throw new ApiError(response.status, await response.text());
    return (await response.json()) as T;
  };
  return {
    get: async (path) => json(await call("GET", path)),
    async all<T>(path: string) {
      const items: T[] = [];
      for (let cursor: string | null = ""; cursor !== null; ) {
        const mark = path.includes("?") ? "&" : "?";
        const more: string = cursor === "" ? "" : `${mark}cursor=${encodeURIComponent(cursor)}`;
        const page: { items: T[]; nextCursor: string | null } = await json(await call("GET", path + more));
        items.push(...page.items);
        cursor = page.nextCursor;
      }
      return items;
    },
    post: async (path, body) => json(await call("POST", path, body)),
    status: async (method, path, body) => (await call(method, path, body)).status,
  };
}

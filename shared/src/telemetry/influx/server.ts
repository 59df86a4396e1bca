import { HttpError, InfluxDB, type WriteApi } from "@influxdata/influxdb-client";
import { Failure } from "../../failure.ts";
import type { Log } from "../../log.ts";
import { identifier } from "./line.ts";

export type ServerOptions = { url: string; token?: string; org?: string; bucket: string; log: Log };

/** One table of an InfluxQL answer. */
export type Table = { name: string; tags?: Record<string, string>; columns: string[]; values: unknown[][] };

/** Lines of one request: about 1 MB. InfluxDB advises 5,000 to 10,000 and refuses bodies over 25 MB. */
const LINES_PER_REQUEST = 10_000;
const WRITE_LIMIT_MS = 30_000;
const QUERY_LIMIT_MS = 10_000;

/**
 * The HTTP side: line protocol in (`/api/v2/write`, or `/write` where a server older than 1.8 has no such path),
 * InfluxQL out (`/query`, the one language that 1.x, 2.x and 3.x share). Connects at the first use, and anew after a
 * failure, so that the server may start later than this program.
 */
export class InfluxServer {
  readonly #options: ServerOptions;
  readonly #url: string;
  #api: WriteApi | null = null;
  #version = "";

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#url = options.url.replace(/\/+$/, "");
  }

  /** Resolves once every line is stored. All of them may be sent again after a failure. */
  async write(lines: readonly string[]): Promise<void> {
    const api = await this.#connect();
    for (let start = 0; start < lines.length; start += LINES_PER_REQUEST) {
      api.writeRecords(lines.slice(start, start + LINES_PER_REQUEST));
      try {
        await api.flush();
      } catch (cause) {
        this.#writeFailed(cause);
      }
    }
  }

  #writeFailed(cause: unknown): void {
    const status = cause instanceof HttpError ? cause.statusCode : 0;
    const message = cause instanceof Error ? cause.message : String(cause);
    const said = cause instanceof HttpError && cause.body ? cause.body : message;
    if (status === 400 && said.includes("beyond retention policy")) {
      // The server keeps the rest of the request; sending it again would not change that.
      this.#options.log.warn({ reason: said }, "samples older than InfluxDB's retention were dropped by it");
      return;
    }
    if (status === 400 || status === 422) {
      throw new Failure("internal", `InfluxDB refused the samples: ${said}`, { cause });
    }
    // Also a missing database (404) or a changed token heal without changing the batch.
    this.#api = null;
    throw new Failure("unavailable", `InfluxDB at ${this.#url} did not take the samples: ${said}`, { cause });
  }

  /** Tables of each statement, in order. Times are epoch ms. */
  async query(statements: readonly string[]): Promise<Table[][]> {
    await this.#connect();
    const answer = await this.#ask(statements.join("; "));
    return statements.map((_, i) => {
      const result = answer.results?.[i];
      if (result?.error !== undefined) {
        // A new server without any points may not know the database or measurement yet.
        if (/not found/.test(result.error)) return [];
        throw new Failure("unavailable", `InfluxDB could not answer: ${result.error}`);
      }
      return result?.series ?? [];
    });
  }

  /** Removes all points of these measurements with this device label. */
  async erase(measurements: readonly string[], device: string, quotedDevice: string): Promise<void> {
    await this.#connect();
    if (!/^v?[23]/.test(this.#version)) {
      await this.query([`DROP SERIES FROM ${measurements.join(", ")} WHERE device = ${quotedDevice}`]);
      return;
    }
    const { org = "", bucket } = this.#options;
    const response = await this.#fetch(
      `/api/v2/delete?org=${encodeURIComponent(org)}&bucket=${encodeURIComponent(bucket)}`,
      {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({
          start: "1970-01-01T00:00:00Z",
          stop: "2200-01-01T00:00:00Z",
          predicate: `device="${device.replace(/["\\]/g, "\\$&")}"`,
        }),
      },
      QUERY_LIMIT_MS,
    );
    if (!response.ok) {
      throw new Failure("unavailable", `this InfluxDB cannot erase a device (status ${response.status})`);
    }
  }

  async #connect(): Promise<WriteApi> {
    if (this.#api !== null) return this.#api;
    const ping = await this.#fetch("/ping", {}, QUERY_LIMIT_MS);
    this.#version = ping.headers.get("x-influxdb-version") ?? "";
    const { org = "", bucket, token } = this.#options;
    const writePath = `/api/v2/write?org=${encodeURIComponent(org)}&bucket=${encodeURIComponent(bucket)}&precision=ms`;
    // 1.x has a database to make; servers without databases ignore or refuse this, and say so at the first write.
    if (!/^v?[23]/.test(this.#version)) {
      await this.#ask(`CREATE DATABASE ${identifier(this.#database())}`).catch((error: unknown) => {
        this.#options.log.warn({ reason: String(error) }, "InfluxDB database was not created");
      });
    }
    const probe = await this.#fetch(writePath, { method: "POST", body: "" }, QUERY_LIMIT_MS);
    const old = probe.status === 404 && (await probe.text()).includes("page not found");
    const client = new InfluxDB({
      url: this.#url,
      timeout: WRITE_LIMIT_MS,
      headers: this.#authorization(),
      // The client decides by this whether to send its own Authorization header.
      token: undefined,
    });
    // Our journal is the retry queue. The client's own would drop a batch in the end: it must never send by itself.
    const api = client.getWriteApi(org, bucket, "ms", {
      maxRetries: 0,
      flushInterval: 0,
      batchSize: LINES_PER_REQUEST + 1,
      gzipThreshold: /\/\/(127\.|localhost|\[::1\])/.test(this.#url) ? Number.MAX_SAFE_INTEGER : 1000,
      writeFailed: (error) => Promise.reject(error),
    });
    if (old) api.path = `/write?${this.#where()}&precision=ms`;
    this.#options.log.info(
      {
        url: this.#url,
        version: this.#version,
        path: old ? "/write" : "/api/v2/write",
        signedIn: token !== undefined,
      },
      "InfluxDB connected",
    );
    this.#api = api;
    return api;
  }

  async #ask(q: string): Promise<{ results?: { error?: string; series?: Table[] }[] }> {
    const response = await this.#fetch(
      `/query?${this.#where()}&epoch=ms`,
      {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ q }).toString(),
      },
      QUERY_LIMIT_MS,
    );
    const text = await response.text().catch((cause: unknown) => {
      throw new Failure("unavailable", `InfluxDB at ${this.#url} broke off its answer`, { cause });
    });
    if (!response.ok) {
      this.#api = null;
      throw new Failure("unavailable", `InfluxDB answered ${response.status}: ${text.slice(0, 300)}`);
    }
    try {
      return text === "" ? {} : JSON.parse(text);
    } catch (cause) {
      throw new Failure("unavailable", "InfluxDB's answer is not JSON", { cause });
    }
  }

  async #fetch(path: string, init: RequestInit, limitMs: number): Promise<Response> {
    try {
      return await fetch(`${this.#url}${path}`, {
        ...init,
        headers: { ...this.#authorization(), ...init.headers },
        signal: AbortSignal.timeout(limitMs),
      });
    } catch (cause) {
      this.#api = null;
      throw new Failure("unavailable", `InfluxDB at ${this.#url} does not answer`, { cause });
    }
  }

  /** "user:password" is how 1.x signs in; anything else is a token of 2.x or 3.x. */
  #authorization(): Record<string, string> {
    const { token } = this.#options;
    if (token === undefined || token === "") return {};
    if (token.includes(":")) return { authorization: `Basic ${Buffer.from(token).toString("base64")}` };
    return { authorization: `Token ${token}` };
  }

  /** 1.8 names a bucket "database/retention-policy". */
  #database(): string {
    return this.#options.bucket.split("/")[0]!;
  }

  #where(): string {
    const policy = this.#options.bucket.split("/")[1];
    const rp = policy === undefined ? "" : `&rp=${encodeURIComponent(policy)}`;
    return `db=${encodeURIComponent(this.#database())}${rp}`;
  }
}

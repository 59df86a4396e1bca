import { Failure } from "@millwright/shared/failure";
import {
  type ExtractFormat,
  type ExtractResolution,
  ROWS_HEADER,
} from "@millwright/shared/telemetry/extract";
import { auditEntry, commit } from "../access/audit.ts";
import { invalid } from "../access/input.ts";
import type { Viewer } from "../access/viewer.ts";
import type { PortalDeps } from "../deps.ts";
import { extractSources } from "../read/extract-sources.ts";
import { isZone } from "../views/time.ts";
import { attachment, fileWord } from "./file-name.ts";

export type TelemetryFileQuery = {
  /** The first gives the file its name. */
  assetIds: readonly string[];
  tags?: readonly string[] | undefined;
  /** Epoch ms; to is exclusive. */
  from: number;
  to: number;
  resolution: ExtractResolution;
  format: ExtractFormat;
  zone: string;
};

/** Machines of one file. */
export const MOST_ASSETS = 50;
/** Files one account may be taking at once: a place is held for as long as the slowest reader takes. */
const MOST_OPEN = 2;
const TYPES = { csv: "text/csv; charset=utf-8", parquet: "application/vnd.apache.parquet" };

/** By viewer, of each portal: deps live as long as it does. */
const openByDeps = new WeakMap<PortalDeps["telemetry"], Map<string, number>>();

/**
 * The readings as a download. Its rows are counted before the first byte and told in ROWS_HEADER; bytes are passed on as
 * the browser takes them, and the work ends when it goes away. Written into the audit log.
 * Throws not_found, invalid (field named), unavailable.
 */
export async function telemetryFile(
  deps: PortalDeps,
  viewer: Viewer,
  query: TelemetryFileQuery,
  signal: AbortSignal,
): Promise<Response> {
  const { format, resolution, zone, tags } = query;
  const [from, to] = [Math.max(0, query.from), Math.min(query.to, deps.clock() + 1)];
  if (query.from >= query.to) throw invalid("to", "must be after the start");
  if (from >= to) throw invalid("from", "lies in the future");
  if (!isZone(zone)) throw invalid("zone", "is not a time zone");
  if (query.assetIds.length > MOST_ASSETS)
    throw invalid("also", `takes at most ${MOST_ASSETS} machines at once`);
  const found = extractSources(deps.db, viewer, query.assetIds);
  if (deps.telemetry.extract === undefined) throw new Failure("unavailable", "telemetry is not available");
  const release = take(deps, viewer);
  try {
    const request = { sources: found.map(({ source }) => source), from, to, resolution, format, zone };
    const { rows, body } = await deps.telemetry.extract(
      { ...request, ...(tags?.length ? { tags } : {}) },
      signal,
    );
    commit(deps.db, (tx) => {
      for (const { asset } of found)
        auditEntry(tx, viewer, {
          at: deps.clock(),
          action: "telemetry.exported",
          subject: asset.id,
          customerId: asset.customerId,
          detail: { format, resolution, from, to, rows, machines: found.length, tags: tags?.join(",") },
        });
    });
    const first = found[0]!.asset;
    const others = found.length > 1 ? [`and-${found.length - 1}-more`] : [];
    const name = [
      fileWord(first.name),
      fileWord(first.serialNumber),
      ...others,
      day(from),
      day(to),
      resolution,
    ];
    return new Response(passOn(body, release), {
      headers: {
        "content-type": TYPES[format],
        "content-disposition": attachment(`${name.join("_")}.${format}`),
        "cache-control": "no-store",
        // A proxy that gathers the answer would hold all of it.
        "x-accel-buffering": "no",
        [ROWS_HEADER]: String(rows),
      },
    });
  } catch (error) {
    release();
    throw error;
  }
}

const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

function take(deps: PortalDeps, viewer: Viewer): () => void {
  const open = openByDeps.get(deps.telemetry) ?? new Map<string, number>();
  openByDeps.set(deps.telemetry, open);
  const now = open.get(viewer.id) ?? 0;
  if (now >= MOST_OPEN)
    throw new Failure(
      "unavailable",
      `${MOST_OPEN} files are being taken already; wait for one of them to end`,
    );
  open.set(viewer.id, now + 1);
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    const left = (open.get(viewer.id) ?? 1) - 1;
    if (left > 0) open.set(viewer.id, left);
    else open.delete(viewer.id);
  };
}

/** The same bytes, one piece at a time; `ended` is called once, however it ends. */
function passOn(body: ReadableStream<Uint8Array>, ended: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { value, done } = await reader.read();
          if (!done) return controller.enqueue(value);
          ended();
          controller.close();
        } catch (error) {
          ended();
          controller.error(error);
        }
      },
      async cancel(reason) {
        ended();
        await reader.cancel(reason);
      },
    },
    { highWaterMark: 1 },
  );
}

import type { HttpBindings } from "@hono/node-server";
import type { LatestValue } from "@millwright/shared/telemetry/store";
import type { Context } from "hono";
import { type SSEStreamingApi, streamSSE } from "hono/streaming";
import { z } from "zod";
import { identify } from "./access/authenticate.ts";
import type { Change } from "./access/changes.ts";
import { idSchema, parseInput } from "./access/input.ts";
import { maySee } from "./access/scope.ts";
import type { Viewer } from "./access/viewer.ts";
import type { PortalDeps, PortalEnv } from "./deps.ts";
import { findAsset, visibleFrom } from "./read/assets.ts";

const HEARTBEAT_MS = 15_000;
/** A reader that has not taken one push for so long is not there any more, or would not see anything live. */
const STUCK_MS = 60_000;
/** How soon an ended session, a revoked key or a sold asset ends the stream. */
const CHECK_MS = 15_000;

const assetsSchema = z.array(idSchema).max(200);

type Shown = Pick<LatestValue, "tag" | "value" | "time" | "quality" | "note">;
type Watched = { assetId: string; since: number };
/** What the reader had, and how to end a connection that takes nothing. */
type PageStream = { request: Request; had: string | undefined; cut: () => void };

/**
 * Server-sent events of the assets the viewer may see: `values` {asset, values}, `presence` {asset, connected},
 * `changed` {what, asset}, `beat` while nothing happens. Without assets: `changed` of everything on the viewer's account.
 * A reader that comes again says with Last-Event-ID (or `last`, for scripts) what it had: it gets the changes since, and
 * `gap` when they are not known any more. The newest values come at each beginning.
 * What a slow reader has not taken yet is overtaken by what is newer, so that nothing piles up.
 */
export function live(c: Context<PortalEnv>, deps: PortalDeps): Response {
  const asked = (c.req.query("assets") ?? "").split(",").filter((id) => id !== "");
  const { assets } = parseInput(z.object({ assets: assetsSchema }), { assets: asked });
  const viewer = c.get("viewer");
  const watchedByDevice = watch(deps, viewer, assets);
  c.header("cache-control", "no-store");
  c.header("x-accel-buffering", "no");
  const had = c.req.header("last-event-id") || c.req.query("last");
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  const page = { request: c.req.raw, had, cut: () => void incoming?.socket.destroy() };
  return streamSSE(c, (stream) => run(stream, page, deps, viewer, assets, watchedByDevice));
}

/** Throws Failure "not_found" for an asset the viewer may not see. */
function watch(deps: PortalDeps, viewer: Viewer, assetIds: readonly string[]): Map<string, Watched> {
  const found = new Map<string, Watched>();
  for (const assetId of assetIds) {
    const since = visibleFrom(deps.db, viewer, assetId);
    for (const device of findAsset(deps.db, viewer, assetId).deviceIds) found.set(device, { assetId, since });
  }
  return found;
}

async function run(
  stream: SSEStreamingApi,
  { request, had, cut }: PageStream,
  deps: PortalDeps,
  first: Viewer,
  assetIds: readonly string[],
  firstWatched: Map<string, Watched>,
): Promise<void> {
  let viewer = first;
  let watched = firstWatched;
  let pending = new Pending();
  let nudge: () => void = () => undefined;
  let waiting: Promise<void> = Promise.resolve();
  const rearm = () => {
    waiting = new Promise((resolve) => {
      nudge = resolve;
    });
  };
  rearm();

  const take = (
    values: readonly LatestValue[],
    presence: readonly { device: string; connected: boolean }[],
  ) => {
    for (const value of values) {
      const at = watched.get(value.device);
      if (at && value.time >= at.since) pending.value(at.assetId, value);
    }
    for (const { device, connected } of presence) {
      const at = watched.get(device);
      if (at) pending.presence.set(at.assetId, connected);
    }
    if (!pending.empty()) nudge();
  };
  const onChange = (change: Change) => {
    const watches = assetIds.length === 0 || (change.assetId !== null && assetIds.includes(change.assetId));
    if (!watches || !maySee(viewer, change.customerId)) return;
    pending.changed.set(`${change.what} ${change.assetId}`, change);
    nudge();
  };
  const unsubscribe = deps.live.subscribe({
    onBatch: (batch) => take(batch.values, batch.presence),
    onChange,
    onGap: () => void catchUp(deps, [...watched.keys()], take),
  });
  const start = deps.live.position();
  const missed = had === undefined ? [] : deps.live.changesSince(had);
  for (const change of missed ?? []) onChange(change);
  const timer = setInterval(() => nudge(), Math.min(HEARTBEAT_MS, CHECK_MS));
  stream.onAbort(() => nudge());
  try {
    // Tells the browser that the stream is open, also through a proxy that waits for a first byte.
    await stream.write(": open\n\n");
    // A reader that has missed something gets its position with what it missed.
    if (!missed?.length)
      await stream.writeSSE({ event: missed === null ? "gap" : "beat", data: "", id: start });
    await catchUp(deps, [...watched.keys()], take);
    let checkedAt = performance.now();
    while (!stream.aborted && !stream.closed) {
      await waiting;
      rearm();
      if (performance.now() - checkedAt >= CHECK_MS - 100) {
        const still = await identify(deps, request, { touch: false });
        if (!still) return;
        viewer = still;
        watched = watch(deps, viewer, assetIds);
        checkedAt = performance.now();
        await stream.writeSSE({ event: "beat", data: "", id: deps.live.position() });
      }
      const sending = pending;
      pending = new Pending();
      const stuck = setTimeout(cut, STUCK_MS);
      await sending.send(stream, deps.live.position());
      clearTimeout(stuck);
    }
  } catch (error) {
    // The page loads again and finds out what it may still see; there is nobody to answer here.
    deps.log.debug({ err: error }, "live stream ended");
  } finally {
    clearInterval(timer);
    unsubscribe();
  }
}

/** Values that came between the page and its stream. Without ingest the stream waits for it like any other. */
async function catchUp(
  { telemetry }: PortalDeps,
  devices: string[],
  take: (values: LatestValue[], presence: { device: string; connected: boolean }[]) => void,
): Promise<void> {
  if (devices.length === 0) return;
  try {
    const [values, status] = await Promise.all([telemetry.latest(devices), telemetry.status(devices)]);
    take(values, status);
  } catch {
    // The page was drawn a moment ago and says so itself.
  }
}

/** What is to be sent, newest only. */
class Pending {
  readonly values = new Map<string, Map<string, Shown>>();
  readonly presence = new Map<string, boolean>();
  readonly changed = new Map<string, Change>();

  empty(): boolean {
    return this.values.size === 0 && this.presence.size === 0 && this.changed.size === 0;
  }

  value(assetId: string, { tag, value, time, quality, note }: LatestValue): void {
    const byTag = this.values.get(assetId) ?? new Map<string, Shown>();
    const known = byTag.get(tag);
    if (!known || known.time <= time) byTag.set(tag, { tag, value, time, quality, note });
    this.values.set(assetId, byTag);
  }

  /** Changes go last: whoever has seen their position has seen all of it. */
  async send(stream: SSEStreamingApi, position: string): Promise<void> {
    const write = (event: string, data: unknown, id?: string) =>
      stream.writeSSE({ event, data: JSON.stringify(data), ...(id === undefined ? {} : { id }) });
    for (const [asset, byTag] of this.values) await write("values", { asset, values: [...byTag.values()] });
    for (const [asset, connected] of this.presence) await write("presence", { asset, connected });
    let left = this.changed.size;
    for (const { what, assetId } of this.changed.values())
      await write("changed", { what, asset: assetId }, --left === 0 ? position : undefined);
  }
}

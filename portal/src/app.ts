import type { HttpBindings } from "@hono/node-server";
import { Hono, type MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import { authenticate, refuseForeignOrigins } from "./access/authenticate.ts";
import { demand } from "./access/scope.ts";
import { isStaff } from "./access/viewer.ts";
import { apiApp } from "./api/app.ts";
import { answerFailure, problem } from "./api/problem.ts";
import type { PortalDeps, PortalEnv } from "./deps.ts";
import { live } from "./live.ts";
import type { Metrics } from "./metrics.ts";
import type { Readiness } from "./ready.ts";
import { rememberAddress } from "./sign-in/address.ts";

const MAX_BODY_BYTES = 1_048_576;

export type AppDeps = PortalDeps & { metrics: Metrics; readiness: () => Promise<Readiness> };

/** Every address of the portal. Without a viewer only sign-in, its files and the two health checks answer. */
export function portalApp(deps: AppDeps, pages: Hono<PortalEnv>): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>();
  app.use(noteRequest(deps.metrics), headers(deps.publicUrl), refuseForeignOrigins(deps), authenticate(deps));
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: (c) => problem(c, 413, { detail: "A request may have at most 1 MB." }),
    }),
  );

  app.get("/healthz", (c) => c.json({ ok: true }));
  app.get("/readyz", async (c) => {
    const state = await deps.readiness();
    return c.json(state, state.ready ? 200 : 503);
  });
  app.get("/metrics", async (c) => {
    // Absent for a scraper on this machine.
    const viewer = c.get("viewer") as PortalEnv["Variables"]["viewer"] | undefined;
    if (viewer) demand(isStaff(viewer), "read the metrics");
    return c.body(await deps.metrics.text(), 200, {
      "content-type": "text/plain; version=0.0.4; charset=utf-8",
    });
  });
  app.get("/live", (c) => live(c, deps));

  app.route("/", apiApp(deps));
  app.route("/", pages);
  app.notFound((c) => problem(c, 404, { detail: "There is no such page." }));
  app.onError((error, c) => answerFailure(c, error, deps.log));
  return app;
}

/** Puts the socket's address beside the request, and counts it. */
function noteRequest(metrics: Metrics): MiddlewareHandler<PortalEnv> {
  return async (c, next) => {
    const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
    if (incoming?.socket.remoteAddress) rememberAddress(c.req.raw, incoming.socket.remoteAddress);
    const start = performance.now();
    await next();
    metrics.request(c.req.method, c.res.status, (performance.now() - start) / 1000);
  };
}

/** Nothing from another origin, nothing inline, no frame around us. */
export function headers(publicUrl: string): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'", "data:"],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    xFrameOptions: "DENY",
    referrerPolicy: "same-origin",
    permissionsPolicy: { camera: [], microphone: [], geolocation: [], payment: [], usb: [] },
    // Over plain http a browser ignores it; over https it keeps the session from ever going in the clear.
    strictTransportSecurity: publicUrl.startsWith("https:") ? "max-age=31536000" : false,
  });
}

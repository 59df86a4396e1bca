import { OpenAPIHono } from "@hono/zod-openapi";
import { fieldErrors } from "../access/input.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { annotationRoutes } from "./annotations.ts";
import { deviceRoutes } from "./devices.ts";
import { exportRoutes } from "./export.ts";
import { fleetRoutes } from "./fleet.ts";
import { mqttDescription } from "./mqtt-description.ts";
import { peopleRoutes } from "./people.ts";
import { answerFailure, invalidInput, problem } from "./problem.ts";
import { provisioningRoutes } from "./provisioning.ts";
import { securityText } from "./security-text.ts";
import { serviceDeskRoutes } from "./service-desk.ts";
import { telemetryRoutes } from "./telemetry.ts";

/** /api/v1 and its description. Who asks is known already; every answer that is not 2xx is problem+json. */
export function apiApp(deps: PortalDeps): OpenAPIHono<PortalEnv> {
  const v1 = new OpenAPIHono<PortalEnv>({
    defaultHook: (result, c) => (result.success ? undefined : invalidInput(c, fieldErrors(result.error))),
  });
  v1.use(async (c, next) => {
    const sendsBody = c.req.raw.body !== null;
    const isJson = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(c.req.header("content-type") ?? "");
    if (sendsBody && !isJson) return problem(c, 415, { detail: "Send the body as application/json." });
    return next();
  });
  fleetRoutes(v1, deps);
  deviceRoutes(v1, deps);
  provisioningRoutes(v1, deps);
  telemetryRoutes(v1, deps);
  exportRoutes(v1, deps);
  annotationRoutes(v1, deps);
  serviceDeskRoutes(v1, deps);
  peopleRoutes(v1, deps);

  const api = new OpenAPIHono<PortalEnv>();
  api.route("/api/v1", v1);
  api.openAPIRegistry.registerComponent("securitySchemes", "key", {
    type: "http",
    scheme: "bearer",
    description: "A key from `pnpm -s api-key`.",
  });
  api.openAPIRegistry.registerComponent("securitySchemes", "session", {
    type: "apiKey",
    in: "cookie",
    name: deps.publicUrl.startsWith("https:") ? "__Host-millwright" : "millwright",
    description: "The session of a signed-in browser.",
  });
  api.doc31("/api/openapi.json", {
    openapi: "3.1.0",
    info: {
      title: "Millwright",
      version: "1",
      description:
        "Times go in as ISO 8601 or epoch milliseconds and come out as epoch milliseconds UTC. Units are UCUM codes. " +
        "Lists come in pages: give nextCursor back as cursor.",
    },
  });
  api.get("/api/mqtt.json", (c) => c.json(mqttDescription(deps.mqtt)));
  api.get("/.well-known/security.txt", (c) => securityText(c, deps));
  api.all("/api/*", (c) => problem(c, 404, { detail: "There is no such address in this API." }));
  api.onError((error, c) => answerFailure(c, error, deps.log));
  v1.onError((error, c) => answerFailure(c, error, deps.log));
  return api;
}

import { Failure, type FailureCode } from "@millwright/shared/failure";
import { Hono } from "hono";
import { portalApp } from "../app.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { pagesApp } from "../pages/app.tsx";
import { errorPage } from "../pages/errors.tsx";

/** The product's own app, from sign-in to headers, over canned data. `/broken/CODE` shows each error page. */
export function sceneApp(deps: PortalDeps, { live }: { live: boolean }): Hono<PortalEnv> {
  const pages = new Hono<PortalEnv>();
  pages.onError((error, c) => errorPage(error, c, deps));
  pages.get("/broken/:code", (c) => {
    throw new Failure(c.req.param("code") as FailureCode, "shown on purpose");
  });
  pages.route("/", pagesApp(deps));
  const fine = { ready: true, reason: null };
  const app = portalApp(
    {
      ...deps,
      metrics: { request: () => undefined, text: async () => "" },
      readiness: async () => ({
        ready: true,
        journal: fine,
        store: fine,
        database: fine,
        findingsThrough: 0,
        quarantine: [],
      }),
    },
    pages,
  );
  if (live) return app;
  // A stream that breaks: the page must say since when it is not live.
  return new Hono<PortalEnv>().get("/live", (c) => c.text("", 503)).route("/", app);
}

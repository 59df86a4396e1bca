import { Hono } from "hono";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { assets } from "../views/assets.ts";
import { accountPages } from "./account.tsx";
import { alarmActs } from "./alarm-acts.tsx";
import { alarmPages } from "./alarms.tsx";
import { annotationPages } from "./annotations.tsx";
import { assetPages } from "./asset.tsx";
import { auditPages } from "./audit.tsx";
import { chartFiles } from "./chart-files.ts";
import { comparePages } from "./compare.tsx";
import { credentialPages } from "./credentials.tsx";
import { customerPages } from "./customers.tsx";
import { deviceForms } from "./device-form.tsx";
import { devicePages } from "./devices.tsx";
import { errorPage, notFoundPage } from "./errors.tsx";
import { exportPages } from "./export.tsx";
import { fleetPages } from "./fleet.tsx";
import { homePages } from "./home.tsx";
import { keyPages } from "./keys.tsx";
import { mapPages } from "./map.tsx";
import { modelForms } from "./model-form.tsx";
import { modelPages } from "./models.tsx";
import { provisioningPages } from "./provisioning.tsx";
import { provisioningForms } from "./provisioning-form.tsx";
import { knowReader } from "./reader.ts";
import { rejectedPages } from "./rejected.tsx";
import { savedViewPages } from "./saved-views.ts";
import { searchPages } from "./search.tsx";
import { setupForms } from "./setup-forms.tsx";
import { signInPages } from "./sign-in.tsx";
import { sitePlacePages } from "./site-place.tsx";
import { staticFiles } from "./static-files.ts";
import { ticketPages } from "./ticket.tsx";
import { ticketFormPages } from "./ticket-form.tsx";
import { ticketListPages } from "./tickets.tsx";
import { userPage } from "./user.tsx";
import { userPages } from "./users.tsx";

/**
 * Every page of the portal. The caller has put a viewer into the context for all but /sign-in and /assets-static,
 * and sets the security headers. Forms that begin with `new` come before the pages that take an id.
 */
export function pagesApp(deps: PortalDeps): Hono<PortalEnv> {
  // Bundled now, so that the first visitor does not wait for it.
  assets();
  const app = new Hono<PortalEnv>();
  app.use(knowReader(deps));
  app.onError((error, c) => errorPage(error, c, deps));
  const parts = [
    staticFiles(),
    signInPages(deps),
    homePages(deps),
    mapPages(deps),
    fleetPages(deps),
    savedViewPages(deps),
    searchPages(deps),
    comparePages(deps),
    setupForms(deps),
    sitePlacePages(deps),
    chartFiles(deps),
    assetPages(deps),
    exportPages(deps),
    annotationPages(deps),
    alarmPages(deps),
    alarmActs(deps),
    ticketFormPages(deps),
    ticketListPages(deps),
    ticketPages(deps),
    customerPages(deps),
    deviceForms(deps),
    devicePages(deps),
    credentialPages(deps),
    provisioningForms(deps),
    provisioningPages(deps),
    rejectedPages(deps),
    modelForms(deps),
    modelPages(deps),
    userPages(deps),
    userPage(deps),
    accountPages(deps),
    keyPages(deps),
    auditPages(deps),
  ];
  for (const part of parts) app.route("/", part);
  // A person who mistyped an address gets a page; programs keep their problem+json.
  app.all("*", async (c, next) => {
    const wantsPage = c.req.header("accept")?.includes("text/html") && !c.req.path.startsWith("/api/");
    if (wantsPage) return notFoundPage(c, deps);
    await next();
  });
  return app;
}

import { Hono } from "hono";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { credentialKindSchema } from "../fleet/credential.ts";
import { endCredential, replaceCredential } from "../fleet/replace-credential.ts";
import { paths } from "../paths.ts";
import { showCredential } from "./device-form.tsx";
import { showDevice } from "./devices.tsx";
import { attempt, formValues, given } from "./form.ts";
import { viewOf } from "./view-of.ts";

const DAY_MS = 86_400_000;

/** Replacing what a device signs in with, and ending one before its time. */
export function credentialPages(deps: PortalDeps): Hono<PortalEnv> {
  const { db } = deps;
  return new Hono<PortalEnv>()
    .post("/devices/:id/credentials", async (c) => {
      const view = viewOf(c, deps);
      const id = c.req.param("id");
      const values = await formValues(c.req);
      const kind = credentialKindSchema.catch("token").parse(values.kind);
      const overlapDays = given(values.overlapDays);
      const done = await attempt({ kind: "", certificate: "", oldUntil: "", ...values }, () =>
        replaceCredential(
          db,
          view.viewer,
          id,
          {
            kind,
            ...(kind === "certificate" ? { certificate: values.certificate ?? "" } : {}),
            ...(overlapDays === undefined ? {} : { oldUntil: view.now + Number(overlapDays) * DAY_MS }),
          },
          view.now,
        ),
      );
      if (!done.ok) return showDevice(c, deps, view, id, done.state);
      if (done.result.credential.kind === "certificate") return c.redirect(paths.device(id), 303);
      return showCredential(c, deps, view, id, done.result.credential, done.result.oldUntil);
    })
    .post("/devices/:id/credentials/:credentialId/end", (c) => {
      const { id, credentialId } = c.req.param();
      endCredential(db, c.get("viewer"), id, credentialId, deps.clock());
      return c.redirect(paths.device(id), 303);
    });
}

import { Hono } from "hono";
import { demand } from "../access/scope.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths, safeNext } from "../paths.ts";
import { findAnnotation, mayChange } from "../read/annotations.ts";
import { findAsset } from "../read/assets.ts";
import { findModel } from "../read/models.ts";
import { addAnnotation, editAnnotation, setRemoved } from "../service-desk/annotations.ts";
import { Page } from "../views/layout.tsx";
import { Panel } from "../views/parts.tsx";
import { fromWall, toWall } from "../views/wall-time.ts";
import { attempt, EMPTY_FORM, type FormState, formValues, given } from "./form.ts";
import { NoteForm } from "./notes.tsx";
import { redirectTelling } from "./notice.ts";
import { type PageContext, viewOf } from "./view-of.ts";

/** Notes on a machine's time axis: written under the chart, said anew on a page of their own. */
export function annotationPages(deps: PortalDeps): Hono<PortalEnv> {
  const { db, clock } = deps;
  return new Hono<PortalEnv>()
    .post("/assets/:id/annotations", async (c) => {
      const assetId = c.req.param("id");
      const values = await formValues(c.req);
      const zone = viewOf(c, deps).zone;
      const done = await attempt(values, () =>
        addAnnotation(db, c.get("viewer"), assetId, inputOf(values, zone), clock()),
      );
      if (!done.ok) return form(c, deps, { assetId, id: null, state: done.state });
      return redirectTelling(c, values.next ?? paths.asset(assetId), {
        text: "The note stands on the time axis.",
        undo: { action: paths.removeAnnotation(done.result.id), fields: {} },
      });
    })
    .get("/annotations/:id", (c) => {
      const note = findAnnotation(db, c.get("viewer"), c.req.param("id"));
      demand(mayChange(c.get("viewer"), note), "change this note");
      const zone = viewOf(c, deps).zone;
      const values: Record<string, string> = {
        text: note.text,
        from: toWall(note.from, zone),
        to: note.to === null ? "" : toWall(note.to, zone),
        tag: note.tag ?? "",
        internal: note.internal ? "yes" : "",
        next: paths.asset(note.assetId),
      };
      return form(c, deps, { assetId: note.assetId, id: note.id, state: { ...EMPTY_FORM, values } });
    })
    .post("/annotations/:id", async (c) => {
      const id = c.req.param("id");
      const values = await formValues(c.req);
      const zone = viewOf(c, deps).zone;
      const before = findAnnotation(db, c.get("viewer"), id);
      const done = await attempt(values, () =>
        editAnnotation(db, c.get("viewer"), id, inputOf(values, zone), clock()),
      );
      if (!done.ok) return form(c, deps, { assetId: before.assetId, id, state: done.state });
      return redirectTelling(c, values.next ?? paths.asset(before.assetId), { text: "The note is changed." });
    })
    .post("/annotations/:id/remove", async (c) => {
      const { next } = await formValues(c.req);
      const note = setRemoved(db, c.get("viewer"), c.req.param("id"), true, clock());
      return redirectTelling(c, next ?? paths.asset(note.assetId), {
        text: "The note is removed.",
        undo: { action: paths.restoreAnnotation(note.id), fields: {} },
      });
    })
    .post("/annotations/:id/restore", async (c) => {
      const { next } = await formValues(c.req);
      const note = setRemoved(db, c.get("viewer"), c.req.param("id"), false, clock());
      return redirectTelling(c, next ?? paths.asset(note.assetId), { text: "The note is back." });
    });
}

/** A time that cannot be read is handed on as it is, to be refused with its field. */
function inputOf(values: Record<string, string>, zone: string) {
  const time = (text: string) => fromWall(text, zone) ?? text;
  const to = given(values.to);
  return {
    text: values.text ?? "",
    from: time(values.from ?? ""),
    to: to === undefined ? null : time(to),
    tag: given(values.tag) ?? null,
    internal: values.internal === "yes",
  };
}

function form(
  c: PageContext,
  deps: PortalDeps,
  { assetId, id, state }: { assetId: string; id: string | null; state: FormState },
) {
  const view = viewOf(c, deps);
  const asset = findAsset(deps.db, view.viewer, assetId);
  const title = id === null ? "Add a note" : "Change the note";
  const refused = Boolean(state.form) || Object.keys(state.errors).length > 0;
  return c.html(
    <Page view={view} title={title}>
      <div class="top">
        <div class="lead">
          <nav class="crumb" aria-label="Where you are">
            <a href={paths.asset(asset.id)}>{asset.name}</a>
          </nav>
          <h1>{title}</h1>
        </div>
      </div>
      <Panel id="note" title={asset.name}>
        <div class="in">
          <NoteForm
            view={view}
            tags={findModel(deps.db, view.viewer, asset.modelId).tags}
            action={id === null ? paths.annotations(asset.id) : paths.annotation(id)}
            span={{ from: view.now, to: null }}
            state={{ ...state, values: { ...state.values, next: safeNext(state.values.next) } }}
          />
        </div>
      </Panel>
    </Page>,
    refused ? 422 : 200,
  );
}

import { Hono } from "hono";
import { invalid } from "../access/input.ts";
import { demand, notFound } from "../access/scope.ts";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { placeSite } from "../fleet/place-site.ts";
import { placeFromText, placeText } from "../map/place-text.ts";
import { paths } from "../paths.ts";
import { type SitePlace, sitePlaces } from "../read/map.ts";
import { Page, type View } from "../views/layout.tsx";
import { Field, FormError } from "../views/parts.tsx";
import { PageHead } from "../views/table.tsx";
import { attempt, EMPTY_FORM, type FormState, formValues } from "./form.ts";
import { redirectTelling } from "./notice.ts";
import { type PageContext, viewOf } from "./view-of.ts";

const WRONG = "must be latitude and longitude in degrees, e.g. 51.05, 13.74";

/** Where on the map a site is. */
export function sitePlacePages(deps: PortalDeps): Hono<PortalEnv> {
  const { db } = deps;
  const siteOf = (c: PageContext, view: View): SitePlace => {
    const site = sitePlaces(db, view.viewer).find((known) => known.id === c.req.param("id"));
    if (!site) throw notFound("site");
    demand(isStaff(view.viewer), "change sites");
    return site;
  };
  return new Hono<PortalEnv>()
    .get("/sites/:id/place", (c) => {
      const view = viewOf(c, deps);
      const site = siteOf(c, view);
      const { latitude, longitude } = site;
      const values = {
        place: latitude === null || longitude === null ? "" : placeText({ latitude, longitude }),
      };
      return c.html(<SitePlacePage view={view} site={site} state={{ ...EMPTY_FORM, values }} />);
    })
    .post("/sites/:id/place", async (c) => {
      const view = viewOf(c, deps);
      const site = siteOf(c, view);
      const values = await formValues(c.req);
      const done = await attempt(values, () =>
        placeSite(db, view.viewer, site.id, placeOrNone(values.place), view.now),
      );
      if (!done.ok) return c.html(<SitePlacePage view={view} site={site} state={done.state} />, 422);
      const { before } = done.result;
      return redirectTelling(c, values.next ?? paths.fleet({ view: "map" }), {
        text: values.place?.trim() ? `${site.name} is on the map.` : `${site.name} is off the map.`,
        undo: {
          action: paths.sitePlace(site.id),
          fields: { place: before === null ? "" : placeText(before) },
        },
      });
    });
}

/** Of a form's field: nothing typed is no place. Throws InvalidInput naming `place`. */
export function placeOrNone(text: string | undefined) {
  if (!text?.trim()) return null;
  const place = placeFromText(text);
  if (!place) throw invalid("place", WRONG);
  return place;
}

export function PlaceField({ state }: { state: FormState }) {
  return (
    <Field
      name="place"
      label="Place on the map, optional"
      hint="Latitude and longitude in degrees, e.g. 51.05, 13.74, as maps copy it."
      error={state.errors.place}
      control={(attributes) => (
        <input class="text" {...attributes} value={state.values.place} maxlength={60} autocomplete="off" />
      )}
    />
  );
}

function SitePlacePage({ view, site, state }: { view: View; site: SitePlace; state: FormState }) {
  return (
    <Page view={view} title={`Place of ${site.name}`}>
      <PageHead
        title={`Where is ${site.name}?`}
        crumb={{ label: site.customerName, href: paths.customer(site.customerId) }}
      />
      <form class="form" method="post" action={paths.sitePlace(site.id)}>
        <FormError text={state.form} />
        <PlaceField state={state} />
        <div class="acts">
          <button class="btn p" type="submit" data-busy="Saving…">
            Save the place
          </button>
          <a class="btn" href={paths.fleet({ view: "map" })}>
            Cancel
          </a>
        </div>
      </form>
    </Page>
  );
}

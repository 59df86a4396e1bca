import { Hono } from "hono";
import { demand } from "../access/scope.ts";
import { isStaff, mayWrite } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths } from "../paths.ts";
import { listAssets } from "../read/assets.ts";
import type { AssetRow } from "../read/rows.ts";
import { raiseTicket } from "../service-desk/tickets.ts";
import { Page, type View } from "../views/layout.tsx";
import { Empty, Field, FormError, Select } from "../views/parts.tsx";
import { attempt, EMPTY_FORM, type FormState, formValues } from "./form.ts";
import { everyRow, viewOf } from "./view-of.ts";

/** An engineer's new ticket, a customer's "Report a problem": the same form in the reader's words. */
export function ticketFormPages(deps: PortalDeps): Hono<PortalEnv> {
  const machines = (view: View) => everyRow((query) => listAssets(deps.db, view.viewer, query));
  return new Hono<PortalEnv>()
    .get("/tickets/new", (c) => {
      const view = viewOf(c, deps);
      demand(mayWrite(view.viewer), "raise tickets");
      const state = { ...EMPTY_FORM, values: { assetId: c.req.query("asset") ?? "" } };
      return c.html(<TicketForm view={view} machines={machines(view)} state={state} />);
    })
    .post("/tickets", async (c) => {
      const view = viewOf(c, deps);
      const values = await formValues(c.req);
      const { assetId = "", title = "", description = "" } = values;
      const asked = Number(values.priority);
      const priority = asked === 1 || asked === 2 || asked === 4 ? asked : 3;
      const done = await attempt(values, () =>
        raiseTicket(deps.db, view.viewer, { assetId, title, description, priority }, view.now),
      );
      if (!done.ok)
        return c.html(<TicketForm view={view} machines={machines(view)} state={done.state} />, 422);
      return c.redirect(paths.ticket(done.result.id), 303);
    });
}

const URGENCY = [
  { value: "1", label: "1 · Urgent: it stands still, or is about to" },
  { value: "2", label: "2 · High: it runs, but not as it should" },
  { value: "3", label: "3 · Medium" },
  { value: "4", label: "4 · Low: a question" },
];

function TicketForm({ view, machines, state }: { view: View; machines: AssetRow[]; state: FormState }) {
  const staff = isStaff(view.viewer);
  const title = staff ? "New ticket" : "Report a problem";
  const { values, errors } = state;
  return (
    <Page view={view} title={title}>
      <div class="top">
        <div class="lead">
          <nav class="crumb" aria-label="Where you are">
            <a href={paths.tickets()}>Tickets</a>
          </nav>
          <h1>{title}</h1>
          {staff ? null : <p>It becomes a ticket at once, and the maker's engineers answer there.</p>}
        </div>
      </div>
      {machines.length ? (
        <form class="form" method="post" action={paths.tickets()}>
          <FormError text={state.form} />
          <Field
            name="assetId"
            label="Machine"
            error={errors.assetId}
            control={(attributes) => (
              <Select
                attributes={{ ...attributes, required: true }}
                none="Choose a machine"
                value={values.assetId}
                options={machines.map((m) => ({
                  value: m.id,
                  label: staff
                    ? `${m.customerName} · ${m.siteName} · ${m.name}`
                    : `${m.siteName} · ${m.name}`,
                }))}
              />
            )}
          />
          <Field
            name="title"
            label="In one sentence"
            error={errors.title}
            control={(attributes) => (
              <input class="text" {...attributes} value={values.title} required maxlength={120} />
            )}
          />
          <Field
            name="description"
            label="What you see, hear or measure"
            hint="Since when, how often, and what was changed before."
            error={errors.description}
            control={(attributes) => (
              <textarea class="text" {...attributes} required maxlength={10_000}>
                {values.description}
              </textarea>
            )}
          />
          <Field
            name="priority"
            label="How urgent is it"
            error={errors.priority}
            control={(attributes) => (
              <Select attributes={attributes} value={values.priority ?? "3"} options={URGENCY} />
            )}
          />
          <div class="acts">
            <button class="btn p" type="submit" data-busy="Sending…">
              {staff ? "Open the ticket" : "Send"}
            </button>
            <a class="btn" href={paths.tickets()}>
              Cancel
            </a>
          </div>
        </form>
      ) : (
        <section class="pan" aria-label={title}>
          <Empty>
            <p>A ticket belongs to a machine, and there is no machine yet.</p>
          </Empty>
        </section>
      )}
    </Page>
  );
}

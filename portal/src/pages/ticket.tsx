import { TICKET_STATES } from "@millwright/shared/domain/ticket";
import { Hono } from "hono";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths } from "../paths.ts";
import { listAlarms } from "../read/alarms.ts";
import { findAsset, visibleFrom } from "../read/assets.ts";
import { findModel } from "../read/models.ts";
import { findTicket, listTickets, ticketComments } from "../read/tickets.ts";
import { listUsers } from "../read/users.ts";
import { addComment } from "../service-desk/comments.ts";
import { assignTicket, moveTicket } from "../service-desk/tickets.ts";
import { chosenTags } from "./chart-panel.tsx";
import { attempt, EMPTY_FORM, type FormState, formValues, given } from "./form.ts";
import { redirectTelling } from "./notice.ts";
import { TicketPage } from "./ticket-page.tsx";
import { everyRow, type PageContext, viewOf } from "./view-of.ts";

const DISPOSITION_WORDS = ["real", "false-alarm", "known", "customer-caused"] as const;

/** "What happened, what next, who does it?" Each form posts, then the page is read again. */
export function ticketPages(deps: PortalDeps): Hono<PortalEnv> {
  const { db } = deps;

  const changed = (c: PageContext, id: string) => c.redirect(paths.ticket(id), 303);

  return new Hono<PortalEnv>()
    .get("/tickets/:id", (c) => show(c, deps, c.req.param("id"), { comment: EMPTY_FORM, move: EMPTY_FORM }))
    .post("/tickets/:id/comments", async (c) => {
      const id = c.req.param("id");
      const values = await formValues(c.req);
      const done = await attempt(values, () =>
        addComment(
          db,
          c.get("viewer"),
          id,
          { text: values.text ?? "", internal: values.audience === "internal" },
          deps.clock(),
        ),
      );
      return done.ok ? changed(c, id) : show(c, deps, id, { comment: done.state, move: EMPTY_FORM });
    })
    .post("/tickets/:id/moves", async (c) => {
      const id = c.req.param("id");
      const values = await formValues(c.req);
      const done = await attempt(values, () =>
        moveTicket(
          db,
          c.get("viewer"),
          id,
          {
            to: TICKET_STATES.find((s) => s === values.to) ?? "new",
            disposition: DISPOSITION_WORDS.find((d) => d === values.disposition),
            resolution: given(values.resolution),
            duplicateOf: given(values.duplicateOf),
          },
          deps.clock(),
        ),
      );
      return done.ok ? changed(c, id) : show(c, deps, id, { comment: EMPTY_FORM, move: done.state });
    })
    .post("/tickets/:id/assignee", async (c) => {
      const id = c.req.param("id");
      const values = await formValues(c.req);
      const before = findTicket(db, c.get("viewer"), id).assigneeId;
      const assignee = given(values.assignee) ?? null;
      const ticket = assignTicket(db, c.get("viewer"), id, { assignee }, deps.clock());
      return redirectTelling(c, paths.ticket(id), {
        text: assignee === null ? "Nobody is assigned now." : `Assigned to ${ticket.assignee}.`,
        ...(assignee === before
          ? {}
          : { undo: { action: paths.ticketAssignee(id), fields: { assignee: before ?? "" } } }),
      });
    });
}

function show(c: PageContext, deps: PortalDeps, id: string, forms: { comment: FormState; move: FormState }) {
  const view = viewOf(c, deps);
  const { db } = deps;
  const { viewer } = view;
  const ticket = findTicket(db, viewer, id);
  const alarms = listAlarms(db, viewer, { ticketId: id, limit: 100 }).items;
  const machine = ticket.assetId ? visibleMachine(deps, c, ticket.assetId) : null;
  const staff = isStaff(viewer)
    ? everyRow((query) => listUsers(db, viewer, query)).filter((u) => u.customerId === null)
    : [];
  const refused =
    Boolean(forms.comment.form || forms.move.form) ||
    [forms.comment, forms.move].some((f) => Object.keys(f.errors).length > 0);
  return c.html(
    <TicketPage
      view={view}
      ticket={ticket}
      comments={ticketComments(db, viewer, id)}
      alarms={alarms}
      machine={machine}
      tags={chosenTags(undefined, machine?.model, alarms).slice(0, 2)}
      staff={staff}
      others={
        isStaff(viewer)
          ? listTickets(db, viewer, {
              customerId: ticket.customerId,
              state: "open",
              limit: 100,
            }).items.filter((t) => t.id !== id)
          : []
      }
      forms={forms}
    />,
    refused ? 422 : 200,
  );
}

/** The machine may belong to another customer by now: the ticket stays readable, without link and chart. */
function visibleMachine(deps: PortalDeps, c: PageContext, assetId: string) {
  const viewer = c.get("viewer");
  try {
    const asset = findAsset(deps.db, viewer, assetId);
    return {
      asset,
      model: findModel(deps.db, viewer, asset.modelId),
      since: visibleFrom(deps.db, viewer, assetId),
    };
  } catch {
    return null;
  }
}

import { createRoute, z } from "@hono/zod-openapi";
import { TICKET_STATES } from "@millwright/shared/domain/ticket";
import { idSchema } from "../access/input.ts";
import type { Viewer } from "../access/viewer.ts";
import type { PortalDeps } from "../deps.ts";
import { findAlarm, listAlarms } from "../read/alarms.ts";
import { findTicket, listTickets, ticketComments } from "../read/tickets.ts";
import { acknowledgeAlarm, unacknowledgeAlarms } from "../service-desk/alarms.ts";
import { addComment, newCommentSchema } from "../service-desk/comments.ts";
import { endRunOutBeforeReading, shelveAlarm, shelveSchema, unshelveAlarm } from "../service-desk/shelve.ts";
import {
  assignSchema,
  assignTicket,
  moveSchema,
  moveTicket,
  newTicketSchema,
  raiseTicket,
} from "../service-desk/tickets.ts";
import { type Api, body, json, problems, security } from "./route.ts";
import { alarm, byId, comment, created, page, pageOf, ticket, timeQuery } from "./schemas.ts";

const wholeTicket = ticket
  .omit({ alarms: true })
  .extend({ alarms: z.array(alarm), comments: z.array(comment) })
  .openapi("TicketWithAlarmsAndComments");

/** Alarms, and the tickets they end up on. */
export function serviceDeskRoutes(api: Api, { db, clock }: PortalDeps): void {
  api.openapi(
    createRoute({
      method: "get",
      path: "/alarms",
      summary: "Alarms, newest first",
      security,
      request: {
        query: z.strictObject({
          ...page,
          state: z.enum(["active", "unacknowledged", "shelved", "all"]).optional(),
          assetId: idSchema.optional(),
          ticketId: idSchema.optional(),
          from: timeQuery.optional(),
          to: timeQuery.optional(),
        }),
      },
      responses: { 200: json(pageOf(alarm), "One page"), ...problems },
    }),
    (c) => {
      endRunOutBeforeReading(db, clock());
      return c.json(listAlarms(db, c.get("viewer"), c.req.valid("query")), 200);
    },
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/alarms/{id}",
      summary: "One alarm",
      security,
      request: { params: byId },
      responses: { 200: json(alarm, "The alarm"), ...problems },
    }),
    (c) => c.json(findAlarm(db, c.get("viewer"), c.req.valid("param").id), 200),
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/alarms/{id}/acknowledge",
      summary: "Somebody has seen it",
      security,
      request: { params: byId },
      responses: { 200: json(alarm, "The alarm"), ...problems },
    }),
    (c) => c.json(acknowledgeAlarm(db, c.get("viewer"), c.req.valid("param").id, clock()), 200),
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/alarms/{id}/unacknowledge",
      summary: "Take an acknowledgement back: one's own, or anybody's for the maker's staff",
      security,
      request: { params: byId },
      responses: { 200: json(alarm, "The alarm"), ...problems },
    }),
    (c) => {
      const { id } = c.req.valid("param");
      unacknowledgeAlarms(db, c.get("viewer"), [id], clock());
      return c.json(findAlarm(db, c.get("viewer"), id), 200);
    },
  );
  shelvingRoutes(api, { db, clock });
  ticketRoutes(api, { db, clock });
}

/** Only the maker's staff shelve. */
function shelvingRoutes(api: Api, { db, clock }: Pick<PortalDeps, "db" | "clock">): void {
  api.openapi(
    createRoute({
      method: "post",
      path: "/alarms/{id}/shelve",
      summary: "Set this kind of alarm on this machine aside, until a time or (null) until it clears",
      security,
      request: { params: byId, body: body(shelveSchema) },
      responses: { 200: json(alarm, "The alarm, shelved"), ...problems },
    }),
    (c) => {
      const { id } = c.req.valid("param");
      return c.json(shelveAlarm(db, c.get("viewer"), id, c.req.valid("json"), clock()), 200);
    },
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/alarms/{id}/unshelve",
      summary: "End its shelving now: an alarm that is still true calls again",
      security,
      request: { params: byId },
      responses: { 200: json(alarm, "The alarm"), ...problems },
    }),
    (c) => c.json(unshelveAlarm(db, c.get("viewer"), c.req.valid("param").id, clock()), 200),
  );
}

function ticketRoutes(api: Api, { db, clock }: Pick<PortalDeps, "db" | "clock">): void {
  const whole = (viewer: Viewer, id: string) => ({
    ...findTicket(db, viewer, id),
    alarms: listAlarms(db, viewer, { ticketId: id, limit: 200 }).items,
    comments: ticketComments(db, viewer, id),
  });
  api.openapi(
    createRoute({
      method: "get",
      path: "/tickets",
      summary: "Tickets, newest first",
      security,
      request: {
        query: z.strictObject({
          ...page,
          assetId: idSchema.optional(),
          customerId: idSchema.optional(),
          state: z.enum(["open", "all", ...TICKET_STATES]).optional(),
        }),
      },
      responses: { 200: json(pageOf(ticket), "One page"), ...problems },
    }),
    (c) => c.json(listTickets(db, c.get("viewer"), c.req.valid("query")), 200),
  );
  api.openapi(
    createRoute({
      method: "get",
      path: "/tickets/{id}",
      summary: "One ticket with its alarms and comments",
      security,
      request: { params: byId },
      responses: { 200: json(wholeTicket, "The ticket"), ...problems },
    }),
    (c) => c.json(whole(c.get("viewer"), c.req.valid("param").id), 200),
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/tickets",
      summary: "Raise a ticket",
      security,
      request: { body: body(newTicketSchema) },
      responses: { 201: json(created.extend({ number: z.number().int() }), "Raised"), ...problems },
    }),
    (c) => c.json(raiseTicket(db, c.get("viewer"), c.req.valid("json"), clock()), 201),
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/tickets/{id}/comments",
      summary: "Write on a ticket",
      security,
      request: { params: byId, body: body(newCommentSchema) },
      responses: { 201: json(created, "Written"), ...problems },
    }),
    (c) => {
      const { id } = c.req.valid("param");
      return c.json(addComment(db, c.get("viewer"), id, c.req.valid("json"), clock()), 201);
    },
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/tickets/{id}/moves",
      summary: "Move a ticket to another state",
      security,
      request: { params: byId, body: body(moveSchema) },
      responses: { 200: json(wholeTicket, "The ticket"), ...problems },
    }),
    (c) => {
      const { id } = c.req.valid("param");
      moveTicket(db, c.get("viewer"), id, c.req.valid("json"), clock());
      return c.json(whole(c.get("viewer"), id), 200);
    },
  );
  api.openapi(
    createRoute({
      method: "post",
      path: "/tickets/{id}/assignee",
      summary: "Give a ticket to somebody",
      security,
      request: { params: byId, body: body(assignSchema) },
      responses: { 200: json(wholeTicket, "The ticket"), ...problems },
    }),
    (c) => {
      const { id } = c.req.valid("param");
      assignTicket(db, c.get("viewer"), id, c.req.valid("json"), clock());
      return c.json(whole(c.get("viewer"), id), 200);
    },
  );
}

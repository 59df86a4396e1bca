import { isStaff } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import type { TicketRow } from "../read/rows.ts";
import type { View } from "./layout.tsx";
import { readable } from "./number.ts";
import { Ago } from "./parts.tsx";
import { PriorityMark, TicketSign } from "./status.tsx";

export function TicketTable({
  tickets,
  view,
  caption,
}: {
  tickets: readonly TicketRow[];
  view: View;
  caption: string;
}) {
  const staff = isStaff(view.viewer);
  return (
    <table class="stack sticky" data-list="">
      <caption class="vh">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Priority</th>
          <th scope="col">Ticket</th>
          <th scope="col">Stage</th>
          <th scope="col">{staff ? "Customer · machine" : "Machine"}</th>
          <th scope="col" class="r2nd">
            Owner
          </th>
          <th scope="col" class="num">
            Changed
          </th>
        </tr>
      </thead>
      <tbody>
        {tickets.map((ticket) => (
          <tr data-row={`${ticket.id}:${ticket.state}`}>
            <td class="hide-s">
              <PriorityMark priority={ticket.priority} />
            </td>
            <th scope="row" class="full">
              <a href={paths.ticket(ticket.id)} class="b">
                {readable(ticket.title)}
              </a>
              <div class="sm dim m">T-{ticket.number}</div>
            </th>
            <td class="late">
              <TicketSign state={ticket.state} forCustomer={!staff} />
            </td>
            <td class="full">
              {staff ? `${ticket.customerName} · ` : ""}
              {ticket.assetId ? (
                <a href={paths.asset(ticket.assetId)}>{ticket.assetName}</a>
              ) : (
                <span class="dim">–</span>
              )}
            </td>
            <td class="r2nd hide-s">
              {ticket.assigneeId === null ? (
                <span class="dim">–</span>
              ) : staff ? (
                ticket.assignee
              ) : (
                "A field engineer"
              )}
            </td>
            <td class="num dim late">
              <Ago at={ticket.updatedAt} reading={view} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Tickets beside something else: title, stage, age. */
export function TicketList({ tickets, view }: { tickets: readonly TicketRow[]; view: View }) {
  return (
    <ul>
      {tickets.map((ticket) => (
        <li class="row hrow">
          <div>
            <div class="l1">
              <a href={paths.ticket(ticket.id)}>{readable(ticket.title)}</a>
            </div>
            <div class="l2">
              <span class="m">T-{ticket.number}</span>
              {ticket.assetName ? ` · ${ticket.assetName}` : ""} ·{" "}
              <Ago at={ticket.updatedAt} reading={view} />
            </div>
          </div>
          <TicketSign state={ticket.state} forCustomer={!isStaff(view.viewer)} />
        </li>
      ))}
    </ul>
  );
}

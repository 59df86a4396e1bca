import { paths } from "../paths.ts";
import type { TicketRow } from "../read/rows.ts";
import type { View } from "../views/layout.tsx";
import { count, readable } from "../views/number.ts";
import { Time } from "../views/parts.tsx";
import { PriorityMark } from "../views/status.tsx";
import { duration } from "../views/time.ts";
import type { Need } from "./needs.ts";
import { ProblemRow } from "./problem-row.tsx";

/** One row of "Needs you now", with its verb. */
export function NeedRow({ need, view }: { need: Need; view: View }) {
  if (need.verb === "acknowledge" && need.problem) {
    return <ProblemRow problem={need.problem} view={view} act />;
  }
  return need.ticket ? <ClaimRow ticket={need.ticket} need={need} view={view} /> : null;
}

function ClaimRow({ ticket, need, view }: { ticket: TicketRow; need: Need; view: View }) {
  const title = readable(ticket.title);
  const alarms = need.problem?.alarms.length ?? 0;
  return (
    <li class="row need" data-row={ticket.id}>
      <PriorityMark priority={ticket.priority} />
      <div>
        <div class="l1">
          <a href={paths.ticket(ticket.id)}>{title}</a>
        </div>
        <div class="l2">
          <span class="m">T-{ticket.number}</span> · {ticket.customerName}
          {ticket.siteName ? ` · ${ticket.siteName}` : ""}
          {ticket.assetId ? (
            <>
              {" · "}
              <a href={paths.asset(ticket.assetId)}>{ticket.assetName}</a>
            </>
          ) : null}
        </div>
      </div>
      <div class="l2 since">
        <div class="nw">
          Since <Time at={ticket.openedAt} reading={view} /> · {duration(view.now - ticket.openedAt)}
        </div>
        <div class="ell">
          no owner yet{alarms ? `, ${count(alarms, "alarm")} active` : ", no alarm active"}
        </div>
      </div>
      <form method="post" action={paths.ticketAssignee(ticket.id)}>
        <input type="hidden" name="assignee" value={view.viewer.id} />
        <button class="btn" type="submit" data-busy="Saving…">
          Claim<span class="vh">: {title}</span>
        </button>
      </form>
    </li>
  );
}

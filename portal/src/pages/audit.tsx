import { Hono } from "hono";
import { demand } from "../access/scope.ts";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { AUDIT } from "../export/columns.ts";
import { listFile, wantsCsv } from "../export/list-file.ts";
import { paths } from "../paths.ts";
import { listAudit } from "../read/audit.ts";
import type { AuditRow, Page as RowPage } from "../read/rows.ts";
import { CsvLink } from "../views/csv-link.tsx";
import { Page, type View } from "../views/layout.tsx";
import { sentenceCase } from "../views/number.ts";
import { Empty } from "../views/parts.tsx";
import { Table } from "../views/table.tsx";
import { exact } from "../views/time.ts";
import { viewOf } from "./view-of.ts";

/** "Who did what?" Newest first; the address narrows it to one subject. */
export function auditPages(deps: PortalDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>().get("/audit", (c) => {
    const view = viewOf(c, deps);
    demand(isStaff(view.viewer), "read the audit log");
    const subject = c.req.query("subject")?.slice(0, 200) || undefined;
    if (wantsCsv(c)) {
      return listFile(c, "audit", AUDIT, (cursor) => {
        const { items, nextCursor } = listAudit(deps.db, view.viewer, { subject, cursor, limit: 200 });
        return { items, next: nextCursor ?? undefined };
      });
    }
    const page = listAudit(deps.db, view.viewer, { subject, cursor: c.req.query("after"), limit: 100 });
    return c.html(<Audit view={view} page={page} subject={subject} />);
  });
}

function Audit({
  view,
  page,
  subject,
}: {
  view: View;
  page: RowPage<AuditRow>;
  subject: string | undefined;
}) {
  return (
    <Page view={view} title="Audit">
      <div class="top">
        <div class="lead">
          <h1>Audit</h1>
          <p>
            {subject ? (
              <>
                Everything about <span class="m">{subject}</span> · <a href={paths.audit()}>about all</a>
              </>
            ) : (
              "Who changed what, newest first. Nothing here can be changed."
            )}
          </p>
        </div>
        <div class="acts">
          <CsvLink view={view} />
        </div>
      </div>
      <section class="pan" aria-label="Audit">
        {page.items.length ? (
          <Table
            caption="Audit entries, newest first"
            columns={["Time", "Who", "What", "Subject", "Details"]}
            sticky
          >
            {page.items.map((entry) => (
              <tr>
                <td class="nw dim">
                  <time datetime={new Date(entry.at).toISOString()}>{exact(entry.at, view.zone)}</time>
                </td>
                <td class="late">{entry.actorName}</td>
                <th scope="row" class="full">
                  {sentenceCase(entry.action.replace(/[.-]/g, " "))}
                </th>
                <td class="full">
                  <Subject id={entry.subject} />
                </td>
                <td class="full mut wrap">{details(entry.detail)}</td>
              </tr>
            ))}
          </Table>
        ) : (
          <Empty>
            <p>{subject ? "Nothing is known about it." : "Nothing has been changed yet."}</p>
          </Empty>
        )}
        {page.nextCursor ? (
          <p class="more">
            <a href={paths.audit({ subject, after: page.nextCursor })}>Earlier entries</a>
          </p>
        ) : null}
      </section>
    </Page>
  );
}

/** Ids tell what they belong to by how they begin (secrets.ts). */
const PAGE_BY_PREFIX: Record<string, (id: string) => string> = {
  ast_: paths.asset,
  tkt_: paths.ticket,
  dev_: paths.device,
  cus_: paths.customer,
  mod_: paths.model,
  usr_: paths.user,
  prk_: paths.provisioningKey,
};

function Subject({ id }: { id: string }) {
  const page = PAGE_BY_PREFIX[id.slice(0, 4)];
  const words = <span class="m ell mid">{id}</span>;
  return page ? (
    <a href={page(id)} title={id}>
      {words}
    </a>
  ) : (
    <a href={paths.audit({ subject: id })} title={id}>
      {words}
    </a>
  );
}

/** {to: "triaged", priority: 2} → "to triaged, priority 2" */
function details(detail: Record<string, unknown> | null): string {
  return Object.entries(detail ?? {})
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([key, value]) => `${key} ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}

import type { PortalDeps } from "../deps.ts";
import { paths } from "../paths.ts";
import { listAlarms } from "../read/alarms.ts";
import { Empty } from "../views/parts.tsx";
import { AlarmListRow } from "./alarm-row.tsx";
import type { Known } from "./asset-head.tsx";

/** Every alarm the machine has had, newest first; a row opens on its cause and a chart. */
export function assetAlarms(
  { db }: PortalDeps,
  { view, asset, model }: Known,
  asked: { after: string | undefined; open: string | undefined },
) {
  const page = listAlarms(db, view.viewer, { assetId: asset.id, cursor: asked.after, limit: 50 });
  const links = {
    open: (id: string | null) =>
      `${paths.asset(asset.id, { tab: "alarms", after: asked.after, open: id })}${id === null ? "" : `#alarm-${id}`}`,
  };
  const chart = page.items.some((alarm) => alarm.id === asked.open);
  const body = (
    <section class="pan" aria-label="Alarms" data-list="">
      {page.items.length ? (
        <ul>
          {page.items.map((alarm) => (
            <AlarmListRow
              alarm={alarm}
              view={view}
              links={links}
              opened={alarm.id === asked.open ? { model } : null}
              alone
            />
          ))}
        </ul>
      ) : (
        <Empty>
          <p>This machine has never had an alarm.</p>
        </Empty>
      )}
      {page.nextCursor ? (
        <p class="more">
          <a href={paths.asset(asset.id, { tab: "alarms", after: page.nextCursor })}>Earlier alarms</a>
        </p>
      ) : null}
    </section>
  );
  return { body, chart };
}

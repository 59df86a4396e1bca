import { Hono } from "hono";
import { demand } from "../access/scope.ts";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { revokeProvisioningKey } from "../fleet/provisioning-keys.ts";
import { paths } from "../paths.ts";
import { devicesMadeBy, findProvisioningKey, listProvisioningKeys } from "../read/provisioning.ts";
import type { ProvisioningKeyRow } from "../read/rows.ts";
import { EndTime } from "../views/end-time.tsx";
import { Page, type View } from "../views/layout.tsx";
import { formatNumber } from "../views/number.ts";
import { Empty, Facts, Panel, Time } from "../views/parts.tsx";
import { orDim, PageHead, Table, Twice } from "../views/table.tsx";
import { everyRow, type PageContext, viewOf } from "./view-of.ts";

type Made = ReturnType<typeof devicesMadeBy>;

/** Keys with which factory images register themselves: which there are, and what each has made. */
export function provisioningPages(deps: PortalDeps): Hono<PortalEnv> {
  const { db } = deps;
  const staffView = (c: PageContext): View => {
    const view = viewOf(c, deps);
    demand(isStaff(view.viewer), "read provisioning keys");
    return view;
  };
  return new Hono<PortalEnv>()
    .get("/provisioning", (c) => {
      const view = staffView(c);
      const keys = everyRow((query) => listProvisioningKeys(db, view.viewer, query));
      return c.html(<Keys view={view} keys={keys} />);
    })
    .get("/provisioning/:id", (c) => {
      const view = staffView(c);
      const key = findProvisioningKey(db, view.viewer, c.req.param("id"));
      return c.html(<Key view={view} of={key} made={devicesMadeBy(db, view.viewer, key.id)} />);
    })
    .post("/provisioning/:id/revoke", (c) => {
      const id = c.req.param("id");
      revokeProvisioningKey(db, c.get("viewer"), id, deps.clock());
      return c.redirect(paths.provisioningKey(id), 303);
    });
}

type Standing = "open" | "used up" | "expired" | "revoked";

function standingOf(key: ProvisioningKeyRow, now: number): Standing {
  if (key.revokedAt !== null) return "revoked";
  if (key.expiresAt <= now) return "expired";
  return key.used >= key.uses ? "used up" : "open";
}

const REASONS: Record<string, string> = {
  "wrong-secret": "wrong secret",
  revoked: "the key was revoked",
  expired: "the key had expired",
  "used-up": "the key was used up",
  "serial-taken": "there is a machine of that serial number already",
  "already-in-use": "the device signs in already",
  "not-accepted": "the credential it chose was not accepted",
};

function Keys({ view, keys }: { view: View; keys: ProvisioningKeyRow[] }) {
  const open = keys.filter((key) => standingOf(key, view.now) === "open").length;
  return (
    <Page view={view} title="Provisioning">
      <PageHead
        title="Provisioning"
        crumb={{ label: "Devices", href: paths.devices() }}
        lead={`${open} open. With a key a factory image registers itself: machine, device and credential.`}
        acts={
          <a class="btn" href={paths.newProvisioning()}>
            Make a key
          </a>
        }
      />
      <section class="pan" aria-label="Provisioning keys">
        {keys.length ? (
          <Table
            caption="Provisioning keys, newest first"
            columns={[
              "Key",
              "Registers",
              { label: "Used", class: "num" },
              { label: "Refused", class: "num" },
              "Until",
            ]}
          >
            {keys.map((key) => (
              <tr>
                <th scope="row" class="full">
                  <div class="name">
                    <a class="ell b" href={paths.provisioningKey(key.id)} title={key.name}>
                      {key.name}
                    </a>
                    <StandingTag of={standingOf(key, view.now)} />
                  </div>
                </th>
                <td class="full">
                  {key.modelName}{" "}
                  <span class="mut">
                    · {key.customerName} · {key.siteName}
                  </span>
                </td>
                <td class="num" data-l="Used">
                  {formatNumber(key.used, 0)} of {formatNumber(key.uses, 0)}
                </td>
                <td class="num" data-l="Refused">
                  {key.refused ? formatNumber(key.refused, 0) : <span class="dim">0</span>}
                </td>
                <td data-l="Until">
                  <EndTime at={key.revokedAt ?? key.expiresAt} reading={view} />
                </td>
              </tr>
            ))}
          </Table>
        ) : (
          <Empty>
            <p>No key yet. One key, burnt into a batch of devices, saves registering each by hand.</p>
            <a class="btn" href={paths.newProvisioning()}>
              Make the first key
            </a>
          </Empty>
        )}
      </section>
    </Page>
  );
}

const StandingTag = ({ of }: { of: Standing }) => (of === "open" ? null : <span class="tag">{of}</span>);

function Key({ view, of: key, made }: { view: View; of: ProvisioningKeyRow; made: Made }) {
  const standing = standingOf(key, view.now);
  return (
    <Page view={view} title={key.name}>
      <PageHead
        title={key.name}
        crumb={{ label: "Provisioning", href: paths.provisioning() }}
        lead={`${key.modelName} · ${key.customerName} · ${key.siteName}`}
      />
      <div class="grid g-main">
        <div class="col">
          <Panel id="made" title="Registered with it" aside={`${key.used} of ${key.uses}`}>
            {made.length ? (
              <Table caption="Devices registered with this key, newest first" columns={["Device", "When"]}>
                {made.map((device) => (
                  <tr>
                    <th scope="row" class="full">
                      <div class="name">
                        <a class="b" href={paths.device(device.id)}>
                          {device.name}
                        </a>
                        {device.revokedAt ? <span class="tag">revoked</span> : null}
                      </div>
                    </th>
                    <td data-l="When">
                      <Time at={device.createdAt} reading={view} />
                    </td>
                  </tr>
                ))}
              </Table>
            ) : (
              <Empty>
                <p>
                  Nothing has registered with it yet. How a device does it stands in the firmware guide and in{" "}
                  <a href="/api/mqtt.json">the description of the device side</a>.
                </p>
              </Empty>
            )}
          </Panel>
        </div>
        <div class="col">
          <Panel id="key" title="Key" aside={standing}>
            <div class="in">
              <Facts
                items={[
                  ["provisionDeviceKey", <span class="m">{key.provisionDeviceKey}</span>],
                  ["Secret", <span class="dim">not kept</span>],
                  ["Expires", <EndTime at={key.expiresAt} reading={view} />],
                  key.revokedAt ? ["Revoked", <Time at={key.revokedAt} reading={view} />] : null,
                  ["Made", <Time at={key.createdAt} reading={view} />],
                  ["By", key.createdBy],
                  ["Refused requests", formatNumber(key.refused, 0)],
                  key.lastRefusedAt ? ["Last refused", <Time at={key.lastRefusedAt} reading={view} />] : null,
                  key.lastRefusal ? ["Because", orDim(REASONS[key.lastRefusal] ?? key.lastRefusal)] : null,
                ]}
              />
              <p class="sm">
                <a href={paths.audit({ subject: key.id })}>Everything about it in the audit log</a>
              </p>
            </div>
          </Panel>
          {standing === "open" || standing === "used up" ? (
            <p>
              <Twice
                verb="Revoke"
                of={key.name}
                action={paths.revokeProvisioning(key.id)}
                effect="Nothing registers with it any more; what it has made goes on."
                sure="Revoke for good"
              />
            </p>
          ) : null}
        </div>
      </div>
    </Page>
  );
}

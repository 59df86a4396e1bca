import type { PortalDeps } from "../deps.ts";
import { paths } from "../paths.ts";
import { listCustomers, listSites } from "../read/customers.ts";
import { listModels } from "../read/models.ts";
import type { AssetRow } from "../read/rows.ts";
import type { View } from "../views/layout.tsx";
import { Panel } from "../views/parts.tsx";

type Step = { done: string | null; todo: string; why: string; href: string };

/** What must exist before the first reading, in order, with the first name of what there is. */
export function stepsOf({ db }: Pick<PortalDeps, "db">, view: View, assets: readonly AssetRow[]): Step[] {
  const { viewer } = view;
  const one = { limit: 1 };
  const [customer] = listCustomers(db, viewer, one).items;
  const [site] = listSites(db, viewer, one).items;
  const [model] = listModels(db, viewer, one).items;
  const machine = assets.find((asset) => asset.deviceIds.length > 0) ?? assets[0];
  return [
    {
      done: customer?.name ?? null,
      todo: "Add a customer",
      why: "It owns machines and gets their tickets.",
      href: paths.newCustomer(),
    },
    {
      done: site?.name ?? null,
      todo: "Add a site",
      why: "Where its machines stand, and in which time zone.",
      href: paths.newSite({ customer: customer?.id }),
    },
    {
      done: model?.name ?? null,
      todo: "Describe a product model",
      why: "The tags its machines send, with unit, range and limits.",
      href: paths.newModel(),
    },
    {
      done: machine?.name ?? null,
      todo: "Add a machine",
      why: "A serial number of that model, at that site.",
      href: paths.newAsset({ site: site?.id }),
    },
    {
      done: machine?.deviceIds.length ? machine.name : null,
      todo: "Add its device",
      why: "What signs in and sends. The page after it waits for the first reading with you.",
      href: paths.newDevice({ asset: machine?.id }),
    },
  ];
}

/** A list that fills: each step says why it is needed, the first open one has the button. */
export function FirstSteps({ steps }: { steps: Step[] }) {
  const next = steps.findIndex((step) => step.done === null);
  return (
    <Panel
      id="first-steps"
      title="Bring the first machine online"
      aside={`${next < 0 ? steps.length : next} of ${steps.length} done`}
    >
      <ol>
        {steps.map((step, i) => (
          <li class="row first-step" aria-current={i === next ? "step" : undefined}>
            <span class={step.done === null ? "dim" : ""} aria-hidden="true">
              {step.done === null ? i + 1 : "✓"}
            </span>
            <div>
              <div class={i <= next ? "l1" : "l1 dim"}>{step.todo}</div>
              <div class="l2">{step.done === null ? step.why : `Done: ${step.done}`}</div>
            </div>
            {i === next ? (
              <a class="btn p" href={step.href}>
                {step.todo}
              </a>
            ) : (
              <span />
            )}
          </li>
        ))}
      </ol>
    </Panel>
  );
}

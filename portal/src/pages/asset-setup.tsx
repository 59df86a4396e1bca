import { isStaff } from "../access/viewer.ts";
import { paths } from "../paths.ts";
import { formatNumber, sentenceCase } from "../views/number.ts";
import { Panel } from "../views/parts.tsx";
import { orDim, Table } from "../views/table.tsx";
import { clock, duration } from "../views/time.ts";
import { unitSign } from "../views/unit.ts";
import type { Known } from "./asset-head.tsx";
import { DevicePanel } from "./device-panel.tsx";
import { decimalsOfTag } from "./machine-parts.tsx";

export function Machine({ view, asset, model }: Pick<Known, "view" | "asset" | "model">) {
  return (
    <Panel id="machine" title="Machine">
      <div class="in">
        <dl class="kv">
          <dt>Model</dt>
          <dd>{isStaff(view.viewer) ? <a href={paths.model(model.id)}>{model.name}</a> : model.name}</dd>
          <dt>Serial number</dt>
          <dd class="m">{asset.serialNumber}</dd>
          <dt>Owner</dt>
          <dd>{asset.customerName}</dd>
          <dt>Site</dt>
          <dd>{asset.siteName}</dd>
          <dt>Site time</dt>
          <dd>
            {asset.timeZone}, {clock(view.now, asset.timeZone)}
          </dd>
        </dl>
      </div>
    </Panel>
  );
}

/** How it is set up: what is judged by which limits, and which devices speak for it. */
export function Setup(props: Known) {
  const { view, asset, model } = props;
  return (
    <div class="grid g-main">
      <div class="col">
        <Panel
          id="limits"
          title="Limits"
          aside={
            <>
              of <a href={paths.model(model.id)}>{model.name}</a>, the same for all its machines
            </>
          }
        >
          <Limits model={model} />
        </Panel>
      </div>
      <div class="col">
        <Machine {...props} />
        <DevicePanel view={view} devices={props.devices} status={props.status} assetId={asset.id} />
      </div>
    </div>
  );
}

const SIDES = ["lowLow", "low", "high", "highHigh"] as const;
const SIDE_WORDS = { lowLow: "Low-low", low: "Low", high: "High", highHigh: "High-high" } as const;

function Limits({ model }: Pick<Known, "model">) {
  return (
    <Table
      caption="Limits of each tag"
      columns={[
        "Tag",
        ...SIDES.map((side) => ({ label: SIDE_WORDS[side], class: "num" })),
        "Unit",
        { label: "Expected every", class: "num" },
      ]}
    >
      {model.tags.map((tag) => (
        <tr>
          <th scope="row">{sentenceCase(tag.name)}</th>
          {SIDES.map((side) => {
            const limit = tag.limits?.[side];
            return (
              <td class="num" data-l={SIDE_WORDS[side]}>
                {orDim(limit === undefined ? null : formatNumber(limit, decimalsOfTag(tag)))}
              </td>
            );
          })}
          <td class="mut" data-l="Unit">
            {unitSign(tag.unit)}
          </td>
          <td class="num" data-l="Expected every">
            {tag.onChange ? "on change" : duration(tag.expectedIntervalMs)}
          </td>
        </tr>
      ))}
    </Table>
  );
}

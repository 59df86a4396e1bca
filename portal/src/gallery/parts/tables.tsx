import { formatNumber } from "../../views/number.ts";
import { Empty } from "../../views/parts.tsx";
import { AssetSign } from "../../views/status.tsx";
import { orDim, Table } from "../../views/table.tsx";
import { LONG_NAME } from "../canned.ts";
import type { State } from "../groups.tsx";

const COLUMNS = [
  "State",
  "Machine",
  { label: "Load", class: "num" },
  { label: "Hours", class: "num" },
] as const;

const Line = ({ i, name, cls }: { i: number; name: string; cls?: string }) => (
  <tr class={cls}>
    <td class="late">
      <AssetSign state={i % 5 === 0 ? "out-of-spec" : "normal"} />
    </td>
    <th scope="row" class="lead-s">
      <a href="/gallery" class="ell">
        {name}
      </a>
    </th>
    <td class="num" data-l="Load">
      {orDim(i % 4 === 3 ? null : `${formatNumber(40 + (i % 50), 0)} %`)}
    </td>
    <td class="num" data-l="Hours">
      {formatNumber(i * 173, 0)}
    </td>
  </tr>
);

const rows = (n: number) => Array.from({ length: n }, (_, i) => <Line i={i} name={`Compressor ${i + 1}`} />);

export const tableStates: readonly State[] = [
  [
    "Normal",
    <Table caption="Machines" columns={COLUMNS}>
      {rows(6)}
    </Table>,
  ],
  [
    "Hover, focus",
    <Table caption="Machines under the pointer" columns={COLUMNS}>
      <Line i={1} name="Compressor 2" cls="is-hover" />
      <tr>
        <td>–</td>
        <th scope="row">
          <a class="is-focus" href="/gallery">
            Compressor 3
          </a>
        </th>
        <td class="num">–</td>
        <td class="num">–</td>
      </tr>
    </Table>,
  ],
  [
    "Long names",
    <Table caption="Machines with long names" columns={COLUMNS}>
      <Line i={1} name={LONG_NAME} />
      <Line i={2} name={LONG_NAME.replaceAll(" ", "")} />
    </Table>,
  ],
  [
    "Empty",
    <Empty>
      <p>No machine matches. Take a filter away.</p>
    </Empty>,
  ],
  [
    "10,000 rows",
    <section class="g-scroll" tabindex={0} aria-label="10,000 machines">
      <Table caption="10,000 machines" columns={COLUMNS}>
        {rows(10_000)}
      </Table>
    </section>,
  ],
];

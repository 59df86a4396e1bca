import type { Tag } from "@millwright/shared/domain/model";
import type { ExtractFormat, ExtractResolution } from "@millwright/shared/telemetry/extract";
import { paths } from "../paths.ts";
import type { AssetRow } from "../read/rows.ts";
import { Page, type View } from "../views/layout.tsx";
import { count, sentenceCase } from "../views/number.ts";
import { Field, FormError, Select } from "../views/parts.tsx";
import { isZone } from "../views/time.ts";
import { toWall } from "../views/wall-time.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SPANS = [
  ["Last 24 hours", DAY_MS],
  ["Last 7 days", 7 * DAY_MS],
  ["Last 30 days", 30 * DAY_MS],
  ["Last year", 365 * DAY_MS],
] as const;
const RESOLUTIONS: readonly { value: ExtractResolution; label: string }[] = [
  { value: "raw", label: "Every reading, with its quality" },
  { value: "1m", label: "One row a minute: mean, least, greatest, last" },
  { value: "1h", label: "One row an hour: mean, least, greatest, last" },
];
const FORMATS: readonly { value: ExtractFormat; label: string }[] = [
  { value: "csv", label: "CSV, for spreadsheets" },
  { value: "parquet", label: "Parquet, for Python, R, DuckDB" },
];

type ExportForm = {
  /** Wall times of the zone, as typed. */
  from: string;
  to: string;
  zone: string;
  /** None: all. */
  tags: string[];
  resolution: ExtractResolution;
  format: ExtractFormat;
};

/** What the address says: epoch ms (a link from a chart) or wall times (the form itself). */
export function formOf(asked: URLSearchParams, view: View, asset: AssetRow): ExportForm {
  const wanted = asked.get("zone") ?? "";
  const zone = wanted.length < 64 && wanted !== "" && isZone(wanted) ? wanted : view.zone || asset.timeZone;
  const wall = (given: string | null, otherwise: number) => {
    if (given && !/^\d{1,15}$/.test(given)) return given.slice(0, 40);
    const at = given ? Number(given) : otherwise;
    return toWall(at < 1e14 ? at : otherwise, zone);
  };
  const one = <T extends string>(options: readonly { value: T }[], name: string): T =>
    options.find(({ value }) => value === asked.get(name))?.value ?? options[0]!.value;
  return {
    from: wall(asked.get("from"), view.now - DAY_MS),
    // The minute that has begun counts whole.
    to: wall(asked.get("to"), view.now + 60_000),
    zone,
    tags: asked.getAll("tag").filter((tag) => tag !== ""),
    resolution: one(RESOLUTIONS, "resolution"),
    format: one(FORMATS, "format"),
  };
}

type Props = {
  view: View;
  asset: AssetRow;
  also: AssetRow[];
  tags: readonly Tag[];
  staff: boolean;
  form: ExportForm;
  errors: Record<string, string>;
  problem?: string | undefined;
};

export function ExportPage({ view, asset, also, tags, staff, form, errors, problem }: Props) {
  const zones = [...new Set([view.zone, asset.timeZone, "UTC", form.zone])];
  const options = zones.map((zone) => ({
    value: zone,
    label: zone === asset.timeZone ? `${zone} (site)` : zone,
  }));
  return (
    <Page view={view} title={`Export of ${asset.name}`}>
      <div class="top">
        <div class="lead">
          <nav class="crumb" aria-label="Where you are">
            {staff ? (
              <>
                <a href={paths.customer(asset.customerId)}>{asset.customerName}</a>
                <span>/</span>
              </>
            ) : null}
            <a href={paths.asset(asset.id)}>{asset.name}</a>
          </nav>
          <h1>Take the readings along</h1>
          <p>
            Of {asset.name}
            {also.length
              ? ` and ${count(also.length, "more machine")}: ${also.map((a) => a.name).join(", ")}`
              : ""}
            . The file comes as it is written; nothing is stored for it.
          </p>
        </div>
      </div>
      <mw-export>
        <form class="form" method="get" action={paths.assetExportFile(asset.id)}>
          <FormError text={problem} />
          <p class="sm">
            {SPANS.map(([label, ms]) => (
              <>
                <a href={paths.assetExport(asset.id, { from: view.now - ms, also: also.map((a) => a.id) })}>
                  {label}
                </a>{" "}
              </>
            ))}
          </p>
          {(["from", "to"] as const).map((name) => (
            <Field
              name={name}
              label={name === "from" ? "From" : "Until"}
              error={errors[name]}
              control={(attributes) => (
                <input class="text" type="datetime-local" value={form[name]} required {...attributes} />
              )}
            />
          ))}
          <Field
            name="zone"
            label="Time zone"
            hint="Of the times above, and of those in a CSV. Parquet holds instants."
            error={errors.zone}
            control={(attributes) => <Select attributes={attributes} value={form.zone} options={options} />}
          />
          <Field
            name="resolution"
            label="Rows"
            hint="Rows by minute and hour leave out bad readings."
            control={(attributes) => (
              <Select attributes={attributes} value={form.resolution} options={RESOLUTIONS} />
            )}
          />
          <Field
            name="format"
            label="File"
            control={(attributes) => <Select attributes={attributes} value={form.format} options={FORMATS} />}
          />
          {tags.length ? (
            <details open={form.tags.length > 0}>
              <summary>{form.tags.length ? "Tags" : "All tags"}</summary>
              <fieldset class="f">
                <legend class="hint">None chosen means all.</legend>
                {tags.map((tag) => (
                  <label class="choice">
                    <input type="checkbox" name="tag" value={tag.key} checked={form.tags.includes(tag.key)} />
                    <span>{sentenceCase(tag.name)}</span>
                  </label>
                ))}
              </fieldset>
            </details>
          ) : null}
          {also.map((other) => (
            <input type="hidden" name="also" value={other.id} />
          ))}
          <div class="f">
            <button class="btn p" type="submit">
              Download
            </button>
            <button class="btn" type="button" data-part="stop" hidden>
              Stop
            </button>
          </div>
          <progress class="wide" data-part="bar" aria-label="How much has arrived" hidden />
          <p class="hint" data-part="said" role="status" />
        </form>
      </mw-export>
    </Page>
  );
}

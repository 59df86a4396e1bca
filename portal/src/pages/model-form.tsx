import type { ModelCatalog } from "@millwright/shared/domain/model";
import { Hono } from "hono";
import { invalid } from "../access/input.ts";
import { demand } from "../access/scope.ts";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { createModel } from "../fleet/models.ts";
import { paths } from "../paths.ts";
import { Page, type View } from "../views/layout.tsx";
import { Field, FormError } from "../views/parts.tsx";
import { attempt, EMPTY_FORM, type FormState, formValues, given } from "./form.ts";
import { type PageContext, viewOf } from "./view-of.ts";

const FIRST_ROWS = 4;
const MOST_ROWS = 100;

/** A column of the tag table: the last part of the field's name, its words and how its text becomes the catalogue's. */
const COLUMNS = [
  { part: "key", words: "Key", width: "w-m", example: "t_dis" },
  { part: "name", words: "Name", width: "w-l", example: "Discharge temperature" },
  { part: "unit", words: "Unit", width: "w-s", example: "Cel" },
  { part: "span.low", words: "Range from", width: "w-s", example: "0" },
  { part: "span.high", words: "Range to", width: "w-s", example: "150" },
  { part: "expectedIntervalMs", words: "Every, s", width: "w-s", example: "10" },
  { part: "limits.lowLow", words: "Low-low", width: "w-s", example: "" },
  { part: "limits.low", words: "Low", width: "w-s", example: "" },
  { part: "limits.high", words: "High", width: "w-s", example: "105" },
  { part: "limits.highHigh", words: "High-high", width: "w-s", example: "112" },
] as const;

/** A new product model: its tags as rows, or the whole catalogue as JSON. Rows are added without script too. */
export function modelForms(deps: PortalDeps): Hono<PortalEnv> {
  const { db } = deps;
  const staffView = (c: PageContext): View => {
    const view = viewOf(c, deps);
    demand(isStaff(view.viewer), "add product models");
    return view;
  };
  return new Hono<PortalEnv>()
    .get("/models/new", (c) => c.html(<ModelForm view={staffView(c)} state={EMPTY_FORM} rows={FIRST_ROWS} />))
    .post("/models", async (c) => {
      const view = staffView(c);
      const values = await formValues(c.req);
      const rows = Math.min(MOST_ROWS, Math.max(1, Math.trunc(Number(values.rows)) || FIRST_ROWS));
      if (values.more !== undefined) {
        const more = Math.min(MOST_ROWS, rows + FIRST_ROWS);
        return c.html(<ModelForm view={view} state={{ values, errors: {} }} rows={more} />);
      }
      const used = usedRows(values, rows);
      const done = await attempt(values, () =>
        createModel(
          db,
          view.viewer,
          given(values.json) ? fromJson(values.json!) : fromRows(values, used),
          view.now,
        ),
      );
      if (done.ok) return c.redirect(paths.model(done.result.id), 303);
      const state = given(values.json) ? inJson(done.state) : inRows(done.state, used);
      return c.html(<ModelForm view={view} state={state} rows={rows} />, 422);
    });
}

/** Rows in which something was written. */
function usedRows(values: Record<string, string>, rows: number): number[] {
  return Array.from({ length: rows }, (_, row) => row).filter((row) =>
    COLUMNS.some(({ part }) => given(values[`tags.${row}.${part}`])),
  );
}

/** Text becomes a number where it is one; else the schema says what is wrong with it. */
const numeric = (text: string | undefined) => {
  const given = text?.trim().replace(",", ".") ?? "";
  return given === "" || Number.isNaN(Number(given)) ? (given as unknown as number) : Number(given);
};

function fromRows(values: Record<string, string>, used: readonly number[]): ModelCatalog {
  return {
    key: values.key?.trim() ?? "",
    name: values.name?.trim() ?? "",
    tags: used.map((row) => {
      const at = (part: string) => values[`tags.${row}.${part}`];
      const limits = Object.fromEntries(
        (["lowLow", "low", "high", "highHigh"] as const)
          .filter((level) => given(at(`limits.${level}`)))
          .map((level) => [level, numeric(at(`limits.${level}`))]),
      );
      const everyS = numeric(at("expectedIntervalMs"));
      return {
        key: at("key")?.trim() ?? "",
        name: at("name")?.trim() ?? "",
        unit: at("unit")?.trim() || "1",
        span: { low: numeric(at("span.low")), high: numeric(at("span.high")) },
        expectedIntervalMs: typeof everyS === "number" ? Math.round(everyS * 1000) : everyS,
        ...(Object.keys(limits).length ? { limits } : {}),
      };
    }),
  };
}

function fromJson(text: string): ModelCatalog {
  try {
    return JSON.parse(text) as ModelCatalog;
  } catch (error) {
    throw invalid("json", `is not JSON: ${(error as Error).message}`);
  }
}

/** The catalogue counts the rows that were used; the page counts all of them. */
function inRows(state: FormState, used: readonly number[]): FormState {
  const errors = Object.fromEntries(
    Object.entries(state.errors).map(([field, message]) => [
      field.replace(/^tags\.(\d+)/, (_, index: string) => `tags.${used[Number(index)] ?? index}`),
      message,
    ]),
  );
  // What stands beside its row is not said twice.
  const inRow = Object.keys(errors).some((field) => field.startsWith("tags."));
  const form = used.length === 0 ? "A model needs at least one tag." : inRow ? undefined : state.form;
  return { ...state, errors, form };
}

function inJson(state: FormState): FormState {
  const said = Object.entries(state.errors).map(([field, message]) =>
    field === "json" ? message : `${field}: ${message}`,
  );
  return { ...state, errors: { json: said.join(" ") || (state.form ?? "") }, form: undefined };
}

function ModelForm({ view, state, rows }: { view: View; state: FormState; rows: number }) {
  const { values, errors } = state;
  return (
    <Page view={view} title="New model">
      <div class="top">
        <div class="lead">
          <nav class="crumb" aria-label="Where you are">
            <a href={paths.models()}>Models</a>
          </nav>
          <h1>New product model</h1>
          <p>What its machines send. Readings are judged by it as they arrive.</p>
        </div>
      </div>
      <form method="post" action={paths.models()} class="col">
        <FormError text={state.form} />
        <input type="hidden" name="rows" value={rows} />
        <div class="form two">
          <Field
            name="name"
            label="Name"
            hint="As on the brochure: KC-75 screw compressor."
            error={errors.name}
            control={(attributes) => (
              <input class="text" {...attributes} value={values.name} maxlength={160} />
            )}
          />
          <Field
            name="key"
            label="Key"
            hint="Letters, digits, _ . : or -. Programs name the model by it."
            error={errors.key}
            control={(attributes) => <input class="text" {...attributes} value={values.key} maxlength={64} />}
          />
        </div>
        <section class="pan" aria-labelledby="h-tags">
          <header>
            <h2 id="h-tags">Tags</h2>
            <div class="aside">
              Units as UCUM codes: Cel, bar, mm/s, {"{rev}"}/min, kW, %; 1 for none. Limits are optional.
            </div>
          </header>
          <section class="tw" tabindex={0} aria-label="Tags of the model">
            <table class="entry">
              <thead>
                <tr>
                  {COLUMNS.map(({ words }) => (
                    <th scope="col">{words}</th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {Array.from({ length: rows }, (_, row) => (
                  <TagRow row={row} state={state} />
                ))}
              </tbody>
            </table>
          </section>
          <p class="more">
            <button class="btn s" name="more" value="1" type="submit" formnovalidate>
              More rows
            </button>
          </p>
        </section>
        <details class="pan fold" open={values.json ? true : undefined}>
          <summary>Paste JSON instead</summary>
          <div class="in">
            <Field
              name="json"
              label="The whole model"
              hint="As POST /api/v1/models takes it: also running rule and failure modes. The rows above are then not used."
              error={errors.json}
              control={(attributes) => (
                <textarea class="text m" rows={12} {...attributes}>
                  {values.json}
                </textarea>
              )}
            />
          </div>
        </details>
        <div class="acts">
          <button class="btn p" type="submit" data-busy="Saving…">
            Add the model
          </button>
          <a class="btn" href={paths.models()}>
            Cancel
          </a>
        </div>
      </form>
    </Page>
  );
}

function TagRow({ row, state }: { row: number; state: FormState }) {
  const faults = Object.entries(state.errors).filter(
    ([field]) => field === `tags.${row}` || field.startsWith(`tags.${row}.`),
  );
  const told = ([field, message]: [string, string]) => {
    const column = COLUMNS.find(({ part }) => field === `tags.${row}.${part}`);
    return column ? `${column.words}: ${message}` : message;
  };
  return (
    <>
      <tr>
        {COLUMNS.map(({ part, words, width, example }) => {
          const name = `tags.${row}.${part}`;
          return (
            <td>
              <input
                class={`text ${width}`}
                name={name}
                value={state.values[name]}
                placeholder={row === 0 ? example : undefined}
                aria-label={`${words} of tag ${row + 1}`}
                aria-invalid={state.errors[name] ? "true" : undefined}
                aria-describedby={faults.length ? `tag-${row}-error` : undefined}
                maxlength={120}
              />
            </td>
          );
        })}
      </tr>
      {faults.length ? (
        <tr>
          <td colspan={COLUMNS.length} class="err-row" id={`tag-${row}-error`}>
            {faults.map(told).join(" ")}
          </td>
        </tr>
      ) : null}
    </>
  );
}

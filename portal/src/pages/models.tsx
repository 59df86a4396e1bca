import type { Tag } from "@millwright/shared/domain/model";
import { Hono } from "hono";
import { demand } from "../access/scope.ts";
import { isStaff } from "../access/viewer.ts";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { paths } from "../paths.ts";
import { findModel, listModels } from "../read/models.ts";
import type { ModelRow } from "../read/rows.ts";
import { Page, type View } from "../views/layout.tsx";
import { count, formatNumber, sentenceCase } from "../views/number.ts";
import { Empty, Panel } from "../views/parts.tsx";
import { PriorityMark } from "../views/status.tsx";
import { duration } from "../views/time.ts";
import { unitSign } from "../views/unit.ts";
import { decimalsOfTag } from "./machine-parts.tsx";
import { everyRow, viewOf } from "./view-of.ts";

/** The catalogue by which readings are judged. A model does not change: its machines' history was judged by it. */
export function modelPages(deps: PortalDeps): Hono<PortalEnv> {
  return new Hono<PortalEnv>()
    .get("/models", (c) => {
      const view = viewOf(c, deps);
      demand(isStaff(view.viewer), "read the models");
      return c.html(
        <Models view={view} models={everyRow((query) => listModels(deps.db, view.viewer, query))} />,
      );
    })
    .get("/models/:id", (c) => {
      const view = viewOf(c, deps);
      demand(isStaff(view.viewer), "read the models");
      return c.html(<Model view={view} model={findModel(deps.db, view.viewer, c.req.param("id"))} />);
    });
}

function Models({ view, models }: { view: View; models: ModelRow[] }) {
  return (
    <Page view={view} title="Models">
      <div class="top">
        <div class="lead">
          <h1>Product models</h1>
          <p>{count(models.length, "model")}</p>
        </div>
        <div class="acts">
          <a class="btn" href={paths.newModel()}>
            Add a model
          </a>
        </div>
      </div>
      <section class="pan" aria-label="Product models">
        {models.length ? (
          <ul>
            {models.map((model) => (
              <li class="row hrow">
                <div>
                  <div class="l1">
                    <a href={paths.model(model.id)}>{model.name}</a>
                  </div>
                  <div class="l2 m">{model.key}</div>
                </div>
                <span class="mut">
                  {count(model.tags.length, "tag")}, {count(model.failureModes?.length ?? 0, "failure mode")}
                </span>
              </li>
            ))}
          </ul>
        ) : (
          <Empty>
            <p>
              There is no product model yet. A model lists the tags its machines send, with unit, range and
              limits.
            </p>
            <a class="btn" href={paths.newModel()}>
              Describe the first model
            </a>
          </Empty>
        )}
      </section>
    </Page>
  );
}

const LEVELS = ["lowLow", "low", "high", "highHigh"] as const;

function Model({ view, model }: { view: View; model: ModelRow }) {
  return (
    <Page view={view} title={model.name}>
      <div class="top">
        <div class="lead">
          <nav class="crumb" aria-label="Where you are">
            <a href={paths.models()}>Models</a>
          </nav>
          <h1>{model.name}</h1>
          <p>
            <span class="m">{model.key}</span> · <a href={paths.fleet({ model: model.id })}>its machines</a>
          </p>
        </div>
        <div class="acts">
          <a class="btn" href={paths.newAsset({ model: model.id })}>
            Add a machine of it
          </a>
        </div>
      </div>
      <div class="col">
        <Panel id="tags" title="Tags" aside={count(model.tags.length, "tag")}>
          <section class="tw" tabindex={0} aria-label="Tag catalogue">
            <table>
              <thead>
                <tr>
                  <th scope="col">Tag</th>
                  <th scope="col">Unit</th>
                  <th scope="col" class="num">
                    Sensor range
                  </th>
                  <th scope="col" class="num">
                    Low-low
                  </th>
                  <th scope="col" class="num">
                    Low
                  </th>
                  <th scope="col" class="num">
                    High
                  </th>
                  <th scope="col" class="num">
                    High-high
                  </th>
                  <th scope="col" class="num">
                    Expected every
                  </th>
                </tr>
              </thead>
              <tbody>
                {model.tags.map((tag) => (
                  <TagRow tag={tag} />
                ))}
              </tbody>
            </table>
          </section>
        </Panel>
        <Panel id="modes" title="Failure modes" aside={count(model.failureModes?.length ?? 0, "mode")}>
          {model.failureModes?.length ? (
            <ul>
              {model.failureModes.map((mode) => (
                <li class="row alarm-in-ticket">
                  <PriorityMark priority={mode.priority} />
                  <div>
                    <div class="l1">
                      {mode.title} <span class="sm dim m">{mode.code}</span>
                    </div>
                    <div class="l2">
                      {[mode.cause, mode.consequence, mode.action].filter(Boolean).join(" · ")}
                    </div>
                    <div class="l2 dim">Shown by {mode.symptoms.join(", ")}</div>
                  </div>
                </li>
              ))}
            </ul>
          ) : (
            <Empty>
              <p>None is described: alarms open tickets under their own sentence.</p>
            </Empty>
          )}
        </Panel>
      </div>
    </Page>
  );
}

function TagRow({ tag }: { tag: Tag }) {
  const decimals = decimalsOfTag(tag);
  return (
    <tr>
      <th scope="row">
        {sentenceCase(tag.name)} <span class="sm dim m">{tag.key}</span>
      </th>
      <td>{unitSign(tag.unit) || <span class="dim">–</span>}</td>
      <td class="num">
        {formatNumber(tag.span.low)} to {formatNumber(tag.span.high)}
      </td>
      {LEVELS.map((level) => {
        const limit = tag.limits?.[level];
        return (
          <td class="num">
            {limit === undefined ? <span class="dim">–</span> : formatNumber(limit, decimals)}
          </td>
        );
      })}
      <td class="num">{tag.onChange ? "on change" : duration(tag.expectedIntervalMs)}</td>
    </tr>
  );
}

import type { Child } from "hono/jsx";
import { Page, type View } from "../views/layout.tsx";
import { Panel } from "../views/parts.tsx";

/** A secret that is on this page and nowhere else. The caller sets no-store. */
export function ShownOnce(props: {
  view: View;
  title: string;
  lead: string;
  /** What the secret is. */
  what: string;
  secret: string;
  /** Where one goes on from here. */
  back: string;
  backWords: string;
  children?: Child;
}) {
  return (
    <Page view={props.view} title={props.title}>
      <div class="top">
        <div class="lead">
          <h1>{props.title}</h1>
          <p>{props.lead}</p>
        </div>
      </div>
      <Panel id="secret" title={props.what}>
        <div class="in form">
          {props.children}
          <code class="code" data-secret="">
            {props.secret}
          </code>
          <div class="acts">
            <button class="btn" type="button" data-copy={props.secret} hidden>
              Copy
            </button>
            <a class="btn" href={props.back}>
              {props.backWords}
            </a>
          </div>
        </div>
      </Panel>
    </Page>
  );
}

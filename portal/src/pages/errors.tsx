import { randomBytes } from "node:crypto";
import { Failure, type FailureCode } from "@millwright/shared/failure";
import type { PortalDeps, PortalEnv } from "../deps.ts";
import { isDiskFull } from "../disk-full.ts";
import { paths } from "../paths.ts";
import { Document, Page } from "../views/layout.tsx";
import { type PageContext, themeOf, viewOf } from "./view-of.ts";

type Told = { status: 400 | 403 | 404 | 409 | 500 | 503; title: string; text: string };

const TOLD: Record<FailureCode, Told> = {
  invalid: {
    status: 400,
    title: "That cannot be read",
    text: "The address or the form holds something this page does not understand.",
  },
  not_found: {
    status: 404,
    title: "Nothing here",
    text: "There is no such page, or it belongs to somebody else.",
  },
  conflict: {
    status: 409,
    title: "It has changed meanwhile",
    text: "Somebody else was faster. Load the page again and look.",
  },
  unauthorized: {
    status: 403,
    title: "Not for your role",
    text: "Your role may not do this. An administrator can change roles.",
  },
  unavailable: {
    status: 503,
    title: "Not available just now",
    text: "A part of Millwright does not answer. Readings that devices send are still received and kept.",
  },
  internal: {
    status: 500,
    title: "Something went wrong",
    text: "The page could not be made. Readings are still received and kept, and nothing you saved is lost.",
  },
};

const DISK_FULL: Told = {
  status: 503,
  title: "The disk is full",
  text: "Nothing can be saved until there is space on the server again. What is there can be read.",
};

/** The one place that turns a fault into a page. A fault of ours gets a reference number that the log has too. */
export function errorPage(error: unknown, c: PageContext, deps: PortalDeps): Response | Promise<Response> {
  const code: FailureCode = error instanceof Failure ? error.code : "internal";
  const told = isDiskFull(error) ? DISK_FULL : TOLD[code];
  let reference: string | undefined;
  if (told.status >= 500) {
    reference = randomBytes(4).toString("hex");
    deps.log.error({ err: error, reference, path: c.req.path }, "page failed");
  }
  const text = code === "invalid" || code === "conflict" ? sentence(error) : told.text;
  return c.html(<ErrorPage c={c} deps={deps} told={{ ...told, text }} reference={reference} />, told.status);
}

export function notFoundPage(c: PageContext, deps: PortalDeps): Response | Promise<Response> {
  return errorPage(new Failure("not_found", "no such page"), c, deps);
}

function sentence(error: unknown): string {
  if (!(error instanceof Failure)) return TOLD.internal.text;
  const message = error.field ? `${error.field} ${error.message}` : error.message;
  return message.charAt(0).toUpperCase() + message.slice(1);
}

function ErrorPage(props: { c: PageContext; deps: PortalDeps; told: Told; reference: string | undefined }) {
  const { c, deps, told } = props;
  const body = (
    <>
      <div class="top">
        <div class="lead">
          <h1>{told.title}</h1>
          <p>{told.text}</p>
          {props.reference ? (
            <p>
              Reference <span class="m">{props.reference}</span>
            </p>
          ) : null}
        </div>
      </div>
      <a class="btn" href={paths.home()}>
        Go home
      </a>
    </>
  );
  // Where the fault is in what every page needs, the plain page still says what is true.
  const view = viewOrNull(c, deps);
  return view ? (
    <Page view={view} title={told.title}>
      {body}
    </Page>
  ) : (
    <Document title={`${told.title} · Millwright`} theme={themeOf(c)} body="signin">
      <main id="main">{body}</main>
    </Document>
  );
}

function viewOrNull(c: PageContext, deps: PortalDeps) {
  try {
    const viewer: PortalEnv["Variables"]["viewer"] | undefined = c.get("viewer");
    return viewer ? viewOf(c, deps) : null;
  } catch {
    return null;
  }
}

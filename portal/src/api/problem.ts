import { Failure, type FailureCode } from "@millwright/shared/failure";
import type { Log } from "@millwright/shared/log";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type FieldError, InvalidInput } from "../access/input.ts";
import { isDiskFull } from "../disk-full.ts";

/** RFC 9457. `field` and `errors` are ours: which input is at fault. */
export type Problem = { detail?: string; field?: string; errors?: readonly FieldError[] };

const TITLE_BY_STATUS: Record<number, string> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  409: "Conflict",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  429: "Too Many Requests",
  500: "Internal Server Error",
  503: "Service Unavailable",
};

const STATUS_BY_CODE: Record<FailureCode, ContentfulStatusCode> = {
  invalid: 400,
  unauthorized: 403,
  not_found: 404,
  conflict: 409,
  unavailable: 503,
  internal: 500,
};

export function problem(c: Context, status: ContentfulStatusCode, body: Problem = {}) {
  c.header("content-type", "application/problem+json");
  return c.body(
    JSON.stringify({ type: "about:blank", title: TITLE_BY_STATUS[status] ?? "Error", status, ...body }),
    status,
  );
}

/** The one place that turns a thrown fault of an API call into an answer. What is our own fault tells no detail. */
export function answerFailure(c: Context, error: Error, log: Log) {
  if (error instanceof InvalidInput) return invalidInput(c, error.errors);
  if (error instanceof Failure && error.code !== "internal") {
    const { code, message, field } = error;
    return problem(c, STATUS_BY_CODE[code], { detail: message, ...(field === undefined ? {} : { field }) });
  }
  if (error instanceof HTTPException)
    return problem(c, error.status as ContentfulStatusCode, { detail: error.message });
  log.error({ err: error, method: c.req.method, path: c.req.path }, "request failed");
  if (isDiskFull(error)) return problem(c, 503, { detail: "The disk is full: nothing can be saved." });
  return problem(c, 500);
}

/** All fields at fault are in `errors`; `field` and `detail` tell the first. */
export function invalidInput(c: Context, errors: readonly FieldError[]) {
  const first = errors[0]!;
  const detail = first.field === "" ? first.message : `${first.field}: ${first.message}`;
  return problem(c, 400, { detail, field: first.field, errors });
}

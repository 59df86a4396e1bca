/** What kind of fault it is; each process has one place that turns the code into a page, a retry or an exit. */
export type FailureCode = "invalid" | "not_found" | "conflict" | "unauthorized" | "unavailable" | "internal";

export class Failure extends Error {
  readonly code: FailureCode;
  /** The input field at fault, where there is one. */
  readonly field: string | undefined;

  constructor(code: FailureCode, message: string, options: { cause?: unknown; field?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Failure";
    this.code = code;
    this.field = options.field;
  }
}

import { Failure } from "@millwright/shared/failure";
import { isStaff, type Viewer } from "./viewer.ts";

/**
 * The customer a viewer is confined to, null for the maker's staff. A customer's user without a customer
 * gets an id that matches nothing: a broken account sees nothing rather than everything.
 */
export function confinedTo(viewer: Viewer): string | null {
  return isStaff(viewer) ? null : (viewer.customerId ?? "");
}

export function maySee(viewer: Viewer, customerId: string | null): boolean {
  const own = confinedTo(viewer);
  return own === null || own === customerId;
}

/** Throws Failure "unauthorized": signed in, and not allowed to. */
export function demand(allowed: boolean, what: string): void {
  if (!allowed) throw new Failure("unauthorized", `Your role may not ${what}.`);
}

export function notFound(what: string): Failure {
  return new Failure("not_found", `There is no such ${what}.`);
}

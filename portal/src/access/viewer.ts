import type { Role } from "@millwright/shared/db/schema/people";

/** Who asks: from the session or the API key only, never from the request's words. */
export type Viewer = {
  /** User id, or key id for an API key. */
  id: string;
  name: string;
  role: Role;
  /** The one customer an owner or viewer belongs to; null for the maker's staff. */
  customerId: string | null;
  kind: "user" | "key";
};

export const isStaff = (viewer: Viewer): boolean =>
  viewer.role === "administrator" || viewer.role === "engineer";
export const isAdministrator = (viewer: Viewer): boolean => viewer.role === "administrator";
/** May write comments and raise tickets: everyone but a customer's viewer. */
export const mayWrite = (viewer: Viewer): boolean => viewer.role !== "viewer";

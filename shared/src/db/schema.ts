export * from "./schema/fleet.ts";
export * from "./schema/people.ts";
export * from "./schema/service.ts";

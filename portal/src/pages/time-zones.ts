let zones: string[] | undefined;

/** UTC first: Intl lists only names with a place. */
export function timeZones(): string[] {
  zones ??= ["UTC", ...Intl.supportedValuesOf("timeZone")];
  return zones;
}

/** Marks what a page asks by itself: it does not keep the session of a person who went away alive. */
export const UNATTENDED = { "x-millwright-unattended": "1" } as const;

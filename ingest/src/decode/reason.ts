/** Why a message, or one value of it, was refused. A closed set: it labels metrics and is shown in the portal. */
const REJECTION_REASONS = [
  "invalid-json",
  "not-an-object",
  "no-values",
  "value-not-a-number",
  "bad-tag",
  "bad-timestamp",
  "too-deep",
  "too-large",
  "too-many-tags",
  "unknown-device",
  "unknown-child",
  "unknown-topic",
  "unreadable-record",
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** Values of a message that were refused while the rest of it was kept. */
export type Refusal = { reason: RejectionReason; what: string };

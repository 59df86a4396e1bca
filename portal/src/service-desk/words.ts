import type { Finding } from "@millwright/shared/domain/finding";
import type { FailureMode } from "@millwright/shared/domain/model";
import { formatNumber } from "../views/number.ts";
import { unitSign } from "../views/unit.ts";

/** The sentences the service desk writes into a ticket. When they happened stands beside them. */
export const sentences = {
  opened: (summary: string) => `Opened by an alarm. ${sentence(summary)}`,
  joined: (summary: string) => `Another alarm of this ticket. ${sentence(summary)}`,
  cameBack: (summary: string) => `The alarm came back; the ticket is open again. ${sentence(summary)}`,
  foundLater: (summary: string) => `Arrived later, from before this ticket ended. ${sentence(summary)}`,
  worse: (summary: string) => `The alarm got worse. ${sentence(summary)}`,
  easier: (summary: string) => `The alarm eased. ${sentence(summary)}`,
  morePressing: (priority: number) => `Priority raised to ${priority}.`,
  cleared: (summary: string) => `Alarm over: ${sentence(summary)}`,
  monitoring: () => "All alarms of this ticket are over. It stays under watch until somebody resolves it.",
  changedHands: () =>
    "The machine changed hands before this happened: the ticket moved to its owner of that day.",
  leftBehind: (summary: string) =>
    `The machine had changed hands when this alarm began: ${sentence(summary)}`,
  moved: (who: string, from: string, to: string) =>
    `${who} moved the ticket from ${words(from)} to ${words(to)}.`,
  assigned: (who: string, to: string | null) =>
    to === null ? `${who} took the assignment back.` : `${who} assigned the ticket to ${to}.`,
} as const;

const words = (state: string) => state.replace("-", " ");

function sentence(summary: string): string {
  return /[.!?]$/.test(summary) ? summary : `${summary}.`;
}

/** The failure mode's title with its blanks filled, else the alarm's own sentence. */
export function ticketTitle(
  mode: FailureMode | undefined,
  finding: Pick<Finding, "tag" | "value" | "unit" | "limit" | "summary">,
  names: { asset: string; tag: string | null },
): string {
  if (!mode) return finding.summary;
  const blanks: Record<string, string> = {
    asset: names.asset,
    tag: names.tag ?? finding.tag ?? "device",
    value: formatNumber(finding.value),
    limit: formatNumber(finding.limit),
    unit: unitSign(finding.unit),
  };
  return mode.title.replace(/\{(asset|tag|value|limit|unit)\}/g, (_, blank: string) => blanks[blank] ?? "");
}

/** What the failure mode knows: cause, consequence, what to do. */
export function ticketDescription(mode: FailureMode | undefined, summary: string): string {
  const known = [
    mode?.cause && `Likely cause: ${sentence(mode.cause)}`,
    mode?.consequence && `If nothing is done: ${sentence(mode.consequence)}`,
    mode?.action && `Do next: ${sentence(mode.action)}`,
  ];
  return [sentence(summary), ...known.filter(Boolean)].join("\n");
}

import type { Finding } from "@millwright/shared/domain/finding";
import type { FailureMode } from "@millwright/shared/domain/model";
import { formatShort, readable, sentenceCase } from "../views/number.ts";
import { unitSign } from "../views/unit.ts";

/** The sentences the service desk writes into a ticket. When they happened stands beside them. */
export const sentences = {
  opened: (of: Told) => `Opened by an alarm. ${sentence(of)}`,
  joined: (of: Told) => `Another alarm of this ticket. ${sentence(of)}`,
  cameBack: (of: Told) => `The alarm came back; the ticket is open again. ${sentence(of)}`,
  foundLater: (of: Told) => `Arrived later, from before this ticket ended. ${sentence(of)}`,
  whileShelved: (of: Told) => `While this alarm is shelved: ${sentence(of)}`,
  worse: (of: Told) => `The alarm got worse. ${sentence(of)}`,
  easier: (of: Told) => `The alarm eased. ${sentence(of)}`,
  morePressing: (priority: number) => `Priority raised to ${priority}.`,
  cleared: (of: Told) => `Alarm over: ${sentence(of)}`,
  monitoring: () => "All alarms of this ticket are over. It stays under watch until somebody resolves it.",
  changedHands: () =>
    "The machine changed hands before this happened: the ticket moved to its owner of that day.",
  leftBehind: (of: Told) => `The machine had changed hands when this alarm began: ${sentence(of)}`,
  moved: (who: string, from: string, to: string) =>
    `${who} moved the ticket from ${words(from)} to ${words(to)}.`,
  assigned: (who: string, to: string | null) =>
    to === null ? `${who} took the assignment back.` : `${who} assigned the ticket to ${to}.`,
} as const;

const words = (state: string) => state.replace("-", " ");

type Told = Pick<Finding, "summary">;

/** The detector's sentence with signs instead of UCUM codes: tickets and comments are read by people. */
const told = ({ summary }: Told) => readable(summary);

const sentence = (of: Told) => ended(told(of));

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The failure mode's title with its blanks filled, else the alarm's own sentence. */
export function ticketTitle(
  mode: FailureMode | undefined,
  finding: Pick<Finding, "tag" | "value" | "unit" | "limit" | "summary">,
  names: { asset: string; tag: string | null },
): string {
  if (!mode) return told(finding);
  const blanks: Record<string, string> = {
    asset: names.asset,
    tag: names.tag ?? finding.tag ?? "device",
    value: formatShort(finding.value),
    limit: formatShort(finding.limit),
    unit: unitSign(finding.unit),
  };
  const title = mode.title.replaceAll("} {unit}", "}\u00a0{unit}");
  return sentenceCase(
    title.replace(/\{(asset|tag|value|limit|unit)\}/g, (_, blank: string) => blanks[blank] ?? ""),
  );
}

/** What the failure mode knows: cause, consequence, what to do. */
export function ticketDescription(mode: FailureMode | undefined, of: Told): string {
  const known = [
    mode?.cause && `Likely cause: ${ended(mode.cause)}`,
    mode?.consequence && `If nothing is done: ${ended(mode.consequence)}`,
    mode?.action && `Do next: ${ended(mode.action)}`,
  ];
  return [sentence(of), ...known.filter(Boolean)].join("\n");
}

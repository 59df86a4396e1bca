import type { FailureMode } from "@millwright/shared/domain/model";
import type { TagRow } from "./tag-table.ts";

/** Failure modes of the instruments, the same for every model: the machine is not at fault, the knowledge is. */
export function instrumentModes(rows: readonly TagRow[]): FailureMode[] {
  const watched = rows.filter(({ tag }) => tag.flatLine !== false).map(({ tag }) => tag.key);
  const all = rows.filter(({ tag }) => !tag.onChange).map(({ tag }) => tag.key);
  return [
    {
      code: "X1",
      title: "Sensor {tag} frozen",
      priority: 4,
      symptoms: watched.map((key) => `${key}:flat-line`),
      mode: "AIR",
      mechanism: "3.x instrument",
      cause: "The value stands still while the machine runs: wiring, transmitter or fieldbus card.",
      consequence:
        "The machine is no worse, but what we know of it is; faults that this sensor would show stay hidden.",
      action:
        "Compare with a hand instrument, check the wiring and the transmitter, replace the sensor at the next visit.",
    },
    {
      code: "X2",
      title: "Sensor {tag} drifts",
      priority: 3,
      symptoms: watched.map((key) => `${key}:residual`),
      mode: "AIR",
      mechanism: "3.x instrument",
      cause: "One tag leaves its usual relation while vibration, current and power stay.",
      consequence: "A real fault may be hidden or a false one reported.",
      action: "Compare with a hand instrument, recalibrate or replace the sensor.",
    },
    {
      code: "X3",
      title: "Sensor {tag} has a loose contact",
      priority: 4,
      symptoms: all.map((key) => `${key}:spikes`),
      mode: "AIR",
      mechanism: "3.x instrument",
      cause: "Single samples at the end of the range: loose terminal, broken shield, water in the plug.",
      consequence: "None for the machine; short excursions of this value cannot be told from the fault.",
      action: "Tighten the terminals, check shield and plug at the next visit.",
    },
    {
      code: "X4",
      title: "Sensor {tag} is outside its range",
      priority: 3,
      symptoms: all.map((key) => `${key}:out-of-span`),
      mode: "AIR",
      mechanism: "3.x instrument",
      cause: "Open circuit or short circuit of the sensor or its cable.",
      consequence: "The value is lost; faults that it would show stay hidden.",
      action: "Check cable and plug, replace the sensor.",
    },
    {
      code: "X9",
      title: "{asset}: device keeps reconnecting",
      priority: 3,
      symptoms: ["device:flapping"],
      mode: "AIR",
      mechanism: "3.x instrument",
      cause: "Weak power supply (brown-out) or a bad network link of the device.",
      consequence: "Readings arrive late or are missing.",
      action: "Check the device's supply voltage and its link; replace the power supply.",
    },
  ];
}

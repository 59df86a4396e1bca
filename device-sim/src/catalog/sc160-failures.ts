import type { FailureMode } from "@millwright/shared/domain/model";

/** What goes wrong, how it shows (first symptom first), and what to do; modes and mechanisms named after ISO 14224. */
export const SC160_FAILURES: readonly FailureMode[] = [
  {
    code: "C1",
    title: "{asset}: oil cooler fouled ({tag} {value} {unit})",
    priority: 2,
    symptoms: ["t_oil_inj:high", "t_discharge:high", "t_outlet:high"],
    mode: "IHT",
    mechanism: "5.1 blockage",
    cause: "Dust in the oil cooler (maintenance).",
    consequence: "Trip in production; oil ageing doubles per 10 K.",
    action:
      "Clean before the next warm week: blow out or wash the cooler, check the fan. 3 h (COOL-SC if corroded). In a heat wave outlet and oil rise exactly with the ambient.",
  },
  {
    code: "C2",
    title: "{asset}: separator element near its end ({value} {unit})",
    priority: 3,
    symptoms: ["dp_sep:high", "sp_dev:high"],
    mode: "PDE",
    mechanism: "5.1 blockage",
    cause: "Separator clogged by aged oil.",
    consequence: "7 % more energy per bar, oil in the air line, collapse of the element.",
    action:
      "Replace SEP-SC with oil and oil filter. 3 h. Differential pressure grows with the square of the flow: compare at 25 m3/min.",
  },
  {
    code: "C3",
    title: "{asset}: element bearings wearing",
    priority: 2,
    symptoms: ["acc_airend:high", "vib_airend:high"],
    mode: "VIB",
    mechanism: "2.4 wear",
    cause: "Contaminated oil.",
    consequence: "Rotor contact: element scrap, oil fire risk, 14,500.",
    action: "Oil sample, spectrum; plan the exchange of element AE-SC. 10 h, crane.",
  },
  {
    code: "C4",
    title: "{asset}: inlet filter clogged ({value} {unit})",
    priority: 4,
    symptoms: ["dp_inlet:high"],
    mode: "PLU",
    mechanism: "5.1 blockage",
    cause: "Dust.",
    consequence: "6 % less air, 4 % more energy.",
    action: "Replace the filter AF-SC, 0.5 h; the customer can do it.",
  },
  {
    code: "C5",
    title: "{asset} runs too cold: water in the oil",
    priority: 3,
    symptoms: ["t_oil_inj:low", "t_discharge:low"],
    mode: "PDE",
    mechanism: "1.6 sticking",
    cause: "Thermostatic valve stuck open (age).",
    consequence: "Emulsified oil, bearing wear.",
    action: "Replace the thermostat kit TV-SC, take an oil sample, run hot for 1 h. 2 h.",
  },
];

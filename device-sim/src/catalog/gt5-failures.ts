import type { FailureMode } from "@millwright/shared/domain/model";

/** What goes wrong, how it shows (first symptom first), and what to do; modes and mechanisms named after ISO 14224. */
export const GT5_FAILURES: readonly FailureMode[] = [
  {
    code: "G1",
    title: "{asset}: off-line wash due",
    priority: 3,
    symptoms: ["pmax_dev:low", "egt_dev:high", "cdp_dev:low"],
    mode: "LOO",
    mechanism: "5.2 contamination",
    cause: "Compressor fouled (environment).",
    consequence: "Power missing at peaks, fuel.",
    action: "Crank wash in the next stop. WASH-GT, 6 h.",
  },
  {
    code: "G2",
    title: "{asset}: exhaust spread {value} {unit} and rising, clean fuel nozzles",
    priority: 2,
    symptoms: ["egt_spread:high"],
    mode: "PDE",
    mechanism: "5.1 blockage",
    cause: "Fuel nozzles plugged (gas quality).",
    consequence: "Trip; burnt nozzle guide vane, 180,000.",
    action:
      "Borescope, exchange the nozzle set NOZ-GT. 16 h after 8 h of cooling down. One broken thermocouple would jump within a sample.",
  },
  {
    code: "G3",
    title: "{asset}: bearing 1 temperature and vibration rising, stop",
    priority: 1,
    symptoms: ["t_brg1:high", "vib_brg1:high", "vib_brg2:high"],
    mode: "VIB",
    mechanism: "2.4 wear",
    cause: "Oil contamination.",
    consequence: "Rotor damage: 600,000, 60 d down.",
    action:
      "Unload now, oil sample, inspect. BRG-GT, 40 h. Hot oil would raise the lube temperature as well.",
  },
  {
    code: "G4",
    title: "{asset}: inlet filter {value} {unit}",
    priority: 3,
    symptoms: ["dp_inlet:high"],
    mode: "PLU",
    mechanism: "5.1 blockage",
    cause: "Pollen, harvest dust or fog.",
    consequence: "Power lost; at 25 mbar the implosion door opens and dirty air fouls the compressor.",
    action: "Replace the filter set FILT-GT, 6 h at standstill. Fog and rain jump and return.",
  },
  {
    code: "G5",
    title: "{asset}: lube oil pressure falling, change the filter this week",
    priority: 2,
    symptoms: ["lube_press:low"],
    mode: "LBP",
    mechanism: "5.1 blockage, 2.4 wear",
    cause: "Lube oil filter or pump (maintenance).",
    consequence: "Trip, hard coast-down, bearing damage.",
    action:
      "Switch the duplex filter (customer, guided remotely). LOF-GT, 3 h. A drifting transmitter would leave bearing 1 temperature where it is.",
  },
  {
    code: "G6",
    title: "{asset}: plan hot-section work",
    priority: 4,
    symptoms: ["hr_dev:high"],
    mode: "LOO",
    mechanism: "2.4 wear, 2.7 overheating",
    cause: "Age.",
    consequence: "Output and fuel; a wash does not bring it back.",
    action: "Borescope, offer an exchange engine. 12 h.",
  },
];

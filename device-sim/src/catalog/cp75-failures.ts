import type { FailureMode } from "@millwright/shared/domain/model";

/** What goes wrong, how it shows (first symptom first), and what to do; modes and mechanisms named after ISO 14224. */
export const CP75_FAILURES: readonly FailureMode[] = [
  // Before P1: vibration alone is misalignment; a bearing shows in acceleration days before.
  {
    code: "P5",
    title: "{asset}: vibration rose to {value} {unit}",
    priority: 2,
    symptoms: ["vib_de:high"],
    mode: "VIB",
    mechanism: "1.3 clearance, alignment",
    cause: "Misalignment after work on the coupling (installation).",
    consequence: "Coupling insert lasts 30 d, bearing 60 d.",
    action: "Laser-align, check soft foot; no part; 4 h, no charge when it followed our own visit.",
  },
  {
    code: "P1",
    title: "{asset}: pump DE bearing is failing",
    priority: 2,
    symptoms: [
      "acc_pde:high",
      "vib_de:high",
      "t_brg_de:high",
      "acc_pnde:high",
      "acc_mde:high",
      "acc_mnde:high",
    ],
    mode: "VIB",
    mechanism: "2.6 fatigue, 2.4 wear",
    cause: "Outer-race damage of the drive-end bearing; most often lubrication.",
    consequence: "Seizure with shaft and seal damage: 3,900 more in parts, 14 h down.",
    action:
      "Confirm by envelope spectrum; replace both pump bearings, check seal and alignment. Kit BRG-CP, 6 h on site. A load rise would move power and all four accelerations together.",
  },
  {
    code: "P2",
    title: "{asset} needs more energy than new at the same duty",
    priority: 4,
    symptoms: ["e_dev:high", "eta_dev:low"],
    mode: "LOO",
    mechanism: "2.3 erosion",
    cause: "Wear rings or impeller worn by sand or age.",
    consequence: "Energy, later capacity not reached at peaks.",
    action: "Measure the pump curve; renew wear rings or impeller at the next stop. Kit WR-CP, 10 h.",
  },
  {
    code: "P3",
    title: "{asset}: suction strainer clogging, pump near cavitation",
    priority: 1,
    symptoms: [
      "p_suction:low",
      "npsh_ratio:low",
      "acc_pde:high",
      "acc_pnde:high",
      "acc_mde:high",
      "acc_mnde:high",
      "vib_de:high",
      "p_discharge:low",
    ],
    mode: "PLU",
    mechanism: "2.1 cavitation, 5.1 blockage",
    cause: "The suction strainer is blocked (operation).",
    consequence: "Impeller pitting, seal and bearing damage within days.",
    action:
      "Switch to the standby pump now; the customer cleans the strainer; look at the impeller at the next stop. 2 h.",
  },
  {
    code: "P4",
    title: "{asset}: seal leakage rising",
    priority: 2,
    symptoms: ["seal_leak:high"],
    mode: "ELP",
    mechanism: "2.4 wear",
    cause: "Mechanical seal worn by age or dry running.",
    consequence: "Water in the bearing frame, bearing damage, stop.",
    action:
      "Replace the cartridge SEAL-CP, 5 h; check flush and dry-run log. A new seal that runs in leaks less within 8 h.",
  },
  {
    code: "P6",
    title: "{asset}: motor overheats at normal current, cooling blocked",
    priority: 2,
    symptoms: ["t_winding:high"],
    mode: "OHE",
    mechanism: "2.7 overheating",
    cause: "Blocked motor fan or dirty fins (maintenance).",
    consequence: "Trip on a hot afternoon; winding life halves per 10 K.",
    action:
      "Clean fins and fan cowl, check the fan. FAN-CP, 2 h. If the current is high too, it is overload.",
  },
];

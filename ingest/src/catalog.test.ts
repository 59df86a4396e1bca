import { expect, test } from "vitest";
import { compileModel } from "./catalog.ts";

test("an alarm has the priority of the failure that shows it soonest, not of the worst that ends in it", () => {
  const mode = (code: string, priority: 1 | 2 | 3 | 4, symptoms: string[]) => ({
    code,
    title: code,
    priority,
    symptoms,
  });
  const { priorityByAlarmType } = compileModel([], null, [
    mode("cavitation", 1, ["p_suction:low", "vib:high"]),
    mode("misalignment", 2, ["vib:high"]),
    mode("bearing", 3, ["acc:high", "vib:high", "t_brg:high"]),
    mode("run dry", 2, ["acc:high"]),
  ]);
  expect(Object.fromEntries(priorityByAlarmType)).toEqual({
    "p_suction:low": 1,
    "vib:high": 2,
    "acc:high": 3,
    "t_brg:high": 3,
  });
});

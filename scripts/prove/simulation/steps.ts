import fc from "fast-check";
import { DEVICES } from "./plant.ts";
import type { StoreWeather } from "./store.ts";

export type Program = "broker" | "ingest" | "portal";

/** One thing that happens. Plain data, so that a failing list can be printed, shortened and run again. */
export type Step =
  | { do: "publish"; device: string; values: readonly number[] }
  | { do: "publish again"; device: string; back: number }
  | { do: "publish late"; device: string; back: number; value: number }
  | { do: "publish nonsense"; device: string; kind: number }
  | { do: "cut"; device: string; told: boolean }
  | { do: "lose answers"; device: string }
  | { do: "kill"; program: Program; afterMs: number }
  | { do: "kill between writes"; program: Program; writes: number }
  | { do: "power cut"; afterMs: number }
  | { do: "store"; weather: StoreWeather }
  | { do: "disk full"; full: boolean }
  | { do: "commit fails"; program: Program }
  | { do: "slow disk"; slow: boolean }
  | { do: "clock"; jumpMs: number }
  | { do: "revoke"; device: string }
  | { do: "renew"; device: string }
  | { do: "wait"; ms: number };

const device = fc.constantFrom(...DEVICES);
const program = fc.constantFrom<Program>("broker", "ingest", "portal");
/** 5 is normal, 8.5 is high, 9.5 very high; 11 is outside the sensor's span. */
const value = fc.constantFrom(5, 5, 5, 6, 8.5, 8.5, 9.5, 11);
const run = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom([5], [8.5], [5, 5], [9.5]) },
  { weight: 4, arbitrary: fc.constantFrom(Array<number>(9).fill(8.5), Array<number>(9).fill(5)) },
  { weight: 2, arbitrary: fc.array(value, { minLength: 1, maxLength: 8 }) },
);
const soonMs = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 400 }));

const of = <T extends Step>(weight: number, arbitrary: fc.Arbitrary<T>) => ({
  weight,
  arbitrary: arbitrary as fc.Arbitrary<Step>,
});
const is = <K extends Step["do"]>(name: K) => fc.constant(name);

const step: fc.Arbitrary<Step> = fc.oneof(
  of(14, fc.record({ do: is("publish"), device, values: run })),
  of(3, fc.record({ do: is("publish again"), device, back: fc.integer({ min: 1, max: 12 }) })),
  of(2, fc.record({ do: is("publish late"), device, back: fc.integer({ min: 1, max: 12 }), value })),
  of(2, fc.record({ do: is("publish nonsense"), device, kind: fc.integer({ min: 0, max: 5 }) })),
  of(2, fc.record({ do: is("cut"), device, told: fc.boolean() })),
  of(2, fc.record({ do: is("lose answers"), device })),
  of(5, fc.record({ do: is("kill"), program, afterMs: soonMs })),
  of(6, fc.record({ do: is("kill between writes"), program, writes: fc.integer({ min: 0, max: 7 }) })),
  of(3, fc.record({ do: is("power cut"), afterMs: soonMs })),
  of(
    4,
    fc.record({
      do: is("store"),
      weather: fc.constantFrom<StoreWeather>("up", "up", "refuses", "loses the answer", "hangs", "half"),
    }),
  ),
  of(2, fc.record({ do: is("disk full"), full: fc.boolean() })),
  of(3, fc.record({ do: is("commit fails"), program })),
  of(4, fc.record({ do: is("slow disk"), slow: fc.constantFrom(true, true, false) })),
  of(
    1,
    fc.record({
      do: is("clock"),
      jumpMs: fc.constantFrom(-3_600_000, -90_000, -1_500, 1_500, 90_000, 3_600_000),
    }),
  ),
  of(1, fc.record({ do: is("revoke"), device })),
  of(1, fc.record({ do: is("renew"), device })),
  of(
    8,
    fc.record({
      do: is("wait"),
      ms: fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 200, max: 6_000 })),
    }),
  ),
);

/** What one seed does to the installation. */
export const steps = fc.noBias(fc.array(step, { minLength: 8, maxLength: 24 }));

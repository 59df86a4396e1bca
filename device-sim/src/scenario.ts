import type { Priority } from "@millwright/shared/domain/model";
import type { TicketState } from "@millwright/shared/domain/ticket";
import type { Climate, HeatWave } from "./ambient.ts";
import type { ModelKey } from "./catalog/models.ts";
import type { MachineFault } from "./fault.ts";
import type { Load } from "./load.ts";
import type { SignalFault } from "./signal.ts";

/**
 * What a scenario says: who owns which machine, what it is asked to do, what goes wrong when, and which ticket
 * that must end in. All times are ms relative to T0, the moment of the first start.
 */
export type Scenario = {
  /** Same seed, same scenario, same T0: same values. */
  seed: string;
  historyMs: number;
  /** Sensors report so many times as often as their model says. Default 1. */
  tempo?: number;
  customers: readonly { key: string; name: string }[];
  sites: readonly Site[];
  assets: readonly AssetPlan[];
  gateways: readonly GatewayPlan[];
  signIns: readonly SignIn[];
  expectations: readonly Expectation[];
  /** What people have done about the tickets of the history, in this order. Done once, when it has been judged. */
  deeds?: readonly Deed[];
};

/** One person's hand on the ticket of a machine's alarm type. */
export type Deed = { asset: string; alarmType: string /** E-mail of a sign-in. */; by: string } & (
  | { take: true }
  | { say: string }
  | { move: { to: TicketState; disposition?: "real" | "customer-caused"; resolution?: string } }
);

export type Site = {
  key: string;
  customer: string;
  name: string;
  timeZone: string;
  latitude: number;
  longitude: number;
  climate: Climate;
};

type Window = { fromMs: number; untilMs: number };

export type AssetPlan = {
  serial: string;
  name: string;
  model: ModelKey;
  /** Where it stands today. */
  site: string;
  load: Load;
  /** Overrides the site's climate at the machine. */
  climate?: Climate;
  heatWave?: HeatWave;
  /** Operator's stops, visits included. */
  stops?: readonly Window[];
  /** Stands every day between two local hours. */
  dailyStop?: { fromHour: number; untilHour: number };
  /** Duty one week, standby the next; changed over on Monday at 06:00. */
  alternateWeeks?: boolean;
  faults?: readonly MachineFault[];
  signalFaults?: readonly SignalFault[];
  link?: LinkFaults;
  /** Name of the gateway it reports through. */
  gateway?: string;
  /** Owner before the site's customer: sold at local midnight of the day that contains `atMs`. */
  formerly?: { customer: string; site: string; atMs: number };
};

type GatewayPlan = { name: string; site: string; link?: LinkFaults };

export type LinkFaults = {
  /** The device's clock is ahead by so much. */
  skewMs?: number;
  /** No connection; readings are kept and sent afterwards. */
  gaps?: readonly Window[];
  /** Messages come two to five times and out of order. */
  duplicates?: Window;
  /** Reconnects every 20 to 40 s. */
  brownOut?: Window;
};

type SignIn = {
  email: string;
  name: string;
  role: "administrator" | "engineer" | "owner" | "viewer";
  customer?: string;
};

export type Expectation =
  | {
      story: string;
      asset: string;
      /** On whose account. */
      customer: string;
      alarmType: string;
      /** Event time of the ticket, relative to T0. */
      fromMs: number;
      toMs: number;
      /** When it opens; a worse level may raise it. */
      priority: Priority;
      /** What has to exist before this ticket can come; absent = the detectors of today find it. */
      needs?: string;
    }
  | {
      story: string;
      gateway: string;
      customer: string;
      alarmType: string;
      fromMs: number;
      toMs: number;
      priority: Priority;
    }
  | { story: string; asset: string; none: true };

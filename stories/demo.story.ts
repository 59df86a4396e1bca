import { afterAll, beforeAll, describe } from "vitest";
import { browserRules } from "./support/browser-rules.ts";
import { type Demo, startDemo } from "./support/demo.ts";
import { scenarioRules } from "./support/scenario-rules.ts";
import { available, CHROMIUM } from "./support/tools.ts";

/** One freshly seeded demo plant, looked at twice: what its history has become, and what people see of it. */
describe("the demo", () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo();
  }, 300_000);
  afterAll(() => demo?.stop(), 60_000);

  describe("its history ends in the tickets it must", () => scenarioRules(() => demo));
  describe.skipIf(!available(CHROMIUM))("in a browser", () => browserRules(() => demo));
});

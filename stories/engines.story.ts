import { type Influxd, startInfluxd } from "@millwright/shared/testing/influxd";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { journeyRules } from "./support/journey.ts";
import { available, INFLUXD } from "./support/tools.ts";

/** The same journey, whichever engine keeps the telemetry. */
describe("with the embedded store", () => {
  journeyRules(() => ({}));
});

describe.skipIf(!available(INFLUXD))("with InfluxDB", () => {
  let influxd: Influxd;
  beforeAll(async () => {
    influxd = await startInfluxd();
  });
  afterAll(() => influxd?.stop());
  journeyRules(() => ({ INFLUX_URL: influxd.url, INFLUX_BUCKET: "journey" }));
  it("InfluxDB holds the points", async () => {
    const response = await fetch(
      `${influxd.url}/query?db=journey&q=${encodeURIComponent("SELECT count(v) FROM samples")}`,
    );
    expect(JSON.stringify(await response.json())).toContain('"count"');
  });
});

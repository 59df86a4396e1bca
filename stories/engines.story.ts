import { type Peer, peerInstalled, startInfluxd } from "@millwright/shared/telemetry/testing/peers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { journeyRules } from "./support/journey.ts";

/** The same journey, whichever engine keeps the telemetry. */
describe("with the embedded store", () => {
  journeyRules(() => ({}));
});

describe.skipIf(!peerInstalled("influxd"))("with InfluxDB", () => {
  let influxd: Peer;
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

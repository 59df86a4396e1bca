import { expect, it } from "vitest";
import { mergeMetrics } from "./merge-metrics.ts";

it("keeps each family in one place, each sample once, with its program", () => {
  const broker =
    '# HELP cpu CPU\n# TYPE cpu counter\ncpu 1\n# HELP h H\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_sum 3\n';
  const ingest = "# HELP cpu CPU of another\n# TYPE cpu counter\ncpu 5\n";
  expect(
    mergeMetrics([
      { program: "broker", text: broker },
      { program: "ingest", text: ingest },
    ]),
  ).toBe(
    [
      "# HELP cpu CPU",
      "# TYPE cpu counter",
      'cpu{program="broker"} 1',
      'cpu{program="ingest"} 5',
      "# HELP h H",
      "# TYPE h histogram",
      'h_bucket{program="broker",le="1"} 2',
      'h_sum{program="broker"} 3',
      "",
    ].join("\n"),
  );
});

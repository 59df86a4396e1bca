import { type MapSite, pillsOf } from "../../map/fleet-map.ts";
import { frameAround } from "../../map/frame.ts";
import { MapPicture } from "../../views/map.tsx";
import { Time } from "../../views/parts.tsx";
import { AssetSign, type AssetState } from "../../views/status.tsx";
import { Why } from "../../views/why.tsx";
import { LONG_NAME, NOW, VIEW } from "../canned.ts";
import type { State } from "../groups.tsx";

const HOUR = 3_600_000;

const site = (
  name: string,
  latitude: number,
  longitude: number,
  machines: AssetState[],
): MapSite<AssetState> => ({
  id: name,
  name,
  customerName: "Northwind Water",
  place: { latitude, longitude },
  machines,
});

function GalleryMap({ sites }: { sites: MapSite<AssetState>[] }) {
  const frame = frameAround(
    sites.map((each) => each.place),
    { width: 344, height: 270 },
  );
  return (
    <div class="map-small">
      <MapPicture
        frame={frame}
        pills={pillsOf(sites, (state) => state, frame)}
        hrefOf={() => "/gallery"}
        label="Map of the gallery"
      />
    </div>
  );
}

export const mapStates: readonly State[] = [
  [
    "Normal and abnormal, joined where they are near",
    <GalleryMap
      sites={[
        site("Basin Road", 51.4, -0.4, ["normal", "failure"]),
        site("Hill Street", 51.6, -0.1, ["normal"]),
        site(
          "Fjord plant",
          60.4,
          5.3,
          Array.from({ length: 31 }, () => "normal" as const),
        ),
        site("Millbrook", 56.2, 10.1, ["unknown", "check"]),
        site("Upper Weir", 48.1, 11.6, ["maintenance", "out-of-spec"]),
      ]}
    />,
  ],
  ["No machine has a place", <GalleryMap sites={[]} />],
];

export const whyStates: readonly State[] = [
  [
    "A word that opens its reasons",
    <Why
      reading={VIEW}
      reasons={{
        title: "Why Out of specification?",
        rule: "A value is beyond a limit. A machine shows the worst of what is true of it.",
        inputs: [
          [<a href="/gallery">Discharge temperature high</a>, <Time at={NOW - HOUR} reading={VIEW} />],
        ],
        period: "Now",
        n: [1, "active alarm"],
      }}
    >
      <AssetSign state="out-of-spec" />
    </Why>,
  ],
  [
    "Long names",
    <Why reading={VIEW} reasons={{ title: LONG_NAME, rule: LONG_NAME }}>
      24 machines
    </Why>,
  ],
];

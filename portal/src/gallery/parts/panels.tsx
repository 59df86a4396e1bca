import { OutageStrip } from "../../views/outage.tsx";
import { Ago, Empty, Facts, Panel, Skeleton, TelemetryDown, Time } from "../../views/parts.tsx";
import { Toasts } from "../../views/toast.tsx";
import { LONG_NAME, NOW, VIEW } from "../canned.ts";
import type { State } from "../groups.tsx";

const MINUTE = 60_000;

export const panelStates: readonly State[] = [
  [
    "Normal",
    <Panel id="g-n" title="Machine" aside="as of 14:32">
      <div class="in">
        <Facts
          items={[
            ["Serial number", "KC-75-10467"],
            ["Model", "KC-75 screw compressor"],
            ["Last reading", <Ago at={NOW - 4000} reading={VIEW} />],
          ]}
        />
      </div>
    </Panel>,
  ],
  [
    "Long names",
    <Panel id="g-l" title={LONG_NAME} aside={LONG_NAME}>
      <div class="in">
        <Facts items={[[LONG_NAME, LONG_NAME.replaceAll(" ", "")]]} />
      </div>
    </Panel>,
  ],
  [
    "Empty, with the next step",
    <Panel id="g-e" title="Alarms">
      <Empty>
        <p>No alarm is active. One is raised when readings pass a limit.</p>
        <a class="btn" href="/gallery">
          Look at the limits
        </a>
      </Empty>
    </Panel>,
  ],
  [
    "Loading (after 300 ms)",
    <Panel id="g-s" title="Load, 24 hours">
      <div class="in">
        <Skeleton label="The load is being read" lines={4} />
      </div>
    </Panel>,
  ],
  ["Error: what is still true", <TelemetryDown />],
  [
    "Stale",
    <Panel id="g-st" title="Latest values">
      <div class="in">
        <p class="stale">
          84.2 °C <span class="stale-age">34 min ago</span>
        </p>
      </div>
    </Panel>,
  ],
  [
    "Times",
    <p>
      <Time at={NOW - 20 * MINUTE} reading={VIEW} /> · <Time at={NOW - 3 * 86_400_000} reading={VIEW} /> ·{" "}
      <Time at={NOW - 90 * 86_400_000} reading={VIEW} /> · <Time at={NOW - 800 * 86_400_000} reading={VIEW} />{" "}
      · <Ago at={NOW - 291 * MINUTE} reading={VIEW} />
    </p>,
  ],
];

export const frameStates: readonly State[] = [
  [
    "Notice with undo",
    <Toasts notice={{ text: "Alarm acknowledged.", undo: { action: "/gallery" } }} path="/gallery" />,
  ],
  ["Notice without", <Toasts notice={{ text: "The view North was saved." }} path="/gallery" />],
  [
    "Long notice",
    <Toasts
      notice={{ text: `${LONG_NAME} is assigned to you.`, undo: { action: "/gallery" } }}
      path="/gallery"
    />,
  ],
  [
    "The store does not answer",
    <OutageStrip outage={{ part: "store", since: NOW - 40 * MINUTE, waiting: 184_306 }} reading={VIEW} />,
  ],
  [
    "The journal takes nothing",
    <OutageStrip outage={{ part: "journal", since: NOW - 40 * MINUTE, waiting: null }} reading={VIEW} />,
  ],
  [
    "The page is not live",
    <p class="strip-note">
      <b>Not live since 14:20.</b>
      <span class="mut">Trying again.</span>
      <a href="/gallery">Reload</a>
    </p>,
  ],
];

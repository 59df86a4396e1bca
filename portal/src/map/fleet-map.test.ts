import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ASSET_STATES, type AssetState, byState } from "../views/status.tsx";
import { isInView, type MapSite, PILL_PX, pillsOf } from "./fleet-map.ts";
import { type Frame, frameAround, frameFrom, MAX_ZOOM, MIN_ZOOM, pixelOf, queryOf } from "./frame.ts";
import { project, unproject } from "./mercator.ts";

const SIZE = { width: 800, height: 560 };
const stateOf = (machine: AssetState) => machine;

const place = fc.record({
  latitude: fc.double({ min: -75, max: 80, noNaN: true }),
  longitude: fc.double({ min: -180, max: 180, noNaN: true }),
});
const sites = fc
  .array(
    fc.record({
      place: fc.oneof(place, fc.constant({ latitude: 51.05, longitude: 13.74 })),
      machines: fc.array(fc.constantFrom(...ASSET_STATES), { maxLength: 6 }),
    }),
    { maxLength: 60 },
  )
  .map((list) =>
    list.map(
      (site, i): MapSite<AssetState> => ({ ...site, id: `s${i}`, name: `Site ${i}`, customerName: "C" }),
    ),
  );
const frame = fc
  .record({ centre: place, zoom: fc.double({ min: MIN_ZOOM, max: MAX_ZOOM, noNaN: true }) })
  .map((at): Frame => ({ ...SIZE, ...at }));

describe("pills", () => {
  test("hold each machine once, whatever is in view", () => {
    fc.assert(
      fc.property(sites, frame, (all, at) => {
        const pills = pillsOf(all, stateOf, at);
        const members = pills.flatMap((pill) => pill.sites.map((site) => site.id));
        expect(new Set(members).size).toBe(members.length);
        expect(pills.reduce((sum, pill) => sum + pill.count, 0)).toBe(
          all.reduce((sum, site) => sum + site.machines.length, 0),
        );
        for (const pill of pills) {
          expect(pill.states.reduce((sum, [, n]) => sum + n, 0)).toBe(pill.count);
        }
      }),
    );
  });

  test("show the worst of their machines", () => {
    fc.assert(
      fc.property(sites, frame, (all, at) => {
        for (const pill of pillsOf(all, stateOf, at)) {
          const machines = pill.sites.flatMap((site) => [...site.machines]);
          expect(pill.worst).toBe(machines.sort(byState)[0]);
        }
      }),
    );
  });

  test("are never drawn over each other", () => {
    fc.assert(
      fc.property(sites, frame, (all, at) => {
        const pills = pillsOf(all, stateOf, at);
        for (const [i, a] of pills.entries()) {
          for (const b of pills.slice(i + 1)) {
            expect(Math.hypot(a.at.x - b.at.x, a.at.y - b.at.y)).toBeGreaterThan(PILL_PX * 0.999);
          }
        }
      }),
    );
  });

  test("stay the same while the map is moved, and whatever order the sites come in", () => {
    const told = (all: MapSite<AssetState>[], at: Frame) =>
      pillsOf(all, stateOf, at)
        .map((pill) => `${pill.id}: ${pill.sites.map((site) => site.id).sort()}`)
        .sort();
    fc.assert(
      fc.property(sites, frame, place, (all, at, elsewhere) => {
        expect(told(all.toReversed(), { ...at, centre: elsewhere })).toEqual(told(all, at));
      }),
    );
  });

  test("of several places come apart by pressing them again and again; of one place they do not pretend to", () => {
    fc.assert(
      fc.property(sites, frame, (all, at) => {
        let [pill] = pillsOf(all, stateOf, at);
        let steps = 0;
        while (pill?.into) {
          const into = pill.into;
          const inside = pillsOf(all, stateOf, into).filter((p) => isInView(p, into));
          const most = inside.toSorted((a, b) => b.sites.length - a.sites.length)[0];
          expect(++steps).toBeLessThan(40);
          if (!most || into.zoom >= MAX_ZOOM) break;
          pill = most;
        }
        if (pill && !pill.into) {
          const [first, ...rest] = pill.sites.map((site) => project(site.place));
          for (const other of rest) {
            expect(Math.hypot(other.x - first!.x, other.y - first!.y)).toBeLessThan(1e-3);
          }
        }
      }),
      { numRuns: 50 },
    );
  });

  test("10,000 places are joined within the time of a page", () => {
    const random = fc.sample(place, { numRuns: 10_000, seed: 1 });
    const all = random.map(
      (at, i): MapSite<AssetState> => ({
        id: `s${i}`,
        name: "",
        customerName: "",
        place: at,
        machines: ["normal"],
      }),
    );
    const start = performance.now();
    const pills = pillsOf(all, stateOf, { ...SIZE, centre: { latitude: 40, longitude: 0 }, zoom: 3 });
    // Some 25 ms alone; the limit allows for a machine that is busy.
    expect(performance.now() - start).toBeLessThan(400);
    expect(pills.reduce((sum, pill) => sum + pill.count, 0)).toBe(10_000);
  });
});

describe("frames", () => {
  test("a frame around places shows all of them", () => {
    fc.assert(
      fc.property(fc.array(place, { minLength: 1, maxLength: 20 }), (places) => {
        const around = frameAround(places, SIZE);
        if (around.zoom <= MIN_ZOOM) return;
        for (const each of places) expect(isInView({ at: pixelOf(around, each) }, around)).toBe(true);
      }),
    );
  });
  test("the address gives the frame back", () => {
    const frame = { ...SIZE, centre: { latitude: 51.125, longitude: -8.5 }, zoom: 5.25 };
    expect(frameFrom(queryOf(frame), SIZE)).toEqual(frame);
  });
  test.each([
    [{ at: "x", z: "3" }],
    [{ at: "51,10" }],
    [{ at: "51,10", z: "" }],
    [{ at: "", z: "3" }],
    [{ at: "51", z: "3" }],
  ])("%j is no frame", (query) => {
    expect(frameFrom(query, SIZE)).toBeNull();
  });
  test("a frame beyond the world is brought back to it", () => {
    expect(frameFrom({ at: "999,-999", z: "99" }, SIZE)).toEqual({
      ...SIZE,
      centre: { latitude: 85, longitude: -180 },
      zoom: MAX_ZOOM,
    });
  });
  test("Mercator and back is the same place", () => {
    fc.assert(
      fc.property(place, (at) => {
        const back = unproject(project(at));
        expect(back.latitude).toBeCloseTo(at.latitude, 9);
        expect(back.longitude).toBeCloseTo(at.longitude, 9);
      }),
    );
  });
});

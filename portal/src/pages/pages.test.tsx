import { Hono } from "hono";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Viewer } from "../access/viewer.ts";
import type { PortalEnv } from "../deps.ts";
import { listAlarms } from "../read/alarms.ts";
import { listTickets } from "../read/tickets.ts";
import { pagesApp } from "./app.tsx";
import { all, labels, textOf } from "./testing/find.ts";
import { buildPlant, EVIL_NAME, LONG_NAME, type Plant } from "./testing/plant.ts";

let plant: Plant;
let pages: Hono<PortalEnv>;
beforeAll(async () => {
  plant = await buildPlant();
  const { compressor, dairy } = plant.machines;
  plant.raise({ assetId: compressor.id, deviceId: compressor.device });
  plant.raise({ assetId: dairy.id, deviceId: dairy.device, summary: "Dairy secret alarm" });
  plant.telemetry.messages.push({
    id: 1,
    deviceId: plant.machines.long.device,
    topic: "v1/devices/me/telemetry",
    reason: "not JSON",
    receivedAt: plant.deps.clock(),
    payload: '</td><script>alert("x")</script>',
    payloadBytes: 33,
  });
  pages = pagesApp(plant.deps);
});
afterAll(() => plant.stop());
beforeEach(() => {
  plant.telemetry.down = false;
});

function as(viewer: Viewer): Hono<PortalEnv> {
  const app = new Hono<PortalEnv>();
  app.use(async (c, next) => {
    c.set("viewer", viewer);
    await next();
  });
  return app.route("/", pages);
}
async function get(viewer: Viewer, path: string): Promise<{ status: number; html: string }> {
  const response = await as(viewer).request(path);
  return { status: response.status, html: await response.text() };
}
const post = (viewer: Viewer, path: string, body: Record<string, string>) =>
  as(viewer).request(path, { method: "POST", body: new URLSearchParams(body) });

const ticketOf = (viewer: Viewer, assetId: string) =>
  listTickets(plant.deps.db, viewer, { assetId }).items[0]!;

describe("every page", () => {
  const paths = () => {
    const { compressor, long } = plant.machines;
    const ticket = ticketOf(plant.people.engineer, compressor.id);
    return [
      "/",
      "/fleet",
      "/fleet?q=compressor&state=normal",
      `/assets/${compressor.id}`,
      `/assets/${compressor.id}?view=table&range=7d`,
      `/assets/${long.id}?tags=vib,p_dis&from=1&to=2000000`,
      "/alarms",
      "/alarms?state=all",
      "/tickets",
      "/tickets?state=all",
      "/tickets/new",
      `/tickets/${ticket.id}`,
      "/customers",
      "/customers/new",
      `/customers/${plant.customers.northwind}`,
      "/sites/new",
      "/assets/new",
      "/devices",
      "/devices/new",
      `/devices/${long.device}`,
      "/rejected-messages",
      "/models",
      "/models/new",
      "/account",
      "/keys",
      "/keys/new",
      "/audit",
      `/models/${plant.model}`,
      "/users",
      "/users/new",
    ];
  };
  test("answers with one h1, a title, a skip link, and nothing inline, also while telemetry is down", async () => {
    for (const down of [false, true]) {
      plant.telemetry.down = down;
      for (const path of paths()) {
        const { status, html } = await get(plant.people.administrator, path);
        expect(status, path).toBe(200);
        expect(all(html, "h1"), path).toHaveLength(1);
        expect(all(html, "title")[0], path).toMatch(/ · Millwright$/);
        expect(html, path).toContain('<a class="skip" href="#main">');
        expect(html.match(/<main /g), path).toHaveLength(1);
        expect(html, path).not.toMatch(/\sstyle=|<style|\son[a-z]+=["']|<script(?![^>]*src=)/);
      }
    }
  });
  test("never lets a device's or a person's words become markup", async () => {
    for (const path of [...paths(), `/assets/${plant.machines.long.id}`]) {
      const { html } = await get(plant.people.administrator, path);
      expect(html, path).not.toContain("<img");
      expect(html, path).not.toContain('<script>alert("x")');
    }
    const { html } = await get(plant.people.administrator, "/devices");
    expect(textOf(html)).toContain(EVIL_NAME);
  });
});

describe("a customer", () => {
  test("reads about its own machines only", async () => {
    for (const path of ["/", "/fleet", "/alarms?state=all", "/tickets?state=all", "/users"]) {
      const { status, html } = await get(plant.people.owner, path);
      expect(status, path).toBe(200);
      expect(html, path).not.toContain("Dairy");
      expect(html, path).not.toContain("Other Owner");
    }
  });
  test("gets 404 for what belongs to another one, 403 for the maker's pages", async () => {
    const theirs = ticketOf(plant.people.engineer, plant.machines.dairy.id);
    for (const path of [
      `/assets/${plant.machines.dairy.id}`,
      `/tickets/${theirs.id}`,
      `/customers/${plant.customers.alder}`,
    ]) {
      const { status, html } = await get(plant.people.owner, path);
      expect(status, path).toBe(404);
      expect(all(html, "h1")).toEqual(["Nothing here"]);
    }
    for (const path of [
      "/customers",
      "/devices",
      "/rejected-messages",
      "/models",
      "/assets/new",
      "/devices/new",
    ]) {
      expect((await get(plant.people.owner, path)).status, path).toBe(403);
    }
  });
  test("is told in one sentence how its machines are", async () => {
    const { html } = await get(plant.people.owner, "/");
    expect(all(html, "h1")).toEqual(["2 of 3 machines are fine"]);
    expect(textOf(html)).toContain("Compressor 12 runs outside its limits.");
  });
  test("reports a problem, which becomes its ticket", async () => {
    const response = await post(plant.people.owner, "/tickets", {
      assetId: plant.machines.calm.id,
      title: "It hums",
      description: "Since Monday",
      priority: "3",
    });
    expect(response.status).toBe(303);
    const { html } = await get(plant.people.owner, response.headers.get("location")!);
    expect(all(html, "h1")).toEqual(["It hums"]);
  });
  test("does not see internal notes, nor a way to write one", async () => {
    const ticket = ticketOf(plant.people.engineer, plant.machines.compressor.id);
    await post(plant.people.engineer, `/tickets/${ticket.id}/comments`, {
      text: "Bring the coil brush",
      audience: "internal",
    });
    expect((await get(plant.people.engineer, `/tickets/${ticket.id}`)).html).toContain(
      "Bring the coil brush",
    );
    const { html } = await get(plant.people.owner, `/tickets/${ticket.id}`);
    expect(html).not.toContain("Bring the coil brush");
    expect(html).not.toContain("Internal note");
  });
});

describe("an engineer", () => {
  test("sees the alarm with cause, consequence and next step, and acknowledges it", async () => {
    const { compressor } = plant.machines;
    const { html } = await get(plant.people.engineer, `/assets/${compressor.id}`);
    const text = textOf(html);
    expect(text).toContain("Discharge temperature high: 105.7 °C, limit 105");
    for (const words of ["Dust on the cooler fins", "Trip at 112 °C", "Clean the cooler"])
      expect(text).toContain(words);
    const [alarm] = listAlarms(plant.deps.db, plant.people.engineer, { assetId: compressor.id }).items;
    const response = await post(plant.people.engineer, `/alarms/${alarm!.id}/acknowledge`, {
      next: "//evil.example",
    });
    expect(response.headers.get("location")).toBe("/");
    expect(textOf((await get(plant.people.engineer, "/alarms")).html)).toContain(
      "acknowledged by Field Engineer",
    );
  });
  test("closes a ticket only with what was found", async () => {
    const ticket = ticketOf(plant.people.engineer, plant.machines.compressor.id);
    const refused = await post(plant.people.engineer, `/tickets/${ticket.id}/moves`, {
      to: "resolved",
      disposition: "",
      resolution: "",
    });
    expect(refused.status).toBe(422);
    expect(await refused.text()).toMatch(/class="(err|alert)"/);
    const done = await post(plant.people.engineer, `/tickets/${ticket.id}/moves`, {
      to: "resolved",
      disposition: "real",
      resolution: "Cooler cleaned",
    });
    expect(done.status).toBe(303);
    expect(textOf((await get(plant.people.engineer, `/tickets/${ticket.id}`)).html)).toContain(
      "Cooler cleaned",
    );
  });
  test("gets a device's credential once, with a command to try it", async () => {
    const response = await post(plant.people.engineer, "/devices", {
      kind: "device",
      assetId: plant.machines.calm.id,
      name: "probe",
      credential: "token",
    });
    const html = await response.text();
    expect(response.headers.get("cache-control")).toBe("no-store");
    const token = /data-credential="token">([0-9a-f]+)</.exec(html)?.[1];
    expect(token).toMatch(/^[0-9a-f]{32,}$/);
    expect(textOf(html)).toContain(
      `mosquitto_pub -h localhost -p 1883 -u ${token} -q 1 -t v1/devices/me/telemetry -m '{"t_dis":75}'`,
    );
    expect((await get(plant.people.engineer, "/devices")).html).not.toContain(token);
  });
  test("finds machines by the words of a filter, worst first, long names whole in the title", async () => {
    const { html } = await get(plant.people.engineer, "/fleet?q=KC-75-10470");
    expect(html).toContain(`title="${LONG_NAME}"`);
    expect(textOf(html)).toContain("1 machine matches of 4");
    expect(textOf((await get(plant.people.engineer, "/fleet?q=nothing-like-it")).html)).toContain(
      "No machine matches this filter.",
    );
  });
  test("reads what is still true while telemetry does not answer", async () => {
    plant.telemetry.down = true;
    const { html } = await get(plant.people.engineer, `/assets/${plant.machines.compressor.id}?view=table`);
    expect(textOf(html)).toContain("Live values are not available just now.");
    expect(textOf(html)).toContain("They are kept");
  });
});

test("an administrator adds a person and reads the first password once", async () => {
  const body = {
    name: "New Person",
    email: "new@example.com",
    role: "viewer",
    customerId: plant.customers.alder,
  };
  const response = await post(plant.people.administrator, "/users", body);
  expect(all(await response.text(), "code")[0]!.length).toBeGreaterThan(15);
  const again = await post(plant.people.administrator, "/users", body);
  expect(again.status).toBe(422);
});

test("every control of a form is named by its label", async () => {
  const { html } = await get(plant.people.administrator, "/users/new");
  expect([...labels(html).keys()]).toEqual(["Name", "E-mail", "Role", "Customer"]);
  for (const id of labels(html).values()) expect(html).toContain(`id="${id}"`);
});

test("an address that does not exist is a page for a person", async () => {
  const response = await as(plant.people.owner).request("/no/such/page", {
    headers: { accept: "text/html" },
  });
  expect(response.status).toBe(404);
  expect(all(await response.text(), "h1")).toEqual(["Nothing here"]);
  expect((await as(plant.people.owner).request("/api/v1/nothing")).headers.get("content-type")).not.toContain(
    "html",
  );
});

test("a table's buckets begin at round times", async () => {
  plant.telemetry.wave = () => 80;
  const { html } = await get(plant.people.engineer, `/assets/${plant.machines.calm.id}?view=table&range=24h`);
  const starts = all(html, "time").filter((text) => /^\d+ Nov \d\d:\d\d:\d\d$/.test(text));
  expect(starts.length).toBe(49);
  for (const start of starts) expect(start).toMatch(/:(00|30):00$/);
});

test("files are compressed and kept for ever", async () => {
  const { html } = await get(plant.people.engineer, "/");
  const css = /href="(\/assets-static\/style-[^"]+)"/.exec(html)![1]!;
  const response = await pages.request(css, { headers: { "accept-encoding": "gzip, br" } });
  expect(response.headers.get("content-encoding")).toBe("br");
  expect(response.headers.get("cache-control")).toContain("immutable");
  expect((await pages.request("/assets-static/../../package.json")).status).toBe(404);
});

test("the theme is a cookie, so that the first byte is already right", async () => {
  const set = await post(plant.people.engineer, "/theme", { theme: "dark", next: "/fleet" });
  expect(set.headers.get("set-cookie")).toContain("theme=dark");
  const response = await as(plant.people.engineer).request("/", { headers: { cookie: "theme=dark" } });
  expect(await response.text()).toContain('data-theme="dark"');
});

import { encodeFinding } from "@millwright/shared/domain/finding";
import { createLog } from "@millwright/shared/log";
import { afterEach, beforeEach, expect, it } from "vitest";
import { tellChange } from "./access/changes.ts";
import { applyEntries } from "./service-desk/findings.ts";
import { raiseTicket } from "./service-desk/tickets.ts";
import { openTestApp, type TestApp } from "./testing/app.ts";
import { administrator, finding, T0 } from "./testing/plant.ts";

let t: TestApp;
beforeEach(() => {
  t = openTestApp();
});
afterEach(() => t.close());

/** Opens the stream as customer A and gives its events one by one. */
async function open(query: string) {
  const response = await t.call(t.key("owner", t.a.customerId), "GET", `/live${query}`);
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let id = "";
  const next = async (): Promise<{ event: string; data: unknown }> => {
    for (;;) {
      const end = rest.indexOf("\n\n");
      if (end >= 0) {
        const block = rest.slice(0, end);
        rest = rest.slice(end + 2);
        const event = /^event: (.*)$/m.exec(block)?.[1];
        const data = /^data: (.*)$/m.exec(block)?.[1] || "null";
        id = /^id: (.*)$/m.exec(block)?.[1] ?? id;
        if (event && event !== "beat") return { event, data: JSON.parse(data) };
        continue;
      }
      const { value, done } = await reader.read();
      if (done) throw new Error("the stream ended");
      rest += value;
    }
  };
  return { next, id: () => id, cancel: () => reader.cancel() };
}

const value = (device: string, time: number, number: number) => ({
  device,
  tag: "acc",
  time,
  value: number,
  quality: "good" as const,
  note: null,
  listed: true,
});

it("sends first what is there, then what comes, of the asked assets only", async () => {
  const stream = await open(`?assets=${t.a.assetId}`);
  expect(await stream.next()).toMatchObject({
    event: "values",
    data: { asset: t.a.assetId, values: [{ value: 1 }] },
  });
  expect(await stream.next()).toEqual({ event: "presence", data: { asset: t.a.assetId, connected: true } });
  const now = Date.now() + 1000;
  t.telemetry.push({
    at: now,
    values: [value(t.b.deviceId, now, 666), value(t.a.deviceId, now, 2), value(t.a.deviceId, now - 5, 1.5)],
    presence: [{ device: t.b.deviceId, connected: false }],
  });
  const { data } = await stream.next();
  expect(data).toEqual({
    asset: t.a.assetId,
    values: [{ tag: "acc", value: 2, time: now, quality: "good", note: null }],
  });
  await stream.cancel();
});

it("tells of changes on the viewer's own account only", async () => {
  const stream = await open("");
  const { db } = t.deps;
  raiseTicket(db, administrator, { assetId: t.b.assetId, title: "B", description: "B" }, T0);
  tellChange(db, { what: "alarms", assetId: t.a.assetId, customerId: t.b.customerId });
  raiseTicket(db, administrator, { assetId: t.a.assetId, title: "A", description: "A" }, T0);
  expect(await stream.next()).toEqual({ event: "changed", data: { what: "tickets", asset: t.a.assetId } });
  await stream.cancel();
});

it("goes on where it broke off, and says so when it cannot", async () => {
  const change = (what: "alarms" | "tickets") =>
    tellChange(t.deps.db, { what, assetId: t.a.assetId, customerId: t.a.customerId });
  const first = await open("");
  change("alarms");
  await first.next();
  await first.cancel();
  change("tickets");
  tellChange(t.deps.db, { what: "alarms", assetId: t.b.assetId, customerId: t.b.customerId });
  const second = await open(`?last=${first.id()}`);
  expect(await second.next()).toEqual({ event: "changed", data: { what: "tickets", asset: t.a.assetId } });
  await second.cancel();
  for (const unknown of ["another-1", `${first.id().split("-")[0]}-99`, "nonsense"]) {
    const third = await open(`?last=${unknown}`);
    expect((await third.next()).event, unknown).toBe("gap");
    await third.cancel();
  }
  for (let i = 0; i < 2001; i++) change("alarms");
  const late = await open(`?last=${first.id()}`);
  expect((await late.next()).event).toBe("gap");
  await late.cancel();
});

it("is closed upstream when the last page has gone", async () => {
  const stream = await open(`?assets=${t.a.assetId}`);
  await stream.next();
  expect(t.deps.live.size()).toBe(1);
  await stream.cancel();
  await expect.poll(() => t.deps.live.size()).toBe(0);
});

it("an alarm's page hears of its acknowledgement", async () => {
  const raised = finding(t.a.assetId, "raised", "acc:high", T0, T0);
  applyEntries(t.deps.db, [{ seq: 1, bytes: encodeFinding(raised) }], createLog("test", "silent"));
  const stream = await open("");
  const done = await t.call(t.key("engineer"), "POST", `/api/v1/alarms/${raised.alarmId}/acknowledge`);
  expect(done.status).toBe(200);
  expect(await stream.next()).toEqual({ event: "changed", data: { what: "alarms", asset: t.a.assetId } });
  await stream.cancel();
});

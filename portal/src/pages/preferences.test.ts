import { afterEach, beforeEach, expect, test } from "vitest";
import { applyFinding } from "../service-desk/apply-finding.ts";
import { type Caller, openTestApp, type TestApp } from "../testing/app.ts";
import { finding, T0 } from "../testing/plant.ts";
import { textOf } from "./testing/find.ts";

let t: TestApp;
let person: Caller;
beforeEach(async () => {
  t = openTestApp();
  person = await t.user("engineer");
});
afterEach(() => t.close());

const AS_BROWSER = { locale: "", timeZone: "", density: "", singleKeys: "on" };
const save = (values: Record<string, string>) => t.call(person, "POST", "/account/preferences", values, true);
const page = async (path: string, language = "en-GB") =>
  (
    await t.call({ ...person, headers: { ...person.headers, "accept-language": language } }, "GET", path)
  ).text();

/** An alarm of 1 March 2026, 14:05 UTC, 12.5 m/s². */
function raise() {
  const at = Date.UTC(2026, 2, 1, 14, 5);
  const found = finding(t.a.assetId, "raised", "acc:high", at, at, {
    summary: "Acceleration high: 12.5 m/s2, limit 10.0",
  });
  t.deps.db.transaction((tx) => applyFinding(tx, found));
}

test("without a choice, numbers and dates follow the browser", async () => {
  raise();
  expect(textOf(await page("/alarms?state=all", "de-AT,de;q=0.9"))).toContain("12,5 m/s²");
  expect(textOf(await page("/alarms?state=all", "zh"))).toContain("12.5 m/s²");
});

test("a person's own choice wins over the browser, on every page and for that person alone", async () => {
  raise();
  expect((await save({ ...AS_BROWSER, locale: "fr-FR", timeZone: "Asia/Kolkata" })).status).toBe(303);
  const html = await page("/alarms?state=all");
  expect(textOf(html)).toContain("12,5 m/s²");
  expect(html).toContain("19:35:00, Asia/Kolkata");
  expect(html).toContain('data-locale="fr-FR"');
  const other = await t.user("engineer");
  const theirs = await (await t.call(other, "GET", "/alarms?state=all")).text();
  expect(textOf(theirs)).toContain("12.5 m/s²");
});

test("single keys and how close lists are stand on each page", async () => {
  expect(await page("/")).not.toContain('data-keys="off"');
  await save({ ...AS_BROWSER, singleKeys: "", density: "compact" });
  const html = await page("/");
  expect(html).toContain('data-keys="off"');
  expect(html).toContain('data-density="compact"');
});

test("what is not of the list is refused beside its field, and what was typed stays", async () => {
  const answer = await save({ ...AS_BROWSER, locale: "de-DE", timeZone: "Mars/Olympus" });
  expect(answer.status).toBe(422);
  const html = await answer.text();
  expect(textOf(html)).toContain("Must be an IANA time zone");
  expect(html).toMatch(/<option value="de-DE" selected/);
});

test("a choice does not touch until when a person has looked", async () => {
  await t.call(person, "POST", "/looked", { until: String(T0) }, true);
  await save({ ...AS_BROWSER, locale: "de-DE" });
  expect(textOf(await page("/"))).toContain("Changed since you last looked");
});

test("a machine's page can show its site's time, and goes on doing so for the next machine", async () => {
  await save({ ...AS_BROWSER, timeZone: "America/Chicago" });
  const path = `/assets/${t.a.assetId}`;
  expect(textOf(await page(path))).toContain("Times in America/Chicago");
  const answer = await t.call(person, "GET", `${path}?time=site`);
  expect(textOf(await answer.text())).toContain("Times in Europe/Rome, the site's");
  const cookie = /time=site/.exec(answer.headers.get("set-cookie") ?? "")?.[0];
  const next = await t.call(
    { ...person, headers: { ...person.headers, cookie: `${person.headers.cookie}; ${cookie}` } },
    "GET",
    `/assets/${t.b.assetId}`,
  );
  expect(textOf(await next.text())).toContain("Times in Europe/Rome, the site's");
});

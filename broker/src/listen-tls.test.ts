import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCiphers, connect as tlsConnect } from "node:tls";
import { deviceCredentials } from "@millwright/shared/db/schema";
import { TELEMETRY } from "@millwright/shared/wire/topics";
import type { IClientOptions } from "mqtt";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { StartOptions } from "./start.ts";
import { closed, testBed, until } from "./testing/test-bed.ts";

/** A CA of the test's own: ca (with its list of revoked certificates), server, and one certificate per device. */
let dir: string;
const at = (name: string) => join(dir, name);
const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: dir, stdio: "ignore" });

function issue(name: string, commonName: string, ca = "ca", dates: readonly string[] = []) {
  openssl(
    "req",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-subj",
    `/CN=${commonName}`,
    "-keyout",
    `${name}.key`,
    "-out",
    `${name}.csr`,
  );
  const files = ["-in", `${name}.csr`, "-out", `${name}.pem`];
  openssl("ca", "-batch", "-config", `${ca}.cnf`, ...files, "-notext", ...dates);
}
function authority(name: string) {
  openssl(
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-days",
    "2",
    "-subj",
    `/CN=${name}`,
    "-keyout",
    `${name}.key`,
    "-out",
    `${name}.pem`,
  );
  writeFileSync(at(`${name}.idx`), "");
  writeFileSync(
    at(`${name}.cnf`),
    `[ca]\ndefault_ca=d\n[d]\ndatabase=${name}.idx\nnew_certs_dir=.\nrand_serial=yes
certificate=${name}.pem\nprivate_key=${name}.key\ndefault_md=sha256\ndefault_days=2\ndefault_crl_days=2
policy=p\nunique_subject=no\n[p]\ncommonName=supplied\n`,
  );
}
const list = () => openssl("ca", "-config", "ca.cnf", "-gencrl", "-out", "crl.pem");

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "broker-tls-"));
  authority("ca");
  authority("foreign");
  for (const name of ["server", "d1", "revoked", "free"]) issue(name, name);
  issue("stranger", "d1", "foreign");
  issue("expired", "d1", "ca", ["-startdate", "20200101000000Z", "-enddate", "20200102000000Z"]);
  openssl("ca", "-config", "ca.cnf", "-revoke", "revoked.pem");
});
// Each test revokes its own.
beforeEach(() => {
  issue("d2", "d2");
  list();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let bed: ReturnType<typeof testBed>;
afterEach(() => bed.end());

async function started(settings: Record<string, string> = {}, options: StartOptions = {}) {
  bed = testBed({
    MQTTS_PORT: "0",
    MQTT_TLS_KEY: at("server.key"),
    MQTT_TLS_CERT: at("server.pem"),
    MQTT_TLS_CA: at("ca.pem"),
    MQTT_TLS_CRL: at("crl.pem"),
    ...settings,
  });
  const device = bed.addDevice("d1");
  bed.addDevice("d2");
  const { tlsPort } = await bed.start(options);
  const trust = { rejectUnauthorized: true, ca: readFileSync(at("ca.pem")), servername: "server" };
  const identity = (name: string) => ({
    key: readFileSync(at(`${name}.key`)),
    cert: readFileSync(at(`${name}.pem`)),
  });
  const connect = (more: IClientOptions = {}) =>
    bed.connect(
      { ...trust, ...more, checkServerIdentity: () => undefined } as IClientOptions,
      `mqtts://127.0.0.1:${tlsPort}`,
    );
  return { device, tlsPort, identity, connect };
}

test("a certificate is the device it names; a token works over TLS too; neither is refused", async () => {
  const { device, identity, connect } = await started();
  const certified = await connect(identity("d2"));
  await certified.publishAsync(TELEMETRY, "{}", { qos: 1 });
  const byToken = await connect({ username: device.token });
  await byToken.publishAsync(TELEMETRY, "{}", { qos: 1 });
  expect(bed.messages().map(({ deviceId }) => deviceId)).toEqual(["d2", "d1"]);
  await expect(connect()).rejects.toMatchObject({ code: 5 });
});

test("a foreign CA's certificate is refused, and counted, though it names a device", async () => {
  const { identity, connect } = await started();
  await expect(connect(identity("stranger"))).rejects.toThrow();
  await until(async () => (await bed.metric('frames_refused_total{reason="certificate"}')) === 1, "counted");
  expect(bed.records()).toEqual([]);
});

test("a revoked device is cut off within a second, and comes back when it is given back", async () => {
  const { identity, connect } = await started();
  const gone = closed(await connect(identity("d2")));
  const db = bed.db().$client;
  const began = Date.now();
  db.prepare("UPDATE devices SET revoked_at = 2 WHERE id = 'd2'").run();
  await gone;
  expect(Date.now() - began).toBeLessThan(1_000);
  await expect(connect(identity("d2"))).rejects.toMatchObject({ code: 5 });
  db.prepare("UPDATE devices SET revoked_at = NULL WHERE id = 'd2'").run();
  await connect(identity("d2"));
});

test("a list that names a connected certificate cuts it off without a restart, and no other", async () => {
  const { identity, connect } = await started();
  const kept = await connect(identity("d1"));
  const gone = closed(await connect(identity("d2")));
  openssl("ca", "-config", "ca.cnf", "-revoke", "d2.pem");
  const began = Date.now();
  list();
  await gone;
  expect(Date.now() - began).toBeLessThan(1_500);
  await expect(connect(identity("d2"))).rejects.toThrow();
  await kept.publishAsync(TELEMETRY, "{}", { qos: 1 });
  expect(await bed.metric('frames_refused_total{reason="certificate"}')).toBeGreaterThanOrEqual(2);
});

test("a list that cannot be read leaves the one before in force", async () => {
  const { identity, connect } = await started();
  writeFileSync(at("crl.pem"), "no list");
  const client = await connect(identity("d1"));
  // Long enough for the change to be seen: the check comes twice a second.
  await new Promise((resolve) => setTimeout(resolve, 800));
  await client.publishAsync(TELEMETRY, "{}", { qos: 1 });
  list();
});

test("a certificate that expires cuts its connection off, and a resumed session does not help it", async () => {
  let ahead = 0;
  const { identity, connect, tlsPort } = await started({}, { clock: () => Date.now() + ahead });
  const sessions: Buffer[] = [];
  const resume = (session?: Buffer) =>
    new Promise<boolean>((resolve) => {
      const identified = { ...identity("d1"), ca: readFileSync(at("ca.pem")), servername: "server" };
      const socket = tlsConnect({
        port: tlsPort!,
        host: "127.0.0.1",
        ...identified,
        ...(session && { session }),
      });
      socket.on("session", (ticket: Buffer) => sessions.push(ticket));
      socket.once("secureConnect", () => setTimeout(() => resolve(!socket.destroyed), 200));
      socket.on("error", () => resolve(false));
      socket.once("close", () => resolve(false));
    });
  expect(await resume()).toBe(true);
  const gone = closed(await connect(identity("d1")));
  ahead = 3 * 86_400_000;
  await gone;
  expect(await resume(sessions[0])).toBe(false);
  await expect(connect(identity("d1"))).rejects.toThrow();
});

test("a pinned certificate is the device it is pinned to, whatever its name; then its name alone is not enough", async () => {
  const { identity, connect } = await started();
  const pin = (id: string, deviceId: string, hash: string, endsAt: number | null = null) =>
    bed
      .db()
      .insert(deviceCredentials)
      .values({ id, deviceId, kind: "certificate", hash, createdAt: 1, endsAt })
      .run();
  const fingerprint = (name: string) =>
    new X509Certificate(readFileSync(at(`${name}.pem`))).fingerprint256.replaceAll(":", "").toLowerCase();
  const named = await connect(identity("d2"));
  pin("named", "d2", "cn:d2", Date.now() + 900);
  pin("pinned", "d2", fingerprint("free"));
  const free = await connect(identity("free"));
  await free.publishAsync(TELEMETRY, "{}", { qos: 1 });
  expect(bed.messages().at(-1)!.deviceId).toBe("d2");
  // The one that was let in by its name may go on until the end of the overlap.
  await named.publishAsync(TELEMETRY, "{}", { qos: 1 });
  await closed(named);
  await expect(connect(identity("d2"))).rejects.toMatchObject({ code: 5 });
  const gone = closed(free);
  const began = Date.now();
  bed.revoke("pinned");
  await gone;
  expect(Date.now() - began).toBeLessThan(1_000);
  await expect(connect(identity("free"))).rejects.toMatchObject({ code: 5 });
});

test("where certificates are required the handshake fails without one, with a foreign, expired or revoked one", async () => {
  const { device, identity, connect } = await started({ MQTT_TLS_REQUIRE_CERT: "true" });
  await connect(identity("d1"));
  for (const more of [
    { username: device.token },
    identity("stranger"),
    identity("expired"),
    identity("revoked"),
  ])
    await expect(connect(more)).rejects.toThrow();
  expect(await bed.metric("sign_ins_total")).toBe(1);
  await until(
    async () => (await bed.metric('frames_refused_total{reason="certificate"}')) === 4,
    "each is counted",
  );
});

test("an expired or revoked certificate is refused where they are optional too", async () => {
  const { identity, connect } = await started();
  for (const name of ["expired", "revoked"]) await expect(connect(identity(name))).rejects.toThrow();
  expect(await bed.metric("sign_ins_total")).toBe(0);
});

test("TLS 1.1 and suites without AEAD are not spoken", async () => {
  const { tlsPort } = await started();
  const handshake = (options: object) =>
    new Promise<string>((resolve) => {
      const socket = tlsConnect({ port: tlsPort!, host: "127.0.0.1", rejectUnauthorized: false, ...options });
      socket.once("secureConnect", () => {
        resolve(`${socket.getProtocol()} ${socket.getCipher().name}`);
        socket.destroy();
      });
      socket.once("error", () => resolve("refused"));
    });
  expect(await handshake({ maxVersion: "TLSv1.2" })).toMatch(/^TLSv1.2 ECDHE-.*(GCM|CHACHA20)/);
  expect(await handshake({})).toMatch(/^TLSv1.3 /);
  const suites = getCiphers()
    .filter((name) => !name.startsWith("tls_"))
    .map((name) => name.toUpperCase());
  expect(suites.length).toBeGreaterThan(40);
  const spoken: string[] = [];
  for (const suite of suites) {
    const ciphers = `${suite}@SECLEVEL=0`;
    if ((await handshake({ maxVersion: "TLSv1.2", ciphers })) !== "refused") spoken.push(suite);
  }
  expect(spoken.sort()).toEqual([
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
  ]);
  expect(await handshake({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" })).toBe(
    "refused",
  );
});

test("without its key or certificate it does not start", async () => {
  bed = testBed({ MQTTS_PORT: "0" });
  await expect(bed.start()).rejects.toThrow(/MQTT_TLS_KEY and MQTT_TLS_CERT/);
});

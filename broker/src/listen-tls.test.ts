import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as tlsConnect } from "node:tls";
import { TELEMETRY } from "@millwright/shared/wire/topics";
import type { IClientOptions } from "mqtt";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { closed, testBed, until } from "./testing/test-bed.ts";

/** A CA of the test's own: ca (with its list of revoked certificates), server, and one certificate per device. */
let dir: string;
const at = (name: string) => join(dir, name);
const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: dir, stdio: "ignore" });

function issue(name: string, commonName: string, ca = "ca") {
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
  openssl("ca", "-batch", "-config", `${ca}.cnf`, "-in", `${name}.csr`, "-out", `${name}.pem`, "-notext");
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
  for (const name of ["server", "d1", "d2"]) issue(name, name);
  issue("stranger", "d1", "foreign");
  list();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

let bed: ReturnType<typeof testBed>;
afterEach(() => bed.end());

async function started() {
  bed = testBed({
    MQTTS_PORT: "0",
    MQTT_TLS_KEY: at("server.key"),
    MQTT_TLS_CERT: at("server.pem"),
    MQTT_TLS_CA: at("ca.pem"),
    MQTT_TLS_CRL: at("crl.pem"),
  });
  const device = bed.addDevice("d1");
  bed.addDevice("d2");
  const { tlsPort } = await bed.start();
  const options = { rejectUnauthorized: true, ca: readFileSync(at("ca.pem")), servername: "server" };
  const identity = (name: string) => ({
    key: readFileSync(at(`${name}.key`)),
    cert: readFileSync(at(`${name}.pem`)),
  });
  const connect = (more: IClientOptions = {}) =>
    bed.connect(
      { ...options, ...more, checkServerIdentity: () => undefined } as IClientOptions,
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

test("a certificate revoked by the list is refused without a restart; a revoked device is cut off", async () => {
  const { identity, connect } = await started();
  const first = await connect(identity("d2"));
  const gone = closed(first);
  const db = bed.db().$client;
  const began = Date.now();
  db.prepare("UPDATE devices SET revoked_at = 2 WHERE id = 'd2'").run();
  await gone;
  expect(Date.now() - began).toBeLessThan(1_000);
  db.prepare("UPDATE devices SET revoked_at = NULL WHERE id = 'd2'").run();
  await (await connect(identity("d2"))).endAsync();
  openssl("ca", "-config", "ca.cnf", "-revoke", "d2.pem");
  list();
  appendFileSync(at("crl.pem"), "\n");
  await until(
    () =>
      connect(identity("d2")).then(
        (client) => client.endAsync().then(() => false),
        () => true,
      ),
    "refused",
  );
  await connect(identity("d1"));
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
  for (const ciphers of [
    "ECDHE-ECDSA-AES128-SHA256",
    "ECDHE-ECDSA-AES128-SHA",
    "AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES128-CCM8",
  ])
    expect(await handshake({ maxVersion: "TLSv1.2", ciphers }), ciphers).toBe("refused");
  expect(await handshake({ minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" })).toBe(
    "refused",
  );
});

test("without its key or certificate it does not start", async () => {
  bed = testBed({ MQTTS_PORT: "0" });
  await expect(bed.start()).rejects.toThrow(/MQTT_TLS_KEY and MQTT_TLS_CERT/);
});

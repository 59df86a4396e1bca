/**
 * Reads just enough DER (X.690) of certificates and revocation lists (RFC 5280 4.1, 5.1) to say whether a connected
 * certificate stands on a list: Node's TLS looks at the list during the handshake only.
 */
type Element = { tag: number; whole: Buffer; body: Buffer };

const SEQUENCE = 0x30;
const INTEGER = 0x02;

/** The elements that follow each other in `bytes`. Throws RangeError where a length leads out of it. */
function elements(bytes: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes.readUInt8(at);
    const first = bytes.readUInt8(at + 1);
    const size = first < 0x80 ? 0 : first - 0x80;
    const length = size === 0 ? first : bytes.readUIntBE(at + 2, size);
    const from = at + 2 + size;
    if (from + length > bytes.length) throw new RangeError("DER: an element is longer than what holds it");
    found.push({
      tag,
      whole: bytes.subarray(at, from + length),
      body: bytes.subarray(from, from + length),
    });
    at = from + length;
  }
  return found;
}

/** The fields of the signed part: the first element of the outer sequence. */
function signedFields(der: Buffer): Element[] {
  const outer = elements(der)[0];
  const signed = outer?.tag === SEQUENCE ? elements(outer.body)[0] : undefined;
  if (signed?.tag !== SEQUENCE) throw new RangeError("DER: not a certificate or revocation list");
  return elements(signed.body);
}

const key = (issuer: Element, serial: Element): string =>
  `${issuer.whole.toString("hex")}/${serial.body.toString("hex")}`;

/** What names a certificate for its issuer. `der` as TLS hands it over. */
export function certificateKey(der: Buffer): string {
  const fields = signedFields(der);
  // version [0] may be absent; then serialNumber, signature, issuer.
  const at = fields.findIndex(({ tag }) => tag === INTEGER);
  const [serial, , issuer] = fields.slice(at);
  if (!serial || !issuer) throw new RangeError("DER: a certificate without serial number or issuer");
  return key(issuer, serial);
}

/** One list for each block of a PEM file: OpenSSL would read the first only. */
export const listsIn = (pem: string): string[] =>
  pem.match(/-----BEGIN X509 CRL-----[\s\S]*?-----END X509 CRL-----/g) ?? [];

/** The certificates that the lists name, as certificateKey has them. */
export function revokedIn(lists: readonly string[]): Set<string> {
  const revoked = new Set<string>();
  for (const pem of lists) {
    const fields = signedFields(Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64"));
    // version may be absent; then signature, issuer, thisUpdate, nextUpdate (may be absent), revokedCertificates.
    const [, issuer, ...rest] = fields[0]?.tag === INTEGER ? fields.slice(1) : fields;
    const entries = rest.find(({ tag }) => tag === SEQUENCE);
    if (!issuer || !entries) continue;
    for (const entry of elements(entries.body)) {
      const serial = elements(entry.body)[0];
      if (serial) revoked.add(key(issuer, serial));
    }
  }
  return revoked;
}

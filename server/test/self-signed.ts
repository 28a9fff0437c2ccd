/** A certificate for tests of TLS, made without any tool beside Node. */
import crypto from "node:crypto";

/** One value of DER (X.690). */
function der(tag: number, ...contents: (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat(contents.map((content) => Buffer.from(content)));
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const oid = (...bytes: number[]): Buffer => der(0x06, Buffer.from(bytes));

/** A certificate that signed itself, for a host name and 127.0.0.1, valid until 2049 (RFC 5280). */
export function selfSigned(host = "steward.test", kind: "ec" | "rsa" = "ec"): { key: string; cert: string } {
  const { publicKey, privateKey } =
    kind === "ec"
      ? crypto.generateKeyPairSync("ec", { namedCurve: "P-256" })
      : crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
  const signature =
    kind === "ec"
      ? der(0x30, oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))
      : der(0x30, oid(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b), der(0x05));
  const name = der(0x30, der(0x31, der(0x30, oid(0x55, 0x04, 0x03), der(0x0c, host))));
  const names = der(0x30, der(0x82, host), der(0x87, Buffer.from([127, 0, 0, 1])));
  const toBeSigned = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), crypto.randomBytes(8)])),
    signature,
    name,
    der(0x30, der(0x17, "200101000000Z"), der(0x17, "491231235959Z")),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(0x30, der(0x30, oid(0x55, 0x1d, 0x11), der(0x04, names)))),
  );
  const signed = crypto.sign("sha256", toBeSigned, privateKey);
  const certificate = der(0x30, toBeSigned, signature, der(0x03, Buffer.from([0]), signed));
  const lines = certificate.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}

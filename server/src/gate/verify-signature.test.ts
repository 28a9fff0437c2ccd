import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { expect, test } from "vitest";
import type { SignatureRule } from "@steward/sdk";
import { placeOf } from "../catalogue/tables.ts";
import { AppError } from "../core/errors.ts";
import { uuidBytes } from "../core/id.ts";
import type { SignedDelivery } from "../core/ports/signatures.ts";
import { newKeyring, ORGANIZATION, PROJECT } from "../keyring/keyring.testsuite.ts";
import type { CredentialKind, CredentialRow } from "../store/credentials.ts";
import { createVerifySignature } from "./verify-signature.ts";

const SCOPE = { organization: ORGANIZATION, project: PROJECT };
const ID = "01234567-89ab-7cde-8f01-0000000000dd";
const { keys } = await newKeyring();

function credential(secret: string, kind: CredentialKind = "secret"): CredentialRow {
  const sealed = keys.seal("credential", placeOf("credentials", "secret"), uuidBytes(ID), Buffer.from(secret));
  return { id: ID, slug: "signing", kind, header: null, hosts: [], secret: sealed, setAt: 0, setBy: ID };
}

async function isAccepted(
  rule: Partial<SignatureRule>,
  row: CredentialRow | null,
  delivery: Omit<SignedDelivery, "nowMs"> & { readonly nowMs?: number },
): Promise<boolean> {
  const verify = createVerifySignature({ findCredential: async () => row, keysOf: async () => keys });
  try {
    await verify(
      SCOPE,
      { kind: "github", credential: "signing", toleranceSeconds: 300, ...rule },
      { nowMs: 0, ...delivery },
    );
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === "signature_invalid") return false;
    throw error;
  }
}

// The example of docs.github.com, "Validating webhook deliveries", "Testing the webhook payload validation".
const GITHUB_SECRET = "It's a Secret to Everybody";
const GITHUB_BODY = Buffer.from("Hello, World!");
const GITHUB_SIGNATURE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

const github = (signature: string | string[] | undefined, rawBody: Uint8Array = GITHUB_BODY) => ({
  headers: { "x-hub-signature-256": signature },
  rawBody,
});

test("the example that GitHub publishes is valid", async () => {
  expect(await isAccepted({}, credential(GITHUB_SECRET), github(GITHUB_SIGNATURE))).toBe(true);
});

test("another body, another secret, another spelling or no signature at all is not", async () => {
  const row = credential(GITHUB_SECRET);
  expect(await isAccepted({}, row, github(GITHUB_SIGNATURE, Buffer.from("Hello, World")))).toBe(false);
  expect(await isAccepted({}, credential("another"), github(GITHUB_SIGNATURE))).toBe(false);
  for (const wrong of [
    undefined,
    "",
    "sha256=",
    GITHUB_SIGNATURE.slice(7),
    GITHUB_SIGNATURE.replace("sha256", "sha1"),
    `${GITHUB_SIGNATURE}00`,
    [GITHUB_SIGNATURE, GITHUB_SIGNATURE],
  ]) {
    expect(await isAccepted({}, row, github(wrong))).toBe(false);
  }
});

test("it fails closed: no credential, one of another kind, or an empty secret refuses every delivery", async () => {
  const empty = `sha256=${createHmac("sha256", "").update(GITHUB_BODY).digest("hex")}`;
  expect(await isAccepted({}, null, github(GITHUB_SIGNATURE))).toBe(false);
  expect(await isAccepted({}, null, github(empty))).toBe(false);
  for (const kind of ["bearer", "basic", "header"] as const) {
    expect(await isAccepted({}, credential(GITHUB_SECRET, kind), github(GITHUB_SIGNATURE))).toBe(false);
  }
  expect(await isAccepted({}, credential(""), github(empty))).toBe(false);
});

const STANDARD_SECRET = `whsec_${Buffer.from("a secret of thirty-two bytes, yes").toString("base64")}`;
const SENT_MS = Date.UTC(2026, 10, 21, 12);

/** A delivery as the reference library signs it. */
function signed(body: string, { secret = STANDARD_SECRET, id = "msg_1", sentMs = SENT_MS } = {}): SignedDelivery {
  const signature = new Webhook(secret).sign(id, new Date(sentMs), body);
  const timestamp = String(Math.floor(sentMs / 1000));
  const headers = { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature };
  return { headers, rawBody: Buffer.from(body), nowMs: SENT_MS };
}

const standard = (delivery: SignedDelivery, secret = STANDARD_SECRET, toleranceSeconds = 300) =>
  isAccepted({ kind: "standard", toleranceSeconds }, credential(secret), delivery);

test("what the reference library of Standard Webhooks signs is valid, with or without whsec_ before the secret", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: "binary" }).filter((text) => text.isWellFormed()),
      fc.stringMatching(/^[\w.-]{1,40}$/),
      async (body, id) => {
        expect(await standard(signed(body, { id }))).toBe(true);
        expect(await standard(signed(body, { id }), STANDARD_SECRET.slice(6))).toBe(true);
      },
    ),
    { numRuns: 30 },
  );
});

test("any other byte, id, time or secret is not valid", async () => {
  const delivery = signed('{"n":1}');
  const { headers } = delivery;
  expect(await standard({ ...delivery, rawBody: Buffer.from('{"n":2}') })).toBe(false);
  expect(await standard({ ...delivery, headers: { ...headers, "webhook-id": "msg_2" } })).toBe(false);
  expect(
    await standard({ ...delivery, headers: { ...headers, "webhook-timestamp": String(SENT_MS / 1000 + 1) } }),
  ).toBe(false);
  expect(await standard(delivery, `whsec_${Buffer.from("another").toString("base64")}`)).toBe(false);
  for (const name of Object.keys(headers))
    expect(await standard({ ...delivery, headers: { ...headers, [name]: undefined } })).toBe(false);
});

test("a delivery older or newer than the tolerance is refused, however well signed", async () => {
  for (const [offMs, expected] of [
    [-300_000, true],
    [300_000, true],
    [-301_000, false],
    [301_000, false],
  ] as const) {
    expect(await standard(signed("x", { sentMs: SENT_MS + offMs }))).toBe(expected);
  }
  expect(await standard(signed("x", { sentMs: SENT_MS - 20_000 }), STANDARD_SECRET, 10)).toBe(false);
  for (const time of ["", "x", "-1", "1e9", "0x10", " 1", "99999999999999999999"]) {
    const delivery = signed("x");
    expect(await standard({ ...delivery, headers: { ...delivery.headers, "webhook-timestamp": time } })).toBe(false);
  }
});

test("of several signatures one has to be valid, and only those of v1 count", async () => {
  const delivery = signed("x");
  const good = String(delivery.headers["webhook-signature"]);
  const bad = `v1,${Buffer.alloc(32).toString("base64")}`;
  const withSignatures = (text: string) => ({
    ...delivery,
    headers: { ...delivery.headers, "webhook-signature": text },
  });
  expect(await standard(withSignatures(`v1a,abc ${bad} ${good}`))).toBe(true);
  expect(await standard(withSignatures(`${bad} v1a,${good.slice(3)} v2,${good.slice(3)}`))).toBe(false);
  expect(await standard(withSignatures(`${`${bad} `.repeat(10)}${good}`))).toBe(false);
});

test("a secret that is no base64 refuses every delivery", async () => {
  for (const secret of ["whsec_", "whsec_not base64!", "plain words", "whsec_abc"]) {
    expect(await standard(signed("x"), secret)).toBe(false);
  }
});

test("no delivery makes it throw anything but a refusal", async () => {
  const headers = fc.dictionary(
    fc.constantFrom("x-hub-signature-256", "webhook-id", "webhook-timestamp", "webhook-signature", "other"),
    fc.oneof(fc.string(), fc.array(fc.string()), fc.constant(undefined)),
  );
  const body = fc.uint8Array();
  await fc.assert(
    fc.asyncProperty(
      headers,
      body,
      fc.constantFrom("github" as const, "standard" as const),
      fc.string(),
      async (given, rawBody, kind, secret) => {
        expect(await isAccepted({ kind }, credential(secret), { headers: given, rawBody })).toBe(false);
      },
    ),
    { numRuns: 200 },
  );
});

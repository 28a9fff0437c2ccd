/** Passkeys, with an authenticator in software (WebAuthn level 3, sections 6.1 and 6.5; attestation "none"). */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import type { SignedIn } from "../../core/ports/identity.ts";
import {
  ADA,
  browser,
  closeOpened,
  opened,
  ORIGIN,
  PASSWORD,
  problem,
  signedIn,
  totpOf,
  type Browser,
} from "./identity.testsuite.ts";

afterEach(closeOpened);

/** CBOR (RFC 8949) of what attestation needs: small integers, texts, bytes, maps. */
function cbor(value: number | string | Buffer | ReadonlyMap<number | string, unknown>): Buffer {
  const head = (major: number, n: number): Buffer =>
    n < 24
      ? Buffer.from([(major << 5) | n])
      : n < 256
        ? Buffer.from([(major << 5) | 24, n])
        : Buffer.from([(major << 5) | 25, n >> 8, n & 255]);
  if (typeof value === "number") return value >= 0 ? head(0, value) : head(1, -1 - value);
  if (typeof value === "string") return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  const entries = [...value].flatMap(([key, one]) => [cbor(key), cbor(one as Buffer)]);
  return Buffer.concat([head(5, value.size), ...entries]);
}

interface Key {
  readonly id: Buffer;
  readonly privateKey: KeyObject;
  readonly cose: Buffer;
  count: number;
}

function newKey(): Key {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const cose = cbor(
    new Map<number, unknown>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, "base64url")],
      [-3, Buffer.from(y, "base64url")],
    ]),
  );
  return { id: randomBytes(32), privateKey, cose, count: 0 };
}

const PRESENT = 1;
const VERIFIED = 4;
const ATTESTED = 64;
const flagged = (rp: string, flags: number, count: number): Buffer => {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(count);
  return Buffer.concat([createHash("sha256").update(rp).digest(), Buffer.from([flags]), counter]);
};
const said = (type: string, challenge: unknown, origin: string): Buffer =>
  Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));

interface Bend {
  readonly flags?: number;
  readonly origin?: string;
  readonly rp?: string;
}

function attest(
  key: Key,
  options: Record<string, unknown>,
  { flags = PRESENT | VERIFIED, origin = ORIGIN, rp = "steward.test" }: Bend = {},
) {
  const length = Buffer.from([0, key.id.length]);
  const data = Buffer.concat([flagged(rp, flags | ATTESTED, 0), Buffer.alloc(16), length, key.id, key.cose]);
  const object = cbor(
    new Map<string, unknown>([
      ["fmt", "none"],
      ["attStmt", new Map()],
      ["authData", data],
    ]),
  );
  const id = key.id.toString("base64url");
  return {
    id,
    rawId: id,
    type: "public-key",
    clientExtensionResults: {},
    response: {
      clientDataJSON: said("webauthn.create", options["challenge"], origin).toString("base64url"),
      attestationObject: object.toString("base64url"),
      transports: ["internal"],
    },
  };
}

function assert(
  key: Key,
  options: Record<string, unknown>,
  { flags = PRESENT | VERIFIED, origin = ORIGIN, rp = "steward.test" }: Bend = {},
) {
  const data = flagged(rp, flags, ++key.count);
  const client = said("webauthn.get", options["challenge"], origin);
  const signature = sign("sha256", Buffer.concat([data, createHash("sha256").update(client).digest()]), key.privateKey);
  const id = key.id.toString("base64url");
  return {
    id,
    rawId: id,
    type: "public-key",
    clientExtensionResults: {},
    response: {
      clientDataJSON: client.toString("base64url"),
      authenticatorData: data.toString("base64url"),
      signature: signature.toString("base64url"),
    },
  };
}

async function register(page: Browser, key: Key, bend?: Bend) {
  const options = (await page.ask("/passkey/generate-register-options")).json();
  return await page.auth("/passkey/verify-registration", { response: attest(key, options, bend), name: "Laptop" });
}

async function enter(page: Browser, key: Key, bend?: Bend) {
  const options = (await page.ask("/passkey/generate-authenticate-options")).json();
  return await page.auth("/passkey/verify-authentication", { response: assert(key, options, bend) });
}

test("a passkey signs in by itself, and as a second factor, since it verified its user", async () => {
  const http = await opened();
  const page = await signedIn(http);
  const key = newKey();
  const options = (await page.ask("/passkey/generate-register-options")).json();
  expect(options).toMatchObject({
    rp: { id: "steward.test", name: "Steward" },
    attestation: "none",
    authenticatorSelection: { userVerification: "required", residentKey: "required" },
  });
  expect((await register(page, key)).status).toBe(200);
  const { items } = (await page.ask("/passkey/list-user-passkeys")).json() as { items: { id: string }[] };
  expect(items).toEqual([{ id: expect.any(String), name: "Laptop", createdAt: expect.any(String), backedUp: false }]);

  const other = browser(http);
  expect((await other.ask("/passkey/generate-authenticate-options")).json()).toMatchObject({
    userVerification: "required",
    rpId: "steward.test",
  });
  expect((await enter(other, key)).json()).toEqual({});
  expect((await other.call("GET", "/v1/account")).json()["email"]).toBe(ADA.email);
  const cookie = [...other.jar].map((pair) => pair.join("=")).join("; ");
  expect(await http.parts.identity!.findSignedIn(cookie)).toMatchObject({ secondFactor: true });
  expect(http.acts.slice(-2)).toMatchObject([
    { action: "factor.added", facts: { factor: "passkey" } },
    { action: "session.begun", facts: { by: "passkey" } },
  ]);

  expect((await page.auth("/passkey/update-passkey", { id: items[0]!.id, name: "Old laptop" })).status).toBe(200);
  expect((await page.auth("/passkey/delete-passkey", { id: items[0]!.id })).status).toBe(200);
  expect(await problem(enter(browser(http), key))).toBe("401 sign_in_failed");
});

test("a passkey that does not verify its user, of another site, or used a second time is none", async () => {
  const http = await opened();
  const page = await signedIn(http);
  for (const bend of [{ flags: PRESENT }, { origin: "https://evil.example" }, { rp: "evil.example" }])
    expect([bend, (await register(page, newKey(), bend)).status]).toEqual([
      bend,
      expect.toSatisfy((status: number) => status >= 400),
    ]);
  expect((await page.ask("/passkey/list-user-passkeys")).json()).toEqual({ items: [] });
  const key = newKey();
  await register(page, key);
  for (const bend of [{ flags: PRESENT }, { origin: "https://evil.example" }, { rp: "evil.example" }]) {
    const stranger = browser(http);
    expect([bend, (await enter(stranger, key, bend)).status]).toEqual([
      bend,
      expect.toSatisfy((status: number) => status >= 400),
    ]);
    expect(stranger.jar.has("steward.session_token")).toBe(false);
  }
  const thief = { ...newKey(), id: key.id };
  expect((await enter(browser(http), thief)).status).toBeGreaterThanOrEqual(400);
  const other = browser(http);
  const options = (await other.ask("/passkey/generate-authenticate-options")).json();
  const response = assert(key, options);
  const challenge = new Map(other.jar);
  expect((await other.auth("/passkey/verify-authentication", { response })).status).toBe(200);
  const replay = browser(http);
  for (const [name, value] of challenge) replay.jar.set(name, value);
  expect(await problem(replay.auth("/passkey/verify-authentication", { response }))).toBe("400 token_invalid");
  expect(await problem(browser(http).auth("/passkey/verify-authentication", { response }))).toBe("400 token_invalid");
});

test("nobody's passkeys are another's to see, rename or take away, or to add to", async () => {
  const http = await opened();
  const page = await signedIn(http);
  await register(page, newKey());
  const { items } = (await page.ask("/passkey/list-user-passkeys")).json() as { items: { id: string }[] };
  const eve = await signedIn(http, { ...ADA, email: "eve@example.com", name: "Eve" });
  expect((await eve.ask("/passkey/list-user-passkeys")).json()).toEqual({ items: [] });
  for (const path of ["/passkey/update-passkey", "/passkey/delete-passkey"])
    expect(
      (await eve.auth(path, { id: items[0]!.id, ...(path.includes("update") ? { name: "x" } : {}) })).status,
    ).toBeGreaterThanOrEqual(400);
  // A ceremony that Eve began adds nothing to Ada's account.
  const options = (await eve.ask("/passkey/generate-register-options")).json();
  const challenge = [...eve.jar].find(([name]) => name.includes("passkey") || name.includes("webauthn"))!;
  page.jar.set(...challenge);
  expect(
    (await page.auth("/passkey/verify-registration", { response: attest(newKey(), options) })).status,
  ).toBeGreaterThanOrEqual(400);
  expect((await page.ask("/passkey/list-user-passkeys")).json()).toEqual({
    items: [expect.objectContaining({ id: items[0]!.id })],
  });
});

test("who has an authenticator app adds a passkey with it only", async () => {
  const http = await opened();
  const page = await signedIn(http);
  const { totpURI } = (await page.auth("/two-factor/enable", { password: PASSWORD })).json() as { totpURI: string };
  await page.auth("/two-factor/verify-totp", { code: totpOf(totpURI) });
  const key = newKey();
  expect((await register(page, key)).status).toBe(200);
  expect((await enter(browser(http), key)).status).toBe(200);
});

test("who has a passkey only changes no proof by password alone, and the session that added it may", async () => {
  const http = await opened();
  const page = await signedIn(http);
  const key = newKey();
  // An app that a thief had begun to set up before the passkey came is none beside it.
  const early = browser(http);
  await early.auth("/sign-in/email", { email: ADA.email, password: PASSWORD });
  const { totpURI } = (await early.auth("/two-factor/enable", { password: PASSWORD })).json() as { totpURI: string };
  await register(page, key);
  expect(await problem(early.auth("/two-factor/verify-totp", { code: totpOf(totpURI) }))).toBe(
    "403 second_factor_required",
  );
  const thief = browser(http);
  expect((await thief.auth("/sign-in/email", { email: ADA.email, password: PASSWORD })).status).toBe(200);
  const { items } = (await page.ask("/passkey/list-user-passkeys")).json() as { items: { id: string }[] };
  for (const [path, body] of [
    ["/two-factor/enable", { password: PASSWORD }],
    ["/passkey/delete-passkey", { id: items[0]!.id }],
    ["/change-password", { currentPassword: PASSWORD, newPassword: "another password" }],
  ] as const)
    expect([path, await problem(thief.auth(path, body))]).toEqual([path, "403 second_factor_required"]);
  const cookie = [...page.jar].map((pair) => pair.join("=")).join("; ");
  expect(await http.parts.identity!.findSignedIn(cookie)).toMatchObject({ secondFactor: true });
  expect((await enter(thief, key)).status).toBe(200);
  expect((await thief.auth("/two-factor/enable", { password: PASSWORD })).status).toBe(200);
});

test("a passkey is the second factor of a session that a password began, and takes its place", async () => {
  const http = await opened();
  const page = await signedIn(http);
  const key = newKey();
  await register(page, key);
  const half = browser(http);
  expect((await half.auth("/sign-in/email", { email: ADA.email, password: PASSWORD })).json()).toEqual({
    secondFactor: false,
  });
  expect((await half.call("GET", "/v1/account")).json()).toMatchObject({ hasPasskey: true, secondFactor: false });
  const found = () =>
    http.parts.identity!.findSignedIn([...half.jar].map((pair) => pair.join("=")).join("; ")) as Promise<SignedIn>;
  const before = await found();
  const cookie = half.jar.get("steward.session_token")!;
  expect((await enter(half, key)).status).toBe(200);
  const after = await found();
  expect([before.secondFactor, after.secondFactor, after.factorClaimed]).toEqual([false, true, false]);
  expect(after.session).not.toBe(before.session);
  expect(await http.parts.identity!.findSignedIn(`steward.session_token=${cookie}`)).toBeNull();
  // Somebody else's session is not touched by it.
  const eve = await signedIn(http, { ...ADA, email: "eve@example.com", name: "Eve" });
  const hers = eve.jar.get("steward.session_token")!;
  expect((await enter(eve, key)).status).toBe(200);
  expect(await http.parts.identity!.findSignedIn(`steward.session_token=${hers}`)).not.toBeNull();
});

test("a passkey's session stays what a sign-on or a key's link let it be, and for no longer", async () => {
  const http = await opened();
  const page = await signedIn(http);
  const key = newKey();
  await register(page, key);
  const found = () =>
    http.parts.identity!.findSignedIn([...page.jar].map((pair) => pair.join("=")).join("; ")) as Promise<SignedIn>;
  const { organization } = http.installed;
  const endsAt = http.clock.nowMs() + 3_600_000;
  await http.db.admin.query({
    text: `update identity.session set "signedOnBy" = $1, "begunBy" = 'sign_on', "secondFactor" = true, "expiresAt" = to_timestamp($2)`,
    values: [organization, endsAt / 1000],
  });
  expect(await found()).toMatchObject({ signedOnBy: organization, factorClaimed: true });
  expect((await enter(page, key)).status).toBe(200);
  expect(await found()).toMatchObject({
    signedOnBy: organization,
    factorClaimed: false,
    secondFactor: true,
    byKey: null,
  });
  expect(Math.abs((await found()).expiresAt - endsAt)).toBeLessThan(2);
});

test("whoever has an account is told by mail of each change of what proves them", async () => {
  const http = await opened();
  const page = await signedIn(http);
  const told = () =>
    http.mails
      .filter(({ template }) => template === "changed" || template === "factor_changed")
      .map(({ to, values }) => [to, values["change"] ?? values["what"]]);
  const key = newKey();
  await register(page, key);
  const { items } = (await page.ask("/passkey/list-user-passkeys")).json() as { items: { id: string }[] };
  const { totpURI } = (await page.auth("/two-factor/enable", { password: PASSWORD })).json() as { totpURI: string };
  await page.auth("/two-factor/verify-totp", { code: totpOf(totpURI) });
  await page.auth("/two-factor/generate-backup-codes", { password: PASSWORD });
  await page.auth("/passkey/delete-passkey", { id: items[0]!.id });
  await page.auth("/two-factor/disable", { password: PASSWORD });
  await page.auth("/change-password", { currentPassword: PASSWORD, newPassword: "another password" });
  expect(told()).toEqual(
    ["passkey_added", "app_added", "recovery_codes_made", "passkey_removed", "app_removed", "password"].map((what) => [
      ADA.email,
      what,
    ]),
  );
});

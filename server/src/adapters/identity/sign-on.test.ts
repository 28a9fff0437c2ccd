/** Sign-on by an organization's OpenID provider, and what must not come in by it. */
import { SignJWT, UnsecuredJWT } from "jose";
import { afterEach, expect, test } from "vitest";
import { showId } from "../../core/id.ts";
import { readActs } from "../../people/people.testsuite.ts";
import { ADA, browser } from "./identity.testsuite.ts";
import {
  ARRIVED,
  back,
  begin,
  closeAll,
  led,
  oidcCompany,
  refused,
  rogueProvider,
  signOn,
  through,
  world,
} from "./sign-on.testsuite.ts";

afterEach(closeAll);

const PERSON = { sub: "sub-1", email: ADA.email, email_verified: true, name: "Ada Lovelace" };

test("a person comes in by the organization's OpenID provider, and is a member with the default role", async () => {
  const it = await world();
  const { connection, issuer } = await oidcCompany(it, { now: PERSON });
  await it.domain("example.com");
  const page = browser(it.http);
  const start = await begin(page, { email: "ADA@Example.com" });
  expect(Object.fromEntries(new URL(start).searchParams)).toEqual({
    response_type: "code",
    client_id: "steward",
    redirect_uri: `http://steward.test/v1/auth/sso/oidc/${connection}`,
    scope: "openid email profile",
    state: expect.stringMatching(/^.{43}$/),
    nonce: expect.stringMatching(/^.{43}$/),
    code_challenge: expect.stringMatching(/^.{43}$/),
    code_challenge_method: "S256",
    login_hint: "ada@example.com",
  });
  expect(led(await back(page, await through(start)))).toBe(ARRIVED);
  expect((await page.call("GET", "/v1/account")).json()).toMatchObject({
    email: ADA.email,
    emailVerified: true,
    name: "Ada Lovelace",
  });
  const mine = (await page.call("GET", "/v1/organizations")).json() as { items: { id: string; role: string }[] };
  expect(mine.items).toMatchObject([{ id: showId("org", it.organization), role: "viewer" }]);
  expect(it.noted).toContain(`sign_on ${new URL(issuer).host}`);
  expect(await readActs(it.http.db, it.organization)).toContainEqual(
    expect.objectContaining({ action: "member.added", facts: { via: "sign_on", connection, role: "viewer" } }),
  );
  expect((await it.api("GET", `/connections/${connection}`)).json()).toMatchObject({ lastUsedAt: expect.any(String) });
  const { rows } = await it.http.db.admin.query({
    text: `select a."accountId", a."accessToken", a."refreshToken", a."idToken", s."begunBy", s."secondFactor" from identity.account a join identity.session s on s."userId" = a."userId"`,
  });
  expect(rows).toEqual([
    {
      accountId: "sub-1",
      accessToken: null,
      refreshToken: null,
      idToken: null,
      begunBy: "sign_on",
      secondFactor: false,
    },
  ]);
  // Again, in another browser: the same person.
  expect((await signOn(it, { connection })).led).toBe(ARRIVED);
  const { rows: counted } = await it.http.db.admin.query({
    text: `select count(*) as n from identity."user" where email = $1`,
    values: [ADA.email],
  });
  expect(counted).toEqual([{ n: 1 }]);
});

test("domains nobody signs on for are answered all the same, and so are those of an organization without a provider", async () => {
  const it = await world();
  await it.domain("lonely.test");
  const page = browser(it.http);
  for (const email of ["a@unknown.test", "a@lonely.test"]) {
    const answer = await page.auth("/sign-in/sso", { email });
    expect([answer.status, answer.json(), answer.headers["set-cookie"]]).toEqual([200, { url: null }, undefined]);
  }
  for (const body of [
    {},
    { email: "x" },
    { email: ADA.email, organization: "org_1" },
    { email: ADA.email, connection: "sso_1" },
    { email: ADA.email, to: "//evil.test" },
    { email: ADA.email, to: "https://evil.test" },
  ])
    expect((await page.auth("/sign-in/sso", body)).json()["code"]).toBe("value_invalid");
  const foreign = await page.auth("/sign-in/sso", { email: ADA.email }, { origin: "https://evil.test" });
  expect(foreign.status).toBe(403);
});

test("a state counts once, in one browser, at the provider it was made for", async () => {
  const it = await world();
  const { connection } = await oidcCompany(it, { now: PERSON });
  const other = await rogueProvider(it, PERSON);
  await it.domain("example.com");
  const victim = browser(it.http);
  await begin(victim, { connection });
  const attacker = browser(it.http);
  const way = await through(await begin(attacker, { connection }));
  // Login CSRF: the attacker's answer in the victim's browser.
  expect(led(await back(victim, way))).toBe(refused("state_invalid"));
  expect((await victim.call("GET", "/v1/account")).status).toBe(401);
  expect(led(await back(attacker, way))).toBe(refused("state_invalid")); // it is over
  const again = await through(await begin(attacker, { connection }));
  expect(led(await back(attacker, again))).toBe(ARRIVED);
  expect(led(await back(attacker, again))).toBe(refused("state_invalid"));
  // Mix-up: one provider's answer at another's address.
  const mixed = (await through(await begin(attacker, { connection }))).replace(connection, other.connection);
  expect(led(await back(attacker, mixed))).toBe(refused("state_invalid"));
  const none = `/v1/auth/sso/oidc/${connection}?code=x`;
  for (const more of ["", "&state=", "&state=null", "&state=undefined"])
    expect(led(await back(attacker, `${none}${more}`))).toBe(refused("state_invalid"));
});

test("an answer that names another issuer, and one without a name from a provider that names itself, are refused", async () => {
  const it = await world();
  const rogue = await rogueProvider(it, PERSON);
  await it.domain("example.com");
  const page = browser(it.http);
  const { connection } = rogue;
  const way = await through(await begin(page, { connection }));
  expect(led(await back(page, `${way}&iss=https%3A%2F%2Fhonest.test`))).toBe(refused("proof_invalid"));
  expect(rogue.asked).not.toContain("/token");
  const named = await rogueProvider(it, PERSON);
  named.discovery["authorization_response_iss_parameter_supported"] = true;
  expect((await signOn(it, { connection: named.connection })).led).toBe(refused("proof_invalid"));
  expect((await signOn(it, { connection })).led).toBe(ARRIVED);
});

test("an ID token that is not the provider's, for us, for this sign-on, now, is refused", async () => {
  const it = await world();
  const rogue = await rogueProvider(it, PERSON);
  await it.domain("example.com");
  const secret = new TextEncoder().encode("s".padEnd(32, "s"));
  const claims = { ...PERSON, iss: rogue.url, aud: "steward" };
  const now = Math.trunc(Date.now() / 1000);
  const forgeries: readonly (readonly [string, (nonce: string) => Promise<string>])[] = [
    ["another nonce", () => rogue.sign("another")],
    ["no nonce", (nonce) => rogue.sign(nonce, { nonce: undefined })],
    ["another issuer", (nonce) => rogue.sign(nonce, { iss: "https://honest.test" })],
    ["another audience", (nonce) => rogue.sign(nonce, { aud: "somebody" })],
    [
      "an audience among others, for another party",
      (nonce) => rogue.sign(nonce, { aud: ["steward", "other"], azp: "other" }),
    ],
    ["several audiences and no party", (nonce) => rogue.sign(nonce, { aud: ["steward", "other"] })],
    [
      "no signature",
      (nonce) => Promise.resolve(new UnsecuredJWT({ ...claims, nonce }).setIssuedAt().setExpirationTime("5m").encode()),
    ],
    [
      "a secret's signature",
      (nonce) =>
        new SignJWT({ ...claims, nonce })
          .setProtectedHeader({ alg: "HS256", kid: "k" })
          .setIssuedAt()
          .setExpirationTime("5m")
          .sign(secret),
    ],
    [
      "over",
      (nonce) =>
        new SignJWT({})
          .setProtectedHeader({ alg: "HS256" })
          .sign(secret)
          .then(() => rogue.sign(nonce, { nbf: now + 3600 })),
    ],
    ["no address", (nonce) => rogue.sign(nonce, { email: undefined })],
    ["no address that is one", (nonce) => rogue.sign(nonce, { email: { toString: 1 } })],
    ["an address that is not verified", (nonce) => rogue.sign(nonce, { email_verified: false })],
    ["an address elsewhere", (nonce) => rogue.sign(nonce, { email: "ceo@other.test" })],
    [
      "a tampered body",
      async (nonce) =>
        (await rogue.sign(nonce)).replace(
          /\.[^.]+\./,
          `.${Buffer.from(JSON.stringify({ ...claims, nonce, exp: now + 300, iat: now })).toString("base64url")}.`,
        ),
    ],
  ];
  for (const [name, token] of forgeries) {
    rogue.token = token;
    const answer = (await signOn(it, { connection: rogue.connection })).led;
    expect([name, answer]).toEqual([
      name,
      expect.stringMatching(/error=sign_on&reason=(?:proof_invalid|address_missing|address_elsewhere)$/),
    ]);
  }
  rogue.token = (nonce) => rogue.sign(nonce);
  expect((await signOn(it, { connection: rogue.connection })).led).toBe(ARRIVED);
});

test("a provider that says it is another, or that lies on a private address, is not asked", async () => {
  const it = await world("");
  const rogue = await rogueProvider(it, PERSON);
  const page = browser(it.http);
  const failed = await page.auth("/sign-in/sso", { connection: rogue.connection });
  expect([failed.status, failed.json()["code"]]).toEqual([401, "sign_in_failed"]);
  expect(rogue.asked).toEqual([]);
  const open = await world();
  const liar = await rogueProvider(open, PERSON);
  liar.discovery["issuer"] = "https://honest.test";
  expect((await browser(open.http).auth("/sign-in/sso", { connection: liar.connection })).json()["code"]).toBe(
    "sign_in_failed",
  );
  liar.discovery = { ...liar.discovery, issuer: liar.url, token_endpoint: "http://169.254.169.254/token" };
  expect((await signOn(open, { connection: liar.connection })).led).toBe(refused("proof_invalid"));
});

test("two factors count only where the connection trusts them and the provider says so", async () => {
  const it = await world();
  const rogue = await rogueProvider(it, PERSON);
  await it.domain("example.com");
  const factors = async (amr?: readonly string[]): Promise<unknown> => {
    rogue.token = (nonce) => rogue.sign(nonce, amr === undefined ? {} : { amr });
    expect((await signOn(it, { connection: rogue.connection })).led).toBe(ARRIVED);
    const { rows } = await it.http.db.admin.query<{ is: boolean }>({
      text: `select "secondFactor" as is from identity.session order by "createdAt" desc, id desc limit 1`,
    });
    return rows[0]?.is;
  };
  expect(await factors(["pwd", "mfa"])).toBe(false);
  expect((await it.api("PATCH", `/connections/${rogue.connection}`, { trustsSecondFactor: true })).status).toBe(200);
  expect([await factors(["pwd", "mfa"]), await factors(["pwd"]), await factors()]).toEqual([true, false, false]);
});

test("an account that somebody else made with the address and never verified keeps nothing they could come in by", async () => {
  const it = await world();
  const rogue = await rogueProvider(it, PERSON);
  await browser(it.http).auth("/sign-up/email", { ...ADA, password: "the attacker's own one" });
  await it.http.parts.identity!.close();
  await it.domain("example.com");
  expect((await signOn(it, { connection: rogue.connection })).led).toBe(ARRIVED);
  const attacker = browser(it.http);
  expect(
    (await attacker.auth("/sign-in/email", { email: ADA.email, password: "the attacker's own one" })).json()["code"],
  ).toBe("sign_in_failed");
  const { rows } = await it.http.db.admin.query({
    text: `select "providerId" <> 'credential' as own from identity.account`,
  });
  expect(rows).toEqual([{ own: true }]);
});

test("an address that was given to somebody else does not open the account of who had it before", async () => {
  const it = await world();
  const rogue = await rogueProvider(it, PERSON);
  await it.domain("example.com");
  expect((await signOn(it, { connection: rogue.connection })).led).toBe(ARRIVED);
  rogue.token = (nonce) => rogue.sign(nonce, { sub: "the-new-ada" });
  expect((await signOn(it, { connection: rogue.connection })).led).toBe(refused("already_bound"));
});

test("an account whose address left the domain is not opened by the organization's provider any more", async () => {
  const it = await world();
  const rogue = await rogueProvider(it, PERSON);
  await it.domain("example.com");
  expect((await signOn(it, { connection: rogue.connection })).led).toBe(ARRIVED);
  await it.http.db.admin.query({
    text: `update identity."user" set email = 'ada@home.test' where email = $1`,
    values: [ADA.email],
  });
  expect((await signOn(it, { connection: rogue.connection })).led).toBe(refused("address_elsewhere"));
});

test("nobody comes in once the domain is let go of, or the provider disabled", async () => {
  const it = await world();
  const rogue = await rogueProvider(it, PERSON);
  const domain = await it.domain("example.com");
  const page = browser(it.http);
  const way = await through(await begin(page, { connection: rogue.connection }));
  expect((await it.api("PATCH", `/connections/${rogue.connection}`, { enabled: false })).status).toBe(200);
  expect(led(await back(page, way))).toBe(refused("provider_failed"));
  expect((await page.auth("/sign-in/sso", { email: ADA.email })).json()).toEqual({ url: null });
  expect((await it.api("PATCH", `/connections/${rogue.connection}`, { enabled: true })).status).toBe(200);
  expect((await it.api("DELETE", `/domains/${domain}`)).status).toBe(204);
  expect((await signOn(it, { connection: rogue.connection })).led).toBe(refused("address_elsewhere"));
});

test("the client's secret is sealed, and shown nowhere", async () => {
  const it = await world();
  const { connection } = await oidcCompany(it, { now: PERSON });
  const everything = [await it.api("GET", "/connections"), await it.api("GET", `/connections/${connection}`)]
    .map(({ text }) => text)
    .join("");
  const { rows } = await it.http.db.admin.query<{ all: string }>({
    text: "select string_agg(c::text, '') as all from steward.sign_on_connections c",
  });
  for (const seen of [everything, rows[0]!.all]) {
    expect(seen).toContain("Company");
    expect(seen).not.toContain("a secret of the client");
    expect(seen).not.toContain(Buffer.from("a secret of the client").toString("hex"));
  }
});

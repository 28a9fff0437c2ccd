/** Sign-in at providers: the real `oidc-provider`, emulate's Google, and one of our own that breaks the rules. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createEmulator } from "emulate";
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { Provider } from "oidc-provider";
import { afterEach, expect, test } from "vitest";
import type { HttpOptions, TestAnswer, TestHttp } from "../../../test/http-server.ts";
import { mayJoin } from "../../people/may-join.ts";
import { parseAllowList } from "../../core/egress/allow-list.ts";
import { showId } from "../../core/id.ts";
import { createEgress } from "../egress/create-egress.ts";
import type { IdentityOptions, ProviderSettings } from "./identity-options.ts";
import {
  ADA,
  browser,
  closeOpened,
  opened,
  ORIGIN,
  PASSWORD,
  problem,
  signUp,
  totpOf,
  type Browser,
} from "./identity.testsuite.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await closeOpened();
  for (const close of closers.splice(0).toReversed()) await close();
});

async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ server: Server; url: string }> {
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const CLIENT = { clientId: "steward", clientSecret: "a secret of the client", name: "Company" };

/** What the identity needs to reach a provider on loopback; `allow` opens nothing when it is empty. */
function reaching(id: "oidc" | "google", settings: ProviderSettings, allow: string): HttpOptions & { noted: string[] } {
  const egress = createEgress({ allow: parseAllowList(allow), nowMs: () => performance.now() });
  closers.push(() => egress.close());
  const noted: string[] = [];
  const identity: Partial<IdentityOptions> = {
    providers: { [id]: settings },
    egress,
    noteOutbound: (host, purpose) => void noted.push(`${purpose} ${host}`),
  };
  return { identity, noted };
}

interface Claims {
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly name?: string;
}

/** The certified provider, which signs in whoever comes as `sub-1`. */
async function company(claims: Claims | (() => Claims)): Promise<string> {
  let callback: ReturnType<Provider["callback"]>;
  const { url } = await listen((request, response) => void callback(request, response));
  const provider = new Provider(url, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: [`${ORIGIN}/v1/auth/callback/oidc`],
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    findAccount: (_ctx, id) => ({
      accountId: id,
      claims: () => ({ sub: id, ...(typeof claims === "function" ? claims() : claims) }),
    }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client!.clientId,
        accountId: ctx.oidc.session!.accountId!,
      });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
    pkce: { required: () => true },
    cookies: { keys: ["test"] },
    jwks: {
      keys: [{ ...(await exportJWK((await generateKeyPair("RS256", { extractable: true })).privateKey)), kid: "k" }],
    },
  });
  const inner = provider.callback();
  callback = async (request, response) => {
    if (request.url?.startsWith("/interaction/"))
      return await provider.interactionFinished(request, response, { login: { accountId: "sub-1" } });
    return await inner(request, response);
  };
  return url;
}

/** Goes where the browser is sent until it is back at ours; gives the way back. */
async function through(start: string, act?: (url: string) => Promise<Response>): Promise<string> {
  const jar = new Map<string, string>();
  let url = start;
  for (let hop = 0; hop < 10; hop++) {
    if (url.startsWith(ORIGIN)) return url.slice(ORIGIN.length);
    const cookie = [...jar].map((pair) => pair.join("=")).join("; ");
    const answer = await (act ?? ((to) => fetch(to, { redirect: "manual", headers: { cookie } })))(url);
    for (const set of answer.headers.getSetCookie()) {
      const [name = "", value = ""] = set.split(";", 1)[0]!.split("=", 2);
      jar.set(name, value);
    }
    const location = answer.headers.get("location");
    if (location === null) throw new Error(`${url} answered ${answer.status} ${await answer.text()}`);
    url = new URL(location, url).href;
  }
  throw new Error("too many redirects");
}

async function begin(page: Browser, provider: string, more: object = {}): Promise<string> {
  const answer = await page.auth("/sign-in/social", { provider, to: "/flows?x=1", ...more });
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('"url"')]);
  return String(answer.json()["url"]);
}

const back = (page: Browser, way: string): Promise<TestAnswer> =>
  page.call("GET", way, undefined, { "sec-fetch-site": "cross-site" });
const led = ({ status, headers }: TestAnswer): string => `${status} ${headers.location}`;

async function everything(http: TestHttp): Promise<string> {
  const { rows } = await http.db.admin.query<{ all: string }>({
    text: `select coalesce(string_agg(t, ' '), '') as all from (select a::text as t from identity.account a union all select u::text from identity."user" u) x`,
  });
  return rows[0]!.all;
}

test("a person signs in at the company's provider: code, PKCE, state and nonce; kept are id, address and name (A2)", async () => {
  const issuer = await company({ email: ADA.email, email_verified: true, name: "Ada Lovelace" });
  const options = reaching("oidc", { issuer, ...CLIENT }, new URL(issuer).host);
  const http = await opened(options);
  const page = browser(http);
  const start = await begin(page, "oidc");
  const asked = Object.fromEntries(new URL(start).searchParams);
  expect(asked).toEqual({
    response_type: "code",
    client_id: "steward",
    redirect_uri: `${ORIGIN}/v1/auth/callback/oidc`,
    scope: "openid email profile",
    state: expect.stringMatching(/^.{32}$/),
    nonce: expect.stringMatching(/^.{32}$/),
    code_challenge: expect.stringMatching(/^.{43}$/),
    code_challenge_method: "S256",
  });
  const way = await through(start);
  expect(led(await back(page, way))).toBe(`303 ${ORIGIN}/flows?x=1`);
  expect((await page.call("GET", "/v1/account")).json()).toMatchObject({
    email: ADA.email,
    emailVerified: true,
    name: "Ada Lovelace",
  });
  expect(await everything(http)).toContain("sub-1");
  const { rows } = await http.db.admin.query({
    text: `select "accountId", "providerId", scope, "accessToken", "refreshToken", "idToken", password from identity.account`,
  });
  expect(rows).toEqual([
    expect.objectContaining({
      accountId: "sub-1",
      providerId: "oidc",
      scope: null,
      accessToken: null,
      refreshToken: null,
      idToken: null,
    }),
  ]);
  expect(new Set(options.noted)).toEqual(new Set([`sign_in ${new URL(issuer).host}`]));
  // The state, the code and its cookie are spent.
  expect(led(await back(page, way))).toContain(`${ORIGIN}/sign-in?`);
  expect(led(await back(browser(http), await through(await begin(page, "oidc"))))).toContain("reason=state_invalid"); // another browser
  expect(led(await back(page, way.replace(/state=[^&]+/, "state=forged")))).toContain(`${ORIGIN}/sign-in?`);
  expect(led(await back(page, way.replace(/[?&]state=[^&]+/, "?")))).toContain("reason=state_invalid");
});

test("a provider on a private address is not reached unless the operator opened it", async () => {
  let asked = 0;
  const { url } = await listen((_request, response) => void (asked++, response.end("{}")));
  for (const issuer of [url, url.replace("127.0.0.1", "localhost"), "http://169.254.169.254", "http://[::1]:1"]) {
    const options = reaching("oidc", { issuer, ...CLIENT }, "");
    const { auth } = browser(await opened(options));
    expect(await problem(auth("/sign-in/social", { provider: "oidc" }))).toBe("503 unavailable");
    expect(options.noted).toEqual([]);
  }
  expect(asked).toBe(0);
});

test("where nobody may sign up, a provider lets in who has an account only", async () => {
  const issuer = await company({ email: ADA.email, email_verified: true, name: "Ada" });
  const options = reaching("oidc", { issuer, ...CLIENT }, new URL(issuer).host);
  const invited: string[] = [];
  const http = await opened({
    identity: {
      ...options.identity,
      policy: { signUp: "invitation", minimumAge: 16 },
      mayJoin: async (email, token) => (invited.push(email), token === "for-ada"),
    },
  });
  const go = async (more: object) => {
    const page = browser(http);
    return led(await back(page, await through(await begin(page, "oidc", more))));
  };
  expect(await go({})).toBe(`303 ${ORIGIN}/sign-in?error=provider&reason=sign_up_closed&next=%2Fflows%3Fx%3D1`);
  expect(await go({ invitation: "wrong" })).toContain("reason=sign_up_closed");
  expect(await go({ invitation: "for-ada" })).toContain("reason=birth_date_missing"); // of the age nothing was said
  expect(await problem(browser(http).auth("/sign-in/social", { provider: "oidc", birthDate: "2020-01-01" }))).toBe(
    "403 forbidden",
  );
  expect(await everything(http)).not.toContain(ADA.email);
  expect(await go({ invitation: "for-ada", birthDate: "1990-12-10" })).toBe(`303 ${ORIGIN}/flows?x=1`);
  expect(invited).toEqual([ADA.email, ADA.email, ADA.email]);
  expect(await go({})).toBe(`303 ${ORIGIN}/flows?x=1`);
});

test("whoever is invited gets an account at the provider, by the address that the provider has confirmed, and by no other", async () => {
  const claims = { email: ADA.email, email_verified: true, name: "Ada" };
  const issuer = await company(() => claims);
  const options = reaching("oidc", { issuer, ...CLIENT }, new URL(issuer).host);
  const enter = async (policy: "invitation" | "closed", act: (http: TestHttp) => Promise<unknown>) => {
    const mayJoinHere: { ask: IdentityOptions["mayJoin"] } = { ask: () => Promise.resolve(false) };
    const http = await opened({
      identity: {
        ...options.identity,
        policy: { signUp: policy, minimumAge: null },
        mayJoin: (email, token) => mayJoinHere.ask(email, token),
      },
    });
    mayJoinHere.ask = (email, token) => mayJoin(http.parts, email, token);
    const made = await http.call(
      "POST",
      `/v1/organizations/${showId("org", http.installed.organization)}/invitations`,
      {
        body: { email: ADA.email, role: "viewer" },
      },
    );
    const token = new URL(String(made.json()["url"])).hash.slice(1);
    await act(http);
    const page = browser(http);
    const way = await through(await begin(page, "oidc", { to: "/invitation", invitation: token }));
    const end = led(await back(page, way)).replace(`303 ${ORIGIN}`, "");
    if (end !== "/invitation") {
      expect(await http.parts.identity!.findAccountByEmail(claims.email)).toBeNull();
      expect(http.mails).toEqual([]); // no link to an address that nobody has shown to be theirs
      expect(http.acts.at(-1)).toMatchObject({ action: "session.refused", account: null, facts: { by: "provider" } });
      return end;
    }
    const joined = await page.call("POST", "/v1/invitations/accept", { token });
    return `${end} ${joined.status}`;
  };
  const nothing = () => Promise.resolve();
  const refused = (reason: string) => `/sign-in?error=provider&reason=${reason}&next=%2Finvitation`;
  expect(await enter("invitation", nothing)).toBe("/invitation 200");
  expect(await enter("closed", nothing)).toBe(refused("sign_up_closed"));
  expect(await enter("invitation", async ({ clock }) => clock.jump(7 * 86_400_000 + 1))).toBe(
    refused("sign_up_closed"),
  );
  claims.email_verified = false;
  expect(await enter("invitation", nothing)).toBe(refused("address_unproved"));
  Object.assign(claims, { email: "eve@example.com", email_verified: true });
  expect(await enter("invitation", nothing)).toBe(refused("sign_up_closed"));
});

test("an account is joined to a provider when both sides have confirmed the address, and not else", async () => {
  const enter = async (verified: boolean, prepare: (http: TestHttp) => Promise<void>) => {
    const issuer = await company({ email: ADA.email, email_verified: verified, name: "Ada" });
    const http = await opened(reaching("oidc", { issuer, ...CLIENT }, new URL(issuer).host));
    await prepare(http);
    const page = browser(http);
    const end = led(await back(page, await through(await begin(page, "oidc"))));
    return { end, session: page.jar.has("steward.session_token") };
  };
  // Else the answer would say whether an account has an address that the comer has not shown to be theirs.
  expect(await enter(false, signUp)).toEqual(await enter(false, () => Promise.resolve()));
  const unconfirmed = async (http: TestHttp) => {
    await browser(http).auth("/sign-up/email", ADA);
    await http.parts.identity!.close();
  };
  expect(await enter(true, signUp)).toEqual({ end: `303 ${ORIGIN}/flows?x=1`, session: true });
  expect(await enter(false, signUp)).toEqual({
    end: expect.stringContaining("reason=address_unproved"),
    session: false,
  });
  expect(await enter(true, unconfirmed)).toEqual({
    end: expect.stringContaining("reason=address_unproved"),
    session: false,
  });
  expect(await enter(false, async () => undefined)).toEqual({
    end: expect.stringContaining("reason=address_unproved"),
    session: false,
  });
});

test("who has a second factor is asked for it after a provider, too", async () => {
  const issuer = await company({ email: ADA.email, email_verified: true, name: "Ada" });
  const http = await opened(reaching("oidc", { issuer, ...CLIENT }, new URL(issuer).host));
  await signUp(http);
  const first = browser(http);
  await first.auth("/sign-in/email", { email: ADA.email, password: PASSWORD });
  const { totpURI } = (await first.auth("/two-factor/enable", { password: PASSWORD })).json() as { totpURI: string };
  await first.auth("/two-factor/verify-totp", { code: totpOf(totpURI) });
  const page = browser(http);
  const answer = await back(page, await through(await begin(page, "oidc")));
  expect(led(answer)).toBe(`303 ${ORIGIN}/two-factor?next=%2Fflows%3Fx%3D1`);
  // No cookie on the way carried a session.
  for (const set of answer.headers["set-cookie"] ?? []) expect(set).not.toMatch(/session_token=\w/);
  expect([...page.jar.keys()]).toEqual(["steward.two_factor"]);
  expect((await page.call("GET", "/v1/account")).status).toBe(401);
  expect((await page.auth("/two-factor/verify-totp", { code: totpOf(totpURI, Date.now() + 30_000) })).status).toBe(200);
  const cookie = [...page.jar].map((pair) => pair.join("=")).join("; ");
  expect(await http.parts.identity!.findSignedIn(cookie)).toMatchObject({ secondFactor: true });
});

interface Bend {
  claims?: object;
  token?: (issuer: string, nonce: string) => Promise<string | undefined>;
  discovery?: object;
  userinfo?: object;
}

/** A provider that answers as the test says; by the rules unless `bend` changes a claim or the whole token. */
async function crooked(bend: Bend) {
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: "k", alg: "RS256", use: "sig" }] };
  const state = { nonce: "", exchanged: 0, bend };
  const { url } = await listen((request, response) => {
    const give = (value: unknown): void =>
      void response.setHeader("content-type", "application/json").end(JSON.stringify(value));
    const { pathname } = new URL(request.url!, "http://x");
    if (pathname === "/.well-known/openid-configuration")
      return give({
        issuer: url,
        authorization_endpoint: `${url}/authorize`,
        token_endpoint: `${url}/token`,
        jwks_uri: `${url}/keys`,
        userinfo_endpoint: `${url}/userinfo`,
        ...state.bend.discovery,
      });
    if (pathname === "/keys") return give(keys);
    if (pathname === "/userinfo") return give(state.bend.userinfo ?? {});
    state.exchanged++;
    const claims = {
      iss: url,
      aud: CLIENT.clientId,
      sub: "sub-1",
      email: ADA.email,
      email_verified: true,
      name: "Ada",
      nonce: state.nonce,
      ...state.bend.claims,
    };
    const sign = () =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: "RS256", kid: "k" })
        .setIssuedAt()
        .setExpirationTime("5m")
        .sign(privateKey);
    void (state.bend.token ? state.bend.token(url, state.nonce) : sign()).then((idToken) =>
      give({ access_token: "at", token_type: "Bearer", id_token: idToken }),
    );
  });
  const http = await opened(reaching("oidc", { issuer: url, ...CLIENT }, new URL(url).host));
  const enter = async (): Promise<string> => {
    const page = browser(http);
    const start = new URL(await begin(page, "oidc"));
    state.nonce = start.searchParams.get("nonce")!;
    return led(await back(page, `/v1/auth/callback/oidc?code=c&state=${start.searchParams.get("state")}`));
  };
  return { url, state, enter, http };
}

test("a proof is taken only when it is this provider's, for us, for this sign-in, and signed", async () => {
  const { state, enter, http } = await crooked({});
  const { privateKey: foreign } = await generateKeyPair("RS256");
  const past = Math.floor(Date.now() / 1000) - 60;
  const claims = (issuer: string, nonce: string) => ({
    iss: issuer,
    aud: CLIENT.clientId,
    sub: "sub-1",
    email: ADA.email,
    email_verified: true,
    nonce,
  });
  const bends: Record<string, Bend> = {
    "another sign-in's nonce": { claims: { nonce: "x".repeat(32) } },
    "no nonce": { claims: { nonce: undefined } },
    "another issuer": { claims: { iss: "https://evil.example" } },
    "another audience": { claims: { aud: "another client" } },
    "several audiences and no party": { claims: { aud: [CLIENT.clientId, "another client"] } },
    "another party": { claims: { azp: "another client" } },
    "no subject": { claims: { sub: "" } },
    "no token": { token: async () => undefined },
    "no signature": {
      token: async (issuer, nonce) =>
        new UnsecuredJWT(claims(issuer, nonce)).setIssuedAt().setExpirationTime("5m").encode(),
    },
    "a foreign key": {
      token: async (issuer, nonce) =>
        await new SignJWT(claims(issuer, nonce))
          .setProtectedHeader({ alg: "RS256", kid: "k" })
          .setIssuedAt()
          .setExpirationTime("5m")
          .sign(foreign),
    },
    "the client's secret as key": {
      token: async (issuer, nonce) =>
        await new SignJWT(claims(issuer, nonce))
          .setProtectedHeader({ alg: "HS256" })
          .setIssuedAt()
          .setExpirationTime("5m")
          .sign(Buffer.from(CLIENT.clientSecret.padEnd(32))),
    },
    "an ended one": {
      token: async (issuer, nonce) =>
        await new SignJWT(claims(issuer, nonce))
          .setProtectedHeader({ alg: "RS256", kid: "k" })
          .setIssuedAt(past)
          .setExpirationTime(past)
          .sign(foreign),
    },
    "userinfo of somebody else": {
      claims: { email: undefined },
      userinfo: { sub: "sub-2", email: ADA.email, email_verified: true },
    },
  };
  for (const [name, bend] of Object.entries(bends)) {
    state.bend = bend;
    expect([name, await enter()]).toEqual([
      name,
      expect.stringMatching(/^303 http:\/\/steward\.test\/sign-in\?.*error=/),
    ]);
    expect([name, await everything(http)]).toEqual([name, expect.not.stringContaining(ADA.email)]);
  }
  state.bend = {};
  expect(await enter()).toBe(`303 ${ORIGIN}/flows?x=1`);
});

test("address and name may come from userinfo, of the same person", async () => {
  const { enter, http } = await crooked({
    claims: { email: undefined, name: undefined },
    userinfo: { sub: "sub-1", email: ADA.email, email_verified: true, name: "Ada" },
  });
  expect(await enter()).toBe(`303 ${ORIGIN}/flows?x=1`);
  expect(await http.parts.identity!.findAccountByEmail(ADA.email)).toMatchObject({ name: "Ada", emailVerified: true });
});

test("what a provider publishes counts only under its own name", async () => {
  for (const discovery of [
    { issuer: "https://accounts.google.com" },
    { token_endpoint: "file:///etc/passwd" },
    { authorization_endpoint: "javascript:alert(1)" },
  ]) {
    const { http } = await crooked({ discovery });
    expect(await problem(browser(http).auth("/sign-in/social", { provider: "oidc" }))).toBe("503 unavailable");
  }
});

test("a code of one provider is shown to no other (issuer mix-up)", async () => {
  const [honest, evil] = [await crooked({}), await crooked({})];
  const hosts = [honest, evil].map(({ url }) => new URL(url).host).join(",");
  const options = reaching("oidc", { issuer: honest.url, ...CLIENT }, hosts);
  const http = await opened({
    identity: {
      ...options.identity,
      providers: { oidc: { issuer: honest.url, ...CLIENT }, google: { issuer: evil.url, ...CLIENT } },
    },
  });
  const page = browser(http);
  const state = new URL(await begin(page, "oidc")).searchParams.get("state");
  expect(led(await back(page, `/v1/auth/callback/google?code=c&state=${state}`))).toContain("reason=proof_invalid");
  expect([honest.state.exchanged, evil.state.exchanged]).toEqual([0, 0]);
  const again = new URL(await begin(page, "oidc")).searchParams.get("state");
  expect(
    led(await back(page, `/v1/auth/callback/oidc?code=c&state=${again}&iss=${encodeURIComponent(evil.url)}`)),
  ).toContain("reason=proof_invalid");
});

test("a provider that answers nonsense, hangs up or is gone leads back to our page, with nothing of it", async () => {
  for (const discovery of [
    { token_endpoint: "http://127.0.0.1:1/token" },

    { jwks_uri: "http://127.0.0.1:1/keys" },
  ]) {
    const one = await crooked({ discovery });
    expect(await one.enter()).toMatch(
      /^303 http:\/\/steward\.test\/sign-in\?error=provider&reason=proof_invalid&next=[%\w]+$/,
    );
  }
});

test("Google: openid, email and profile, and nothing else asked or kept (A2)", async () => {
  const port = await freePort();
  const google = await createEmulator({
    service: "google",
    port,
    baseUrl: `http://127.0.0.1:${port}`,
    seed: {
      google: {
        users: [{ email: ADA.email, name: "Ada Lovelace" }],
        oauth_clients: [
          {
            client_id: CLIENT.clientId,
            client_secret: CLIENT.clientSecret,
            name: "Steward",
            redirect_uris: [`${ORIGIN}/v1/auth/callback/google`],
          },
        ],
      },
    },
  });
  closers.push(() => google.close());
  const options = reaching("google", { issuer: google.url, ...CLIENT, name: "Google" }, `127.0.0.1:${port}`);
  const http = await opened(options);
  const page = browser(http);
  const start = new URL(await begin(page, "google"));
  expect(start.searchParams.get("scope")).toBe("openid email profile");
  const form = new URLSearchParams({ email: ADA.email, ...Object.fromEntries(start.searchParams) });
  const chosen = await fetch(`${google.url}/o/oauth2/v2/auth/callback`, {
    method: "POST",
    body: form,
    redirect: "manual",
  });
  const way = new URL(chosen.headers.get("location")!);
  expect(led(await back(page, way.pathname + way.search))).toBe(`303 ${ORIGIN}/flows?x=1`);
  expect((await page.call("GET", "/v1/account")).json()).toMatchObject({
    email: ADA.email,
    emailVerified: true,
    name: "Ada Lovelace",
  });
  expect(await everything(http)).not.toMatch(/google_|eyJ/);
  expect((await http.call("GET", "/v1/entrance", { anonymous: true })).json()["providers"]).toEqual([
    { id: "google", name: "Google" },
  ]);
});

async function freePort(): Promise<number> {
  const { server } = await listen(() => undefined);
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Counterparts for tests of sign-on, on loopback: `oidc-provider`, `samlp`, and an OpenID provider of our own that breaks rules. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { Provider } from "oidc-provider";
import { auth as samlAuth } from "samlp";
import { expect } from "vitest";
import type { HttpOptions, TestAnswer, TestHttp, TestPerson } from "../../../test/http-server.ts";
import { selfSigned } from "../../../test/self-signed.ts";
import { parseAllowList } from "../../core/egress/allow-list.ts";
import { showId } from "../../core/id.ts";
import { createEgress } from "../egress/create-egress.ts";
import { type Browser, browser, closeOpened, opened, ORIGIN } from "./identity.testsuite.ts";

const closers: (() => Promise<unknown>)[] = [];

export async function closeAll(): Promise<void> {
  await closeOpened();
  for (const close of closers.splice(0).toReversed()) await close();
}

export interface World {
  readonly http: TestHttp;
  /** An owner with a password session. */
  readonly owner: TestPerson;
  readonly organization: string;
  readonly zone: Map<
    string,
    { kind: "found"; records: readonly string[] } | { kind: "missing" } | { kind: "failed"; message: string }
  >;
  readonly noted: string[];
  /** A call below the organization, as the owner unless told otherwise. */
  readonly api: (method: string, path: string, body?: unknown, who?: TestPerson) => Promise<TestAnswer>;
  /** Adds and verifies a domain. */
  readonly domain: (name: string) => Promise<string>;
}

/** A server with an organization whose egress may reach loopback, `allow` being what it may. */
export async function world(allow = "127.0.0.1", more: HttpOptions = {}): Promise<World> {
  const egress = createEgress({ allow: parseAllowList(allow), nowMs: () => performance.now() });
  closers.push(() => egress.close());
  const noted: string[] = [];
  const zone: World["zone"] = new Map();
  const http = await opened({
    ...more,
    signOn: { texts: { lookUp: (name) => Promise.resolve(zone.get(name) ?? { kind: "missing" }) }, ...more.signOn },
    identity: { egress, noteOutbound: (host, purpose) => void noted.push(`${purpose} ${host}`), ...more.identity },
  });
  const owner = await http.signIn({ secondFactor: true, email: "owner@elsewhere.test" });
  const organization = http.installed.organization;
  const api: World["api"] = async (method, path, body, who = owner) =>
    await who.call(
      method,
      `/v1/organizations/${showId("org", organization)}/sign-on${path}`,
      body === undefined ? {} : { body },
    );
  return {
    http,
    owner,
    organization,
    zone,
    noted,
    api,
    async domain(name) {
      const made = await api("POST", "/domains", { domain: name });
      expect([made.status, made.text]).toEqual([201, expect.anything()]);
      const { id, record } = made.json() as { id: string; record: string };
      zone.set(name, { kind: "found", records: ["v=spf1 -all", record] });
      const verified = await api("POST", `/domains/${id}/verify`);
      expect([verified.status, verified.json()["state"]]).toEqual([200, "verified"]);
      return id;
    },
  };
}

export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse, url: string) => void | Promise<void>,
): Promise<string> {
  const server = createServer((request, response) => void handle(request, response, url));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return url;
}

export interface Claims {
  readonly sub: string;
  readonly [claim: string]: unknown;
}

/** The certified provider and its connection; it signs in whoever is `person`. */
export async function oidcCompany(
  { api }: World,
  person: { now: Claims },
  more: object = {},
): Promise<{ readonly connection: string; readonly issuer: string }> {
  let callback: ReturnType<Provider["callback"]>;
  const issuer = await listen((request, response) => void callback(request, response));
  const client = { clientId: "steward", clientSecret: "a secret of the client" };
  const made = await api("POST", "/connections", { kind: "oidc", name: "Company", issuer, ...client, ...more });
  expect([made.status, made.text]).toEqual([201, expect.anything()]);
  const { id, redirectUrl } = made.json() as { id: string; redirectUrl: string };
  const provider = new Provider(issuer, {
    clients: [{ client_id: client.clientId, client_secret: client.clientSecret, redirect_uris: [redirectUrl] }],
    claims: { openid: ["sub", "amr"], email: ["email", "email_verified"], profile: ["name", "groups"] },
    conformIdTokenClaims: false,
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ ...person.now, sub }) }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: async (ctx) => {
      const { client: of, session } = ctx.oidc;
      const grant = new ctx.oidc.provider.Grant({ clientId: of!.clientId, accountId: session!.accountId! });
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
  callback = async (request, response) =>
    request.url?.startsWith("/interaction/")
      ? await provider.interactionFinished(request, response, { login: { accountId: person.now.sub, amr: ["mfa"] } })
      : await inner(request, response);
  return { connection: id, issuer };
}

export interface Rogue {
  readonly connection: string;
  readonly issuer: string;
  readonly url: string;
  /** What its token endpoint gives next: an ID token. */
  token: (nonce: string) => Promise<string>;
  /** A proper ID token, but for what is given. */
  readonly sign: (nonce: string, claims?: Readonly<Record<string, unknown>>) => Promise<string>;
  discovery: Record<string, unknown>;
  asked: string[];
}

/** An OpenID provider of our own. */
export async function rogueProvider({ api }: World, person: Claims): Promise<Rogue> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: "k", alg: "RS256", use: "sig" };
  const nonces = new Map<string, string>();
  const json = (response: ServerResponse, value: unknown): void => {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(value));
  };
  const url: string = await listen(async (request, response, own) => {
    const at = new URL(request.url ?? "/", own);
    rogue.asked.push(at.pathname);
    if (at.pathname.endsWith("/openid-configuration")) return json(response, rogue.discovery);
    if (at.pathname === "/keys") return json(response, { keys: [jwk] });
    if (at.pathname === "/token") {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer);
      const code = new URLSearchParams(Buffer.concat(pieces).toString()).get("code") ?? "";
      return json(response, {
        access_token: "t",
        token_type: "Bearer",
        id_token: await rogue.token(nonces.get(code) ?? ""),
      });
    }
    const code = `code-${nonces.size}`;
    nonces.set(code, at.searchParams.get("nonce") ?? "");
    const back = new URL(at.searchParams.get("redirect_uri") ?? "");
    back.search = new URLSearchParams({ code, state: at.searchParams.get("state") ?? "" }).toString();
    response.writeHead(302, { location: back.href }).end();
  });
  const sign: Rogue["sign"] = async (nonce, claims = {}) =>
    await new SignJWT({ ...person, nonce, iss: url, aud: "steward", ...claims })
      .setProtectedHeader({ alg: "RS256", kid: "k" })
      .setIssuedAt()
      .setExpirationTime("5m")
      .sign(privateKey);
  const made = await api("POST", "/connections", {
    kind: "oidc",
    name: "Rogue",
    issuer: url,
    clientId: "steward",
    clientSecret: "s",
  });
  expect([made.status, made.text]).toEqual([201, expect.anything()]);
  const rogue: Rogue = {
    connection: String(made.json()["id"]),
    issuer: url,
    url,
    token: sign,
    sign,
    asked: [],
    discovery: {
      issuer: url,
      authorization_endpoint: `${url}/authorize`,
      token_endpoint: `${url}/token`,
      jwks_uri: `${url}/keys`,
    },
  };
  return rogue;
}

export interface SamlPerson {
  readonly id: string;
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
}

export interface SamlCompany {
  readonly connection: string;
  readonly acsUrl: string;
  readonly entityId: string;
  readonly certificate: { readonly key: string; readonly cert: string };
  /** For what the provider says next; overrides samlp's options. */
  options: Record<string, unknown>;
}

/** `samlp` as an identity provider, and its connection. */
export async function samlCompany(
  { api }: World,
  person: { now: SamlPerson },
  more: object = {},
): Promise<SamlCompany> {
  const certificate = selfSigned("idp.test", "rsa");
  const url = await listen((request, response, own) => {
    const query = Object.fromEntries(new URL(request.url ?? "/", own).searchParams);
    const profile = {
      getClaims: () => person.now.attributes,
      getNameIdentifier: () => ({ nameIdentifier: person.now.id }),
    };
    const handle = samlAuth({
      issuer: `${own}/metadata`,
      ...certificate,
      destination: company.acsUrl,
      recipient: company.acsUrl,
      lifetimeInSeconds: 300,
      profileMapper: () => profile,
      getPostURL: (_audience: unknown, _dom: unknown, _request: unknown, done: (error: null, url: string) => void) =>
        done(null, company.acsUrl),
      ...company.options,
    });
    const answer = {
      set: (name: string, value: string) => void response.setHeader(name, value),
      send: (body: unknown) => void response.end(String(body)),
    };
    handle(
      { method: "GET", query, user: person.now },
      answer,
      (error) => void response.writeHead(500).end(String(error)),
    );
  });
  const made = await api("POST", "/connections", {
    kind: "saml",
    name: "Company by SAML",
    issuer: `${url}/metadata`,
    signOnUrl: `${url}/sso`,
    certificates: [certificate.cert],
    emailAttribute: "email",
    nameAttribute: "name",
    ...more,
  });
  expect([made.status, made.text]).toEqual([201, expect.anything()]);
  const shown = made.json() as { id: string; acsUrl: string; metadataUrl: string };
  const company: SamlCompany = {
    connection: shown.id,
    acsUrl: shown.acsUrl,
    entityId: shown.metadataUrl,
    certificate,
    options: {},
  };
  return company;
}

/** Where sign-on sends the browser. */
export async function begin(page: Browser, asked: object): Promise<string> {
  const answer = await page.auth("/sign-in/sso", { to: "/flows?x=1", ...asked });
  expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('"url":"http')]);
  return String(answer.json()["url"]);
}

/** Goes where the browser is sent until it is back at ours; gives the way back. */
export async function through(start: string): Promise<string> {
  const jar = new Map<string, string>();
  let url = start;
  for (let hop = 0; hop < 10; hop++) {
    if (url.startsWith(ORIGIN)) return url.slice(ORIGIN.length);
    const cookie = [...jar].map((pair) => pair.join("=")).join("; ");
    const answer = await fetch(url, { redirect: "manual", headers: { cookie } });
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

export interface Posted {
  readonly action: string;
  readonly answer: string;
  readonly state: string;
}

/** The form that a SAML provider's page would post by itself. */
export async function samlForm(start: string): Promise<Posted> {
  const page = await (await fetch(start)).text();
  const value = (name: string): string => new RegExp(`name="${name}"\\s+value="([^"]*)"`).exec(page)?.[1] ?? "";
  const action = /action="([^"]*)"/.exec(page)?.[1] ?? "";
  if (action === "") throw new Error(`the provider answered ${page}`);
  return { action: unescaped(action), answer: unescaped(value("SAMLResponse")), state: unescaped(value("RelayState")) };
}

/** The browser posts it, as a cross-site form: without cookies; and goes where it is led. */
export async function post(page: Browser, { action, answer, state }: Posted): Promise<TestAnswer> {
  const anonymous = crossSite(page);
  const led = await anonymous(
    action.slice(ORIGIN.length),
    new URLSearchParams({ SAMLResponse: answer, RelayState: state }).toString(),
  );
  const location = led.headers.location ?? "";
  return location.includes("/arrive?") ? await back(page, location.slice(ORIGIN.length)) : led;
}

/** A form of another site: the page's cookies stay behind (SameSite). */
function crossSite(page: Browser): (path: string, body: string) => Promise<TestAnswer> {
  return async (path, body) => {
    const kept = new Map(page.jar);
    page.jar.clear();
    const answer = await page.call("POST", path, body, {
      "content-type": "application/x-www-form-urlencoded",
      "sec-fetch-site": "cross-site",
      origin: "https://idp.test",
    });
    for (const [name, value] of kept) if (!page.jar.has(name)) page.jar.set(name, value);
    return answer;
  };
}

export const back = (page: Browser, way: string): Promise<TestAnswer> =>
  page.call("GET", way, undefined, { "sec-fetch-site": "cross-site" });

export const led = ({ status, headers, text }: TestAnswer): string => `${status} ${headers.location ?? text}`;
export const refused = (reason: string): string => `303 ${ORIGIN}/sign-in?error=sign_on&reason=${reason}`;
export const ARRIVED = `303 ${ORIGIN}/flows?x=1`;

/** Signs on in a new browser; gives it, and where it was led. */
export async function signOn(it: World, asked: object): Promise<{ readonly page: Browser; readonly led: string }> {
  const page = browser(it.http);
  const start = await begin(page, asked);
  const isSaml = start.includes("SAMLRequest=");
  const answer = isSaml ? await post(page, await samlForm(start)) : await back(page, await through(start));
  return { page, led: led(answer) };
}

function unescaped(text: string): string {
  return text
    .replace(/&#x?([0-9a-f]+);/gi, (_all, code: string) =>
      String.fromCodePoint(Number.parseInt(code, _all.includes("x") ? 16 : 10)),
    )
    .replaceAll("&amp;", "&");
}

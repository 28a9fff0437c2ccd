/**
 * What another site can make a signed-in person's browser do: nothing. Made of the server's own document, the sign-in's
 * paths and the page's addresses, so that a new route is tried too.
 */
import { createServer, type Server } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { type Route, routes } from "@steward/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AUTH_PATHS } from "../src/adapters/identity/auth-paths.ts";
import { signInBody } from "./tenant-objects-bodies.ts";
import { digestOf } from "./tenant-objects-digest.ts";
import { OWNER, plantAccount, signInAt, startWhole, type Answer, type WholeSteward } from "./tenant-objects-server.ts";
import { type Document, operationsOf } from "./tenant-objects-slots.ts";
import { plainCall } from "./tenant-objects-tries.ts";
import { startTenants, type Tenants } from "./tenant-objects.ts";

let it: Tenants;
let document: Document;

beforeAll(async () => {
  it = await startTenants();
  const { steward, a } = it;
  document = (
    await steward.call("GET", "/v1/openapi.json", { headers: a.owner.headers })
  ).json() as unknown as Document;
});
afterAll(async () => await it?.close());

/** How a browser says that a call was made by somebody else's page; of some it says less. */
const FOREIGN: readonly Readonly<Record<string, string>>[] = [
  { origin: "https://evil.test", "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "cross-site" },
  { "sec-fetch-site": "same-site" },
  { origin: "https://evil.test" },
  { origin: "null" },
  { origin: "null", "sec-fetch-site": "cross-site" },
  { origin: "http://127.0.0.1:1", "sec-fetch-site": "same-site" }, // another port of this host
  { "sec-fetch-site": "none" }, // typed into the address bar, as no change ever is
  { "sec-fetch-site": "" },
  { "sec-fetch-site": "Same-Origin" },
  { referer: "https://evil.test/" },
  {},
];
const METHODS = { "x-http-method-override": "GET", "x-method-override": "GET", "x-requested-with": "XMLHttpRequest" };

test("no other site changes anything with somebody's session, on any route", { timeout: 60_000 }, async () => {
  const { a, b, steward, admin } = it;
  const before = await digestOf(steward, admin, a);
  const { cookie } = a.owner.headers as { cookie: string };
  const session = { cookie, "steward-project": a.owner.headers["steward-project"]! };
  const faults: string[] = [];
  let tried = 0;
  for (const operation of operationsOf(document)) {
    const route: Route = routes[operation.operationId as keyof typeof routes];
    if (operation.method === "GET" || route.access.in === "open") continue;
    const { method, target, headers, body } = plainCall({ document, own: a, other: b }, operation);
    for (const [at, foreign] of FOREIGN.entries()) {
      const { status, text } = await steward.call(method, target, {
        headers: {
          ...session,
          ...headers,
          ...foreign,
          ...(at % 2 === 0 ? {} : METHODS),
          "x-forwarded-for": `10.5.0.${at}`,
        },
        ...(body === undefined ? {} : { body }),
      });
      tried++;
      if (status !== 403 || !text.includes("own page only"))
        faults.push(`${operation.operationId} ${JSON.stringify(foreign)}: ${status} ${text}`);
    }
  }
  expect(faults).toEqual([]);
  expect(tried).toBeGreaterThan(500);
  const { "identity.session": _ended, ...after } = await digestOf(steward, admin, a); // when it was last used
  const { "identity.session": _begun, ...then } = before;
  expect(after).toEqual(then);
});

test("no other site reads anything with somebody's session, on any route", async () => {
  const { a, b, steward } = it;
  const { cookie } = a.owner.headers as { cookie: string };
  const faults: string[] = [];
  for (const operation of operationsOf(document)) {
    const route: Route = routes[operation.operationId as keyof typeof routes];
    if (operation.method !== "GET" || route.access.in === "open") continue;
    const { target } = plainCall({ document, own: a, other: b }, operation);
    for (const foreign of FOREIGN.slice(0, 7)) {
      const headers = { cookie, "steward-project": a.owner.headers["steward-project"]!, ...foreign };
      const { status, text } = await steward.call("GET", target, { headers });
      if (status !== 403 || text.includes(a.mark))
        faults.push(`${operation.operationId} ${JSON.stringify(foreign)}: ${status}`);
    }
    // A preflight is answered to nobody.
    const asked = { origin: "https://evil.test", "access-control-request-method": "DELETE" };
    const preflight = await steward.call("OPTIONS", target, { headers: asked });
    if (preflight.status < 400 || Object.keys(preflight.headers).some((name) => name.startsWith("access-control")))
      faults.push(`${operation.operationId} preflight: ${preflight.status}`);
  }
  expect(faults).toEqual([]);
});

test("no other site signs anybody in, or changes how they do", async () => {
  const { a, steward, admin } = it;
  const { cookie } = a.owner.headers as { cookie: string };
  const before = await digestOf(steward, admin, a);
  const faults: string[] = [];
  for (const [path, { method, body }] of Object.entries(AUTH_PATHS).filter(([, one]) => one.method === "POST"))
    for (const foreign of FOREIGN) {
      if (foreign["origin"] === undefined && foreign["sec-fetch-site"] === undefined && "referer" in foreign) continue;
      const headers = { cookie, ...foreign, "x-forwarded-for": "10.6.0.1" };
      const answer = await steward.call(method, `/v1/auth${path}`, { headers, body: signInBody(body).body });
      if (answer.status !== 403 || answer.headers["set-cookie"])
        faults.push(`${path} ${JSON.stringify(foreign)}: ${answer.status}`);
    }
  expect(faults).toEqual([]);
  const { "identity.session": _ended, ...after } = await digestOf(steward, admin, a);
  const { "identity.session": _begun, ...then } = before;
  expect(after).toEqual(then);
});

const GUARDS: Readonly<Record<string, string | RegExp>> = {
  "x-frame-options": "DENY",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": /^default-src 'none';.*frame-ancestors 'none'/,
};

function unguarded(what: string, { headers }: Pick<Answer, "headers">): string[] {
  const faults = Object.entries(GUARDS)
    .filter(([name, value]) => {
      const given = headers[name];
      return typeof value === "string" ? given !== value : !value.test(String(given));
    })
    .map(([name]) => `${what}: ${name} is ${String(headers[name])}`);
  const policy = String(headers["content-security-policy"]);
  if (/unsafe-|https?:|\*|blob:/.test(policy)) faults.push(`${what}: ${policy}`);
  for (const name of Object.keys(headers))
    if (/^(?:access-control-|x-powered-by$|server$)/.test(name)) faults.push(`${what}: ${name}`);
  for (const cookie of headers["set-cookie"] ?? [])
    if (!/HttpOnly/.test(cookie) || !/SameSite=(?:Strict|Lax)/.test(cookie)) faults.push(`${what}: ${cookie}`);
  return faults;
}

test(
  "every answer of the API, allowed or refused, can be framed, sniffed and read by nobody else",
  { timeout: 60_000 },
  async () => {
    const { a, b, steward } = it;
    const faults: string[] = [];
    for (const operation of operationsOf(document)) {
      const { method, target, headers } = plainCall({ document, own: a, other: b }, operation);
      const reads = method === "GET" && !["runEvents"].includes(operation.operationId);
      for (const [who, by] of [
        ["nobody", {}],
        ["a stranger", { authorization: "Bearer sk_0_nothing" }],
        ["the owner", reads ? a.owner.headers : { ...a.owner.headers, "sec-fetch-site": "cross-site" }],
      ] as const) {
        const more = { ...by, ...headers, "x-forwarded-for": `10.7.${who.length}.1`, origin: steward.address };
        const answer = await steward.call(method, target, { headers: more });
        faults.push(...unguarded(`${operation.operationId} to ${who}`, answer));
        if (answer.headers["cache-control"]?.includes("no-store") !== true && !operation.path.startsWith("/v1/files/"))
          faults.push(`${operation.operationId} to ${who} may be kept: ${answer.headers["cache-control"]}`);
      }
    }
    expect(faults).toEqual([]);
  },
);

test("every page, file, redirect, error and answer of the sign-in is guarded the same", async () => {
  const { steward } = it;
  const faults: string[] = [];
  const pages = "/ /flows /sign-in /sign-up /settings/members /index.html /theme.js /assets/none.js /favicon.ico";
  const others = "/healthz /readyz /v1/openapi.json /v1 /v1/none /none /enter /enter?token=none /.well-known/none";
  const broken = "/webhooks/none /% /v1/flows/%zz /scim/v2/Users";
  const paths = [
    ...`${pages} ${others} ${broken}`.split(" "),
    "/a".repeat(300),
    ...Object.keys(AUTH_PATHS).map((path) => `/v1/auth${path}`),
  ];
  for (const path of paths)
    for (const method of ["GET", "HEAD", "POST", "PUT", "TRACE", "OPTIONS", "PROPFIND"])
      for (const accept of ["text/html", "application/json"]) {
        const headers = { accept, origin: steward.address, "x-forwarded-for": "10.8.0.1" };
        const answer = await steward.call(method, path, { headers });
        if (answer.status >= 500 && answer.status !== 503) faults.push(`${method} ${path}: ${answer.status}`);
        faults.push(...unguarded(`${method} ${path} (${answer.status})`, answer));
      }
  // What never becomes a request of the framework.
  for (const text of [
    "nonsense\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n",
    `GET / HTTP/1.1\r\nx: ${"x".repeat(20_000)}\r\n\r\n`,
  ])
    faults.push(...unguarded(text.slice(0, 30), { headers: await rawHeaders(steward, text) }));
  expect(faults).toEqual([]);
});

async function rawHeaders(steward: WholeSteward, text: string): Promise<Record<string, string>> {
  const { hostname, port } = new URL(steward.address);
  const answer = await new Promise<string>((resolve) => {
    let all = "";
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on("data", (piece) => {
      all += String(piece);
      socket.end();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(all));
  });
  const [head = ""] = answer.split("\r\n\r\n", 1);
  return Object.fromEntries(
    head
      .split("\r\n")
      .slice(1)
      .map((line): [string, string] => {
        const at = line.indexOf(":");
        return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()];
      }),
  );
}

/** Addresses that a careless check takes for a path of ours. */
const ELSEWHERE = [
  "https://evil.test",
  "//evil.test",
  "///evil.test",
  "/\\evil.test",
  "\\\\evil.test",
  "/%2f/evil.test",
  "/%5cevil.test",
  "/\t/evil.test",
  "/\n/evil.test",
  "/%09/evil.test",
  "/%0d%0aLocation:%20https://evil.test",
  "/..//evil.test",
  "/.//evil.test",
  "@evil.test",
  ":80@evil.test/",
  ".evil.test",
  "/@evil.test",
  "http:evil.test",
  "javascript:alert(1)",
  "data:text/html,x",
  "/x?u=https://evil.test",
  "http://127.0.0.1@evil.test",
];
const REDIRECT_NAMES =
  "to callbackURL errorCallbackURL newUserCallbackURL redirect redirectTo redirect_uri returnTo return_to next url continue RelayState".split(
    " ",
  );

test("no parameter of any path leads a browser to another site", async () => {
  const provider = createServer((request, response) => {
    const issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
    response.setHeader("content-type", "application/json");
    response.end(
      JSON.stringify({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
        path: request.url,
      }),
    );
  });
  await new Promise<void>((done) => void provider.listen(0, "127.0.0.1", done));
  const own = await withProvider(provider);
  try {
    const origin = { origin: own.address, "sec-fetch-site": "same-origin" };
    const faults: string[] = [];
    let at = 0;
    const from = () => ({ "x-forwarded-for": `10.9.${++at >> 8}.${at & 255}` });
    const goesElsewhere = (answer: Answer): boolean => {
      const { location } = answer.headers;
      return location !== undefined && new URL(location, own.address).origin !== own.address;
    };
    for (const to of ELSEWHERE) {
      const begun = await own.call("POST", "/v1/auth/sign-in/social", {
        headers: { ...origin, ...from() },
        body: { provider: "oidc", to },
      });
      // A path of ours may hold whatever comes back as a part of it; anything else is refused.
      if (begun.status !== 422 && begun.status !== 200) faults.push(`${to}: ${begun.status} ${begun.text}`);
      if (begun.status === 200) {
        const state = new URL(String(begun.json()["url"])).searchParams.get("state")!;
        const cookie = (begun.headers["set-cookie"] ?? []).map((one) => one.split(";", 1)[0]!).join("; ");
        const back = await own.call(
          "GET",
          `/v1/auth/callback/oidc?error=access_denied&state=${encodeURIComponent(state)}`,
          {
            headers: { cookie, ...from() },
          },
        );
        if (goesElsewhere(back)) faults.push(`${to} leads to ${back.headers.location}`);
      }
      for (const name of REDIRECT_NAMES) {
        const query = `${name}=${encodeURIComponent(to)}`;
        for (const path of [
          "/enter?token=x&",
          "/v1/auth/callback/oidc?",
          "/v1/auth/callback/google?",
          "/?",
          "/sign-in?",
          "/v1/auth/verify-email?token=x&",
        ]) {
          const answer = await own.call("GET", `${path}${query}`, { headers: { accept: "text/html", ...from() } });
          if (goesElsewhere(answer)) faults.push(`${path}${query} leads to ${answer.headers.location}`);
        }
      }
    }
    const plain = await own.call("POST", "/v1/auth/sign-in/social", {
      headers: { ...origin, ...from() },
      body: { provider: "oidc", to: "/flows?x=1" },
    });
    expect([plain.status, plain.text.slice(0, 200)]).toEqual([200, expect.stringContaining("authorize")]);
    expect(faults).toEqual([]);
  } finally {
    await own.close();
    provider.close();
  }
});

async function withProvider(provider: Server): Promise<WholeSteward> {
  return await startWhole({
    STEWARD_OIDC_ISSUER: `http://127.0.0.1:${(provider.address() as AddressInfo).port}`,
    STEWARD_OIDC_CLIENT_ID: "steward",
    STEWARD_OIDC_CLIENT_SECRET: "secret",
    STEWARD_EGRESS_ALLOW: "127.0.0.1",
  });
}

test("a session serves its own site only, and still serves it there", async () => {
  const { steward, admin } = it;
  await plantAccount(admin, "01900000-0000-7000-8000-0000000000aa", "browser@a.test", "Browser");
  const headers = await signInAt(steward, "browser@a.test", OWNER.password, "10.9.9.1");
  const own = await steward.call("PATCH", "/v1/account", {
    headers: { ...headers, origin: steward.address },
    body: { name: "Me" },
  });
  expect([own.status, own.json()["name"]]).toEqual([200, "Me"]);
});

/** Google, GitHub and Slack as emulate has them, each with its own ways, by the connectors that ship. */
import { afterEach, expect, test } from "vitest";
import { loopbackEgress } from "../../test/connections.ts";
import { type TestHttp, testHttp, type TestPerson } from "../../test/http-server.ts";
import { createStrictEmulator } from "../../test/strict-emulate.ts";
import type { ConnectionPlace } from "../core/ports/connections.ts";
import type { Egress } from "../core/ports/egress.ts";
import { openHeld } from "../gate/connection-secret.ts";
import { openSlot } from "../gate/revocation-slot.ts";
import { revokeAtProvider } from "../gate/revoke-at-provider.ts";

const CLIENT = { clientId: "steward-client", clientSecret: "steward-secret" };
const REDIRECT = "http://steward.test/oauth/callback";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Counterpart {
  readonly http: TestHttp;
  readonly ann: TestPerson;
  readonly origin: string;
  /** What was asked of the provider: method, host and path. */
  readonly asked: string[];
  /** As the provider's page lets a person consent. */
  consent(authorizationUrl: string, who: string): Promise<URL>;
  connect(connector: string, actions: readonly string[], who: string): Promise<ConnectionPlace>;
  shown(slug: string): Promise<Record<string, unknown>>;
}

/** The provider's hosts lead to the emulator; `paths` where it has others. */
async function counterpart(
  service: "google" | "github" | "slack",
  seed: object,
  paths: Readonly<Record<string, string>> = {},
): Promise<Counterpart> {
  const emulator = await createStrictEmulator({ service, seed });
  closers.push(() => emulator.close());
  const origin = emulator.url.replace("localhost", "127.0.0.1");
  const real = loopbackEgress();
  closers.push(() => real.close());
  const asked: string[] = [];
  const egress: Egress = {
    ...real,
    request: (request) => {
      const url = new URL(request.url);
      const place = `${url.host}${url.pathname}`;
      asked.push(`${request.method} ${place}`);
      const target = `${origin}${paths[place] ?? url.pathname}${url.search}`;
      return real.request({ ...request, url: target, hosts: ["127.0.0.1"] });
    },
  };
  const clients = Object.fromEntries(["gmail", "github", "slack"].map((id) => [id, CLIENT]));
  const http = await testHttp({ connections: { clients, egress } });
  closers.push(() => http.close());
  const ann = await http.signIn();
  const it: Counterpart = {
    http,
    ann,
    origin,
    asked,
    consent: (url, who) => consentAt(origin, url, who),
    async connect(connector, actions, who) {
      const body = { connector, slug: connector, actions };
      const made = await ann.call("POST", "/v1/connections", { body });
      expect([made.status, made.text]).toEqual([201, expect.anything()]);
      const back = await it.consent(String(made.json()["authorizationUrl"]), who);
      const headers = { cookie: ann.cookie, "sec-fetch-site": "same-origin" };
      const end = await http.call("GET", `${back.pathname}${back.search}&here=1`, { anonymous: true, headers });
      expect(end.headers["location"]).toMatch(/connected=1$/);
      const { rows } = await http.db.admin.query<ConnectionPlace>({
        text: "select organization, project, id from steward.connections where slug = $1",
        values: [connector],
      });
      return rows[0]!;
    },
    shown: async (slug) => (await ann.call("GET", `/v1/connections/${slug}`)).json(),
  };
  return it;
}

async function consentAt(origin: string, authorizationUrl: string, who: string): Promise<URL> {
  const { pathname, search } = new URL(authorizationUrl);
  const page = await (await fetch(`${origin}${pathname}${search}`)).text();
  const form = page.split("<form").find((one) => one.includes(who)) ?? "";
  const action = /action="([^"]+)"/.exec(form)?.[1] ?? "";
  const fields = [...form.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(
    ([, name = "", value = ""]): [string, string] => [name, value.replaceAll("&amp;", "&").replaceAll("&quot;", '"')],
  );
  const answer = await fetch(`${origin}${action}`, {
    method: "POST",
    redirect: "manual",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  });
  return new URL(answer.headers.get("location") ?? "");
}

async function ready({ http }: Counterpart, place: ConnectionPlace, refused?: string) {
  const signal = new AbortController().signal;
  const secret = await http.connections.fresh.freshSecret(
    place,
    refused === undefined ? { signal } : { signal, refused },
  );
  if (secret.kind !== "ready") throw new Error(`${secret.code}: ${secret.message}`);
  return secret;
}

const google = () =>
  counterpart(
    "google",
    {
      google: {
        users: [{ email: "ada@example.com", name: "Ada Lovelace" }],
        oauth_clients: [
          {
            client_id: CLIENT.clientId,
            client_secret: CLIENT.clientSecret,
            name: "Steward",
            redirect_uris: [REDIRECT],
          },
        ],
      },
    },
    { "oauth2.googleapis.com/token": "/oauth2/token", "oauth2.googleapis.com/revoke": "/oauth2/revoke" },
  );

test("Google: connected for sending alone, refreshed, revoked, and its tokens are dead then", async () => {
  const it = await google();
  const place = await it.connect("gmail", ["gmail.send"], "ada@example.com");
  const first = await ready(it, place);
  expect(first.scopes).toEqual([
    "openid",
    "https://www.googleapis.com/auth/userinfo.email",
    "https://www.googleapis.com/auth/gmail.send",
  ]);
  expect(await it.shown("gmail")).toMatchObject({ account: "Ada Lovelace (ada@example.com)", status: "active" });
  it.http.clock.advance(3_600_000);
  const second = await ready(it, place);
  expect(second.header?.value).not.toBe(first.header?.value);
  expect((await it.ann.call("POST", "/v1/connections/gmail/test")).json()).toMatchObject({ ok: true });

  const gone = await it.ann.call("DELETE", "/v1/connections/gmail");
  expect(gone.json()).toMatchObject({ status: "waiting" });
  expect(await revoke(it)).toEqual({ kind: "done", code: null });
  const answer = await fetch(`${it.origin}/oauth2/v2/userinfo`, { headers: { authorization: second.header!.value } });
  expect(answer.status).toBe(401);
});

/** As the gate's action does it, with what is in the slot. */
async function revoke({ http }: Counterpart) {
  const { parts } = http.connections;
  const { rows } = await http.db.admin.query<{
    organization: string;
    project: string;
    id: string;
    slot: Buffer;
    connector: string;
  }>({ text: "select organization, project, id, slot, connector from steward.revocations" });
  const [row] = rows;
  const scope = { organization: row!.organization, project: row!.project };
  const connector = await parts.connectors.find(scope, row!.connector);
  return await revokeAtProvider(parts, connector!, openSlot(await parts.keysOf(scope), row!.id, row!.slot), {
    partition: scope.project,
    signal: new AbortController().signal,
    timeoutMs: 5000,
    beforeFirstByte: () => true,
  });
}

test("Google: a token that was revoked there is found dead, its refresh token too", async () => {
  const it = await google();
  const place = await it.connect("gmail", ["gmail.send"], "ada@example.com");
  const { parts } = it.http.connections;
  await it.ann.call("POST", "/v1/connections/gmail/test");
  const { rows } = await it.http.db.admin.query<{ id: string; secret: Buffer }>({
    text: "select id, secret from steward.connections",
  });
  const held = openHeld(await parts.keysOf(place), rows[0]!.id, rows[0]!.secret);
  if (held.kind !== "tokens") throw new Error("tokens are held");
  for (const token of [held.access, held.refresh!])
    await fetch(`${it.origin}/oauth2/revoke`, { method: "POST", body: new URLSearchParams({ token }) });
  const tested = await it.ann.call("POST", "/v1/connections/gmail/test");
  expect(tested.json()).toMatchObject({
    ok: false,
    code: "reauth_required",
    connection: { status: "reauth_required" },
  });
  const signal = new AbortController().signal;
  expect(await it.http.connections.fresh.freshSecret(place, { signal })).toMatchObject({ code: "reauth_required" });
});

const github = () =>
  counterpart("github", {
    github: {
      users: [{ login: "octocat", name: "Octo Cat", email: "octo@example.com" }],
      oauth_apps: [
        { client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret, name: "Steward", redirect_uris: [REDIRECT] },
      ],
    },
  });

test("GitHub: an error that comes with 200 is one, scopes come with commas, tokens last until they are refused", async () => {
  const it = await github();
  const place = await it.connect("github", ["github.create_issue"], "octocat");
  const secret = await ready(it, place);
  expect(secret.scopes).toEqual(["repo"]);
  expect(await it.shown("github")).toMatchObject({ account: "Octo Cat", expiresAt: null });
  const made = await it.ann.call("POST", "/v1/connections", {
    body: { connector: "github", slug: "two", actions: [] },
  });
  const back = await it.consent(String(made.json()["authorizationUrl"]), "octocat");
  back.searchParams.set("code", "made-up");
  const headers = { cookie: it.ann.cookie, "sec-fetch-site": "same-origin" };
  const end = await it.http.call("GET", `${back.pathname}${back.search}&here=1`, { anonymous: true, headers });
  expect(end.headers["location"]).toMatch(/problem=consent_over$/);
  // Nothing refreshes it: what the provider refuses is over.
  const signal = new AbortController().signal;
  expect(await it.http.connections.fresh.freshSecret(place, { signal, refused: secret.mark })).toMatchObject({
    code: "reauth_required",
  });
});

test("GitHub: a grant is ended by GitHub's own call, as the client and with the token in its body", async () => {
  const it = await github();
  await it.connect("github", ["github.create_issue"], "octocat");
  await it.ann.call("DELETE", "/v1/connections/github");
  await revoke(it);
  expect(it.asked.at(-1)).toBe(`DELETE api.github.com/applications/${CLIENT.clientId}/token`);
});

test("Slack: a bot's token counts as a bearer's, and ok: false is a refusal though it comes with 200", async () => {
  const it = await counterpart("slack", {
    slack: {
      team: { name: "Acme", domain: "acme" },
      users: [{ name: "ann", real_name: "Ann", email: "ann@acme.test" }],
      channels: [{ name: "general" }],
      oauth_apps: [
        { client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret, name: "Steward", redirect_uris: [REDIRECT] },
      ],
    },
  });
  const place = await it.connect("slack", ["slack.post_message"], "ann");
  expect((await ready(it, place)).scopes).toEqual(["chat:write"]);
  expect(await it.shown("slack")).toMatchObject({ status: "active", account: expect.stringContaining("Acme") });
  const made = await it.ann.call("POST", "/v1/connections", { body: { connector: "slack", slug: "two", actions: [] } });
  const back = await it.consent(String(made.json()["authorizationUrl"]), "ann");
  back.searchParams.set("code", "made-up");
  const headers = { cookie: it.ann.cookie, "sec-fetch-site": "same-origin" };
  const end = await it.http.call("GET", `${back.pathname}${back.search}&here=1`, { anonymous: true, headers });
  expect(end.headers["location"]).toMatch(/problem=consent_over$/);
});

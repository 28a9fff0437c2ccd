/** `oidc-provider` as a provider to connect to, and a connector for it: strict about PKCE, redirects and used refresh tokens. */
import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Connector, defineAction, defineConnector } from "@steward/sdk";
import { Provider } from "oidc-provider";
import { z } from "zod";
import { readBody } from "../connectors/read-body.ts";
import { statusFailure } from "../connectors/status-failure.ts";

export const CLIENT = { clientId: "steward", clientSecret: "a secret/of the:client" };
const { privateKey: SIGNERS, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
/** A client that proves itself by what its key signs. */
export const SIGNER = {
  clientId: "signer",
  privateKey: SIGNERS.export({ format: "pem", type: "pkcs8" }).toString(),
  jwk: { ...publicKey.export({ format: "jwk" }), kid: "s1", use: "sig" },
};
export const REDIRECT = "http://steward.test/oauth/callback";

export interface StrictProvider {
  readonly issuer: string;
  readonly connector: Connector;
  readonly provider: Provider;
  /** Who is signed in there, and what they let us have; null denies. */
  person: string;
  grants: readonly string[] | null;
  /** Requests by path, in order. */
  readonly asked: string[];
  /** Answers the next requests to a path in the provider's stead; true when it did. */
  instead: ((path: string, response: ServerResponse) => boolean | Promise<boolean>) | null;
  /** Goes through consent as a browser does; gives where the provider leads to in the end. */
  consent(authorizationUrl: string): Promise<URL>;
  /** Enters a code as on another device. */
  enterCode(userCode: string): Promise<void>;
  /** Whether the provider takes an access token. */
  takes(accessToken: string): Promise<boolean>;
  close(): Promise<void>;
}

export async function strictProvider(): Promise<StrictProvider> {
  let callback: (request: IncomingMessage, response: ServerResponse) => Promise<void> = () => Promise.resolve();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://x");
    asked.push(`${request.method} ${pathname}`);
    void serve(pathname, request, response);
  });
  const serve = async (path: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if ((await it.instead?.(path, response)) !== true) await callback(request, response);
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const it: StrictProvider = {
    issuer,
    connector: boxOf(issuer),
    provider: providerAt(issuer, () => it),
    person: "ann@example.com",
    grants: ["openid", "box.read", "box.write", "box.admin"],
    asked,
    instead: null,
    consent: (url) => walk(it, url),
    async enterCode(userCode) {
      const found = await it.provider.DeviceCode.findByUserCode(userCode.replace("-", ""));
      if (!found) throw new Error(`nobody was given the code ${userCode}`);
      const { clientId, params } = found as unknown as { clientId: string; params: { scope: string } };
      const grant = new it.provider.Grant({ clientId, accountId: it.person });
      const scope = params.scope
        .split(" ")
        .filter((one) => it.grants?.includes(one))
        .join(" ");
      grant.addOIDCScope(scope);
      const grantId = await grant.save();
      Object.assign(found, it.grants === null ? { error: "access_denied" } : { accountId: it.person, grantId, scope });
      await found.save();
    },
    async takes(accessToken) {
      const answer = await fetch(`${issuer}/me`, { headers: { authorization: `Bearer ${accessToken}` } });
      return answer.status === 200;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  const inner = it.provider.callback();
  callback = async (request, response) => {
    if (!request.url?.startsWith("/interaction/")) return await inner(request, response);
    const result =
      it.grants === null ? { error: "access_denied", error_description: "no" } : { login: { accountId: it.person } };
    return await it.provider.interactionFinished(request, response, result);
  };
  return it;
}

/** Made once: it takes a while. */
const SIGNING_KEY = {
  ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }),
  kid: "k",
  use: "sig",
};

function providerAt(issuer: string, it: () => StrictProvider): Provider {
  return new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: [REDIRECT],
        grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
      },
      {
        client_id: "machine",
        client_secret: "machine-secret",
        redirect_uris: [],
        response_types: [],
        grant_types: ["client_credentials"],
        scope: "box.read box.write",
      },
      {
        client_id: SIGNER.clientId,
        token_endpoint_auth_method: "private_key_jwt",
        jwks: { keys: [SIGNER.jwk] },
        redirect_uris: [],
        response_types: [],
        grant_types: ["client_credentials"],
        scope: "box.read box.write",
      },
    ],
    scopes: ["openid", "offline_access", "box.read", "box.write", "box.admin"],
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    features: {
      devInteractions: { enabled: false },
      revocation: { enabled: true },
      deviceFlow: { enabled: true },
      clientCredentials: { enabled: true },
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    issueRefreshToken: () => Promise.resolve(true),
    rotateRefreshToken: true,
    loadExistingGrant: async (ctx) => {
      const { client, session, params } = ctx.oidc;
      const grant = new ctx.oidc.provider.Grant({ clientId: client!.clientId, accountId: session!.accountId! });
      const scopes = params?.["scope"];
      const asked = typeof scopes === "string" ? scopes.split(" ") : [];
      const given = asked.filter((scope) => it().grants?.includes(scope) ?? false);
      grant.addOIDCScope(given.join(" "));
      grant.rejectOIDCScope(asked.filter((scope) => !given.includes(scope)).join(" "));
      await grant.save();
      return grant;
    },
    pkce: { required: () => true },
    jwks: { keys: [SIGNING_KEY] },
    cookies: { keys: ["test"] },
    ttl: {
      AccessToken: 3600,
      RefreshToken: 86_400,
      Session: 3600,
      Grant: 86_400,
      Interaction: 600,
      DeviceCode: 600,
      ClientCredentials: 3600,
    },
  });
}

async function walk(it: StrictProvider, start: string): Promise<URL> {
  const cookies = new Map<string, string>();
  let url = new URL(start);
  for (let step = 0; step < 10; step++) {
    const answer = await fetch(url, {
      redirect: "manual",
      headers: { cookie: Array.from(cookies, ([name, value]) => `${name}=${value}`).join("; ") },
    });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get("location");
    if (location === null) throw new Error(`${url.href}: ${answer.status} ${await answer.text()}`);
    url = new URL(location, it.issuer);
    if (url.origin !== it.issuer) return url;
  }
  throw new Error("the provider leads round and round");
}

/** Two actions that read and write, one that nobody is asked for. */
export function boxOf(issuer: string): Connector {
  const Empty = z.strictObject({});
  const action = (scope: string, kind: "read" | "write") =>
    defineAction({
      title: `Box ${kind}`,
      summary: "Uses the box.",
      class: kind,
      input: Empty,
      output: z.object({ ok: z.boolean() }),
      scopes: [scope],
      repeat: "safe",
      destination: [],
      sample: { input: {}, output: { ok: true } },
      *perform() {
        const answer = yield { method: "GET", url: "/me" };
        return { ok: answer.status === 200 };
      },
    });
  return defineConnector({
    id: "box",
    title: "Box",
    summary: "A box to keep things in.",
    category: "data",
    keywords: ["things"],
    base: issuer,
    hosts: ["127.0.0.1"],
    authentication: [
      {
        kind: "oauth2",
        authorizationUrl: `${issuer}/auth`,
        tokenUrl: `${issuer}/token`,
        revocationUrl: `${issuer}/token/revocation`,
        deviceUrl: `${issuer}/device/auth`,
        parameters: {},
        client: "basic",
        pkce: true,
        identityScopes: ["openid"],
      },
      { kind: "client_credentials", tokenUrl: `${issuer}/token` },
      { kind: "api_key", header: "x-box-key", prefix: "" },
    ],
    scopes: {
      openid: "Know who you are",
      "box.read": "See what is in the box",
      "box.write": "Put things into the box",
    },
    actions: { look: action("box.read", "read"), put: action("box.write", "write"), own: action("box.admin", "write") },
    triggers: {},
    *whoami() {
      const { sub } = readBody(z.object({ sub: z.string() }), yield { method: "GET", url: "/me" });
      return { account: sub, label: `Box of ${sub}` };
    },
    failure: statusFailure,
    setUp: ["Make a client."],
    triedAgainst: "oidc-provider",
  });
}

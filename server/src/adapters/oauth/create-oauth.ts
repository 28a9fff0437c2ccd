/** OAuth 2 by `oauth4webapi`: it encodes, proves the client and checks answers; the egress carries them. */
import * as oauth from "oauth4webapi";
import { invariant } from "../../core/invariant.ts";
import type { Egress } from "../../core/ports/egress.ts";
import type {
  CodeGiven,
  DeviceAnswer,
  DeviceCode,
  KeyProof,
  NoTokens,
  OAuth,
  OAuthCall,
  TokenAnswer,
} from "../../core/ports/oauth.ts";
import type { NoteOutbound } from "../../core/ports/outbound.ts";
import { noteUrl } from "../../core/note-url.ts";
import { fetchByEgress, Unavailable } from "./egress-fetch.ts";
import { readError } from "./read-error.ts";
import { signAssertion } from "./sign-assertion.ts";

export interface OAuthParts {
  readonly egress: Egress;
  readonly note: NoteOutbound;
}

const DEVICE_EVERY_MS = 5_000;
const DEVICE_LIFE_MS_MAX = 1_800_000;
/** What a header can carry, which is where it goes. */
const TOKEN = /^[\x21-\x7e]{1,16384}$/;

export function createOAuth(parts: OAuthParts): OAuth {
  return {
    exchangeCode: (call, given) => exchangeCode(parts, call, given),
    refresh: (call, refreshToken) =>
      tokens(async () => {
        const { as, client, by, options } = wayTo(parts, call, call.server.tokenUrl);
        const answer = await oauth.refreshTokenGrantRequest(as, client, by, refreshToken, options);
        return await oauth.processRefreshTokenResponse(as, client, answer);
      }),
    askAsClient: (call, scopes) =>
      tokens(async () => {
        const { as, client, by, options } = wayTo(parts, call, call.server.tokenUrl);
        const answer = await oauth.clientCredentialsGrantRequest(as, client, by, scopeOf(call, scopes), options);
        return await oauth.processClientCredentialsResponse(as, client, answer);
      }),
    askByKey: (call, proof, scopes) => askByKey(parts, call, proof, scopes),
    startDevice: (call, scopes) => startDevice(parts, call, scopes),
    pollDevice: (call, deviceCode) => pollDevice(parts, call, deviceCode),
    async revoke(call, token, hint) {
      invariant(call.server.revocationUrl !== null, "this provider has an address to revoke at");
      const { as, client, by, options } = wayTo(parts, call, call.server.revocationUrl, { noted: false });
      const more = { ...options, additionalParameters: { token_type_hint: hint } };
      try {
        await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, by, token, more));
        return { kind: "done" };
      } catch (error) {
        const failed = readError(error);
        // RFC 7009 has 200 for a token that is not known; Google says so.
        return failed.kind === "dead" || failed.code === "invalid_token" ? { kind: "done" } : failed;
      }
    },
  };
}

interface Way {
  readonly as: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly by: oauth.ClientAuth;
  readonly options: {
    readonly [oauth.customFetch]: (url: string, sent: oauth.CustomFetchOptions<string, unknown>) => Promise<Response>;
    readonly [oauth.allowInsecureRequests]: boolean;
  };
}

/** `noted`: in the ledger, unless it is what a run does, which is in the audit. */
function wayTo(
  parts: OAuthParts,
  call: OAuthCall,
  url: string,
  { issuer = null, noted = true }: { readonly issuer?: string | null; readonly noted?: boolean } = {},
): Way {
  const { server, client } = call;
  if (noted) noteUrl(parts.note, url);
  return {
    as: {
      issuer: issuer ?? new URL(server.authorizationUrl ?? server.tokenUrl).origin,
      token_endpoint: server.tokenUrl,
      ...(server.deviceUrl === null ? {} : { device_authorization_endpoint: server.deviceUrl }),
      ...(server.revocationUrl === null ? {} : { revocation_endpoint: server.revocationUrl }),
    },
    client: { client_id: client.clientId },
    by: proofOf(call),
    options: {
      [oauth.customFetch]: (asked, sent) => fetchByEgress(parts.egress, call, asked, sent),
      // Only for a provider on this machine: the egress refuses secrets over plain http to any other.
      [oauth.allowInsecureRequests]: /^http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost)[:/]/.test(url),
    },
  };
}

function proofOf({ server, client }: OAuthCall): oauth.ClientAuth {
  if (client.clientSecret === null || server.client === "none") return oauth.None();
  return server.client === "basic" ? basicOf(client.clientSecret) : oauth.ClientSecretPost(client.clientSecret);
}

/**
 * RFC 6749, 2.3.1. The library encodes `-`, `_` and `.` too, which a form need not have: providers that don't decode
 * (Notion says "base64 of the id, a colon, the secret") would take a client id with a dash for another.
 */
function basicOf(clientSecret: string): oauth.ClientAuth {
  return (_as, { client_id: clientId }, _body, headers) => {
    const pair = [clientId, clientSecret].map((part) => new URLSearchParams({ part }).toString().slice("part=".length));
    headers.set("authorization", `Basic ${Buffer.from(pair.join(":")).toString("base64")}`);
  };
}

function scopeOf({ separator }: OAuthCall, scopes: readonly string[]): Record<string, string> {
  return scopes.length === 0 ? {} : { scope: scopes.join(separator) };
}

const BY_ACCOUNT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const BY_CLIENT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** Who asks is in the assertion: there is no client beside it. */
const nobody: oauth.ClientAuth = () => undefined;

function askByKey(
  parts: OAuthParts,
  call: OAuthCall,
  proof: KeyProof,
  scopes: readonly string[],
): Promise<TokenAnswer> {
  return tokens(async () => {
    const { tokenUrl } = call.server;
    const { as, client, options } = wayTo(parts, call, tokenUrl);
    const assertion = await signAssertion(proof, tokenUrl, scopes);
    const scope = scopeOf(call, scopes);
    if (proof.how === "client") {
      const more = { ...scope, client_assertion_type: BY_CLIENT, client_assertion: assertion };
      const answer = await oauth.clientCredentialsGrantRequest(as, client, oauth.None(), more, options);
      return await oauth.processClientCredentialsResponse(as, client, answer);
    }
    const answer = await oauth.genericTokenEndpointRequest(
      as,
      client,
      nobody,
      BY_ACCOUNT,
      { ...scope, assertion },
      options,
    );
    return await oauth.processGenericTokenEndpointResponse(as, client, answer);
  });
}

function exchangeCode(parts: OAuthParts, call: OAuthCall, given: CodeGiven): Promise<TokenAnswer> {
  return tokens(async () => {
    const { as, client, by, options } = wayTo(parts, call, call.server.tokenUrl, given);
    const parameters = new URLSearchParams({ code: given.code });
    const back = oauth.validateAuthResponse(as, client, parameters, oauth.skipStateCheck);
    const answer = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      by,
      back,
      given.redirectUrl,
      given.verifier ?? oauth.nopkce,
      options,
    );
    return await oauth.processAuthorizationCodeResponse(as, client, answer);
  });
}

async function startDevice(
  parts: OAuthParts,
  call: OAuthCall,
  scopes: readonly string[],
): Promise<DeviceCode | NoTokens> {
  invariant(call.server.deviceUrl !== null, "this provider has consent by code");
  try {
    const { as, client, by, options } = wayTo(parts, call, call.server.deviceUrl);
    const answer = await oauth.deviceAuthorizationRequest(as, client, by, scopeOf(call, scopes), options);
    const code = await oauth.processDeviceAuthorizationResponse(as, client, answer);
    const verificationUrl = webAddress(code.verification_uri);
    if (verificationUrl === null)
      throw new Unavailable("garbage", "the provider names no address to enter the code at");
    return {
      kind: "code",
      deviceCode: code.device_code,
      userCode: code.user_code,
      verificationUrl,
      completeUrl: code.verification_uri_complete === undefined ? null : webAddress(code.verification_uri_complete),
      expiresInMs: Math.min(code.expires_in * 1000, DEVICE_LIFE_MS_MAX),
      everyMs: Math.max((code.interval ?? 0) * 1000, DEVICE_EVERY_MS),
    };
  } catch (error) {
    return readError(error);
  }
}

async function pollDevice(parts: OAuthParts, call: OAuthCall, deviceCode: string): Promise<DeviceAnswer> {
  const answer = await tokens(async () => {
    const { as, client, by, options } = wayTo(parts, call, call.server.tokenUrl);
    const sent = await oauth.deviceCodeGrantRequest(as, client, by, deviceCode, options);
    return await oauth.processDeviceCodeResponse(as, client, sent);
  });
  if (answer.kind === "tokens") return answer;
  if (answer.code === "authorization_pending") return { kind: "waiting", slower: false };
  return answer.code === "slow_down" ? { kind: "waiting", slower: true } : answer;
}

async function tokens(ask: () => Promise<oauth.TokenEndpointResponse>): Promise<TokenAnswer> {
  try {
    const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn, scope } = await ask();
    if (!TOKEN.test(accessToken) || (refreshToken !== undefined && !TOKEN.test(refreshToken)))
      throw new Unavailable("garbage", "the provider's token is none that can be sent");
    return {
      kind: "tokens",
      accessToken,
      refreshToken: refreshToken ?? null,
      expiresInMs: expiresIn === undefined ? null : Math.floor(expiresIn * 1000),
      // Some separate by commas, whatever they are asked with.
      scopes: scope === undefined ? null : scope.split(/[\s,]+/).filter((one) => one !== ""),
    };
  } catch (error) {
    return readError(error);
  }
}

function webAddress(text: string): string | null {
  const url = URL.parse(text);
  return url !== null && (url.protocol === "https:" || url.protocol === "http:") && url.username === ""
    ? url.href
    : null;
}

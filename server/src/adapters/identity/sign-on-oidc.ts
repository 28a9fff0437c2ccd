/**
 * Sign-on at an organization's OpenID provider (OpenID Connect Core 1.0, 3.1; PKCE, RFC 7636; issuer identification, RFC 9207).
 * Each provider has a redirect address of its own, so that no provider's answer counts as another's (RFC 9700, 4.4).
 */
import { createHash } from "node:crypto";
import { createRemoteJWKSet, customFetch, jwtVerify, type JWTPayload } from "jose";
import { z } from "zod";
import type { Clock } from "../../core/ports/clock.ts";
import type { ProvedPerson, SignOnProvider } from "../../core/ports/sign-on.ts";
import { messageOf } from "../../core/thrown.ts";
import { readPerson } from "./sign-on-person.ts";
import { signOnRefused } from "./sign-on-refusal.ts";

type Fetch = typeof globalThis.fetch;
type OidcProvider = Extract<SignOnProvider, { kind: "oidc" }>;

/** What a provider published is taken for true this long; its keys are looked up again when an unknown one signs. */
const DISCOVERY_MS = 3_600_000;
const DISCOVERIES_MAX = 200;
const SKEW_SECONDS = 60;
const SCOPE = "openid email profile";
/** With the provider's public keys only: never `none`, never a secret that we share. */
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];

const Address = z.url({ protocol: /^https?$/ });
const Discovery = z.object({
  issuer: z.string(),
  authorization_endpoint: Address,
  token_endpoint: Address,
  jwks_uri: Address,
  userinfo_endpoint: Address.optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});
type Discovery = z.output<typeof Discovery>;
const Tokens = z.object({ access_token: z.string(), id_token: z.string() });
const Claims = z.looseObject({ sub: z.string().min(1).max(255), amr: z.array(z.string()).optional().catch(undefined) });

interface Found {
  readonly at: Discovery;
  readonly keys: ReturnType<typeof createRemoteJWKSet>;
  readonly endsMs: number;
}

export interface OidcAnswer {
  readonly code: string;
  /** The provider's own word on who it is, when it gives one. */
  readonly issuer: string | null;
  readonly redirectUrl: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface OidcSignOn {
  /** Where the browser is sent. Throws `sign_in_failed` when the provider can't be asked. */
  begin(
    provider: OidcProvider,
    asked: { redirectUrl: string; state: string; nonce: string; verifier: string; email: string | null },
  ): Promise<string>;
  /** Whom the provider proves by this answer. Throws `sign_in_failed`. */
  prove(provider: OidcProvider, answer: OidcAnswer): Promise<ProvedPerson>;
}

export function createOidcSignOn({ fetch, clock }: { readonly fetch: Fetch; readonly clock: Clock }): OidcSignOn {
  const discover = createDiscover(fetch, clock);
  return {
    async begin(provider, { redirectUrl, state, nonce, verifier, email }) {
      const { at } = await discover(provider);
      const url = new URL(at.authorization_endpoint);
      const parameters = {
        response_type: "code",
        client_id: provider.clientId,
        redirect_uri: redirectUrl,
        scope: SCOPE,
        state,
        nonce,
        code_challenge: createHash("sha256").update(verifier).digest("base64url"),
        code_challenge_method: "S256",
        ...(email === null ? {} : { login_hint: email }),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },
    async prove(provider, answer) {
      const found = await discover(provider);
      const named = answer.issuer ?? (found.at.authorization_response_iss_parameter_supported ? "" : provider.issuer);
      if (named !== provider.issuer) throw signOnRefused("proof_invalid", "The answer is another provider's.");
      try {
        const { access_token, id_token } = Tokens.parse(await exchange(fetch, found.at, provider, answer));
        const claims = await proved(found, provider, { idToken: id_token, nonce: answer.nonce }, clock.nowMs());
        return personOf(provider, claims, await withUserinfo(fetch, found.at, provider, claims, access_token));
      } catch (error) {
        if (error instanceof Error && error.name === "AppError") throw error;
        throw signOnRefused("proof_invalid", `The provider's proof is none: ${messageOf(error).slice(0, 300)}`);
      }
    },
  };
}

/** What providers publish, each kept for an hour. */
function createDiscover(fetch: Fetch, clock: Clock): (provider: OidcProvider) => Promise<Found> {
  const kept = new Map<string, Found>();
  return async ({ id, issuer }) => {
    const key = `${id} ${issuer}`;
    const there = kept.get(key);
    if (there && clock.monotonicMs() < there.endsMs) return there;
    try {
      const at = Discovery.parse(await getJson(fetch, `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`));
      // OpenID Connect Discovery 1.0, section 4.3: else another's keys and addresses would count as this one's.
      if (at.issuer !== issuer) throw new Error(`it says it is ${at.issuer.slice(0, 200)}`);
      const keys = createRemoteJWKSet(new URL(at.jwks_uri), { [customFetch]: fetch });
      const found = { at, keys, endsMs: clock.monotonicMs() + DISCOVERY_MS };
      kept.delete(key);
      kept.set(key, found);
      if (kept.size > DISCOVERIES_MAX) kept.delete(kept.keys().next().value!);
      return found;
    } catch (error) {
      throw signOnRefused(
        "provider_failed",
        `The provider at ${issuer} can't be asked: ${messageOf(error).slice(0, 300)}`,
      );
    }
  };
}

/** Throws for a token that is not this provider's, for us and for this sign-on, or is over. */
async function proved(
  { keys }: Found,
  { issuer, clientId }: OidcProvider,
  { idToken, nonce }: { readonly idToken: string; readonly nonce: string },
  nowMs: number,
): Promise<z.output<typeof Claims>> {
  const { payload } = await jwtVerify(idToken, keys, {
    issuer,
    audience: clientId,
    algorithms: ALGORITHMS,
    requiredClaims: ["exp", "iat", "sub"],
    clockTolerance: SKEW_SECONDS,
    currentDate: new Date(nowMs),
  });
  if (payload["nonce"] !== nonce) throw new Error("it is for another sign-on");
  if (!isForUs(payload, clientId)) throw new Error("it is for another client");
  return Claims.parse(payload);
}

/** OpenID Connect Core 1.0, 3.1.3.7: with several audiences, the authorized party is us. */
function isForUs({ aud, azp }: JWTPayload & { readonly azp?: unknown }, clientId: string): boolean {
  return azp === undefined ? !Array.isArray(aud) || aud.length === 1 : azp === clientId;
}

type AnyClaims = Readonly<Record<string, unknown>>;

/** Providers may keep address and groups for the userinfo endpoint; what that says counts for the same person only (5.3.2). */
async function withUserinfo(
  fetch: Fetch,
  { userinfo_endpoint: userinfo }: Discovery,
  provider: OidcProvider,
  claims: AnyClaims & { readonly sub: string },
  accessToken: string,
): Promise<AnyClaims> {
  const wanted = [
    provider.emailAttribute ?? "email",
    ...(provider.groupsAttribute === null ? [] : [provider.groupsAttribute]),
  ];
  if (userinfo === undefined || wanted.every((name) => Object.hasOwn(claims, name))) return claims;
  const more = Claims.parse(await getJson(fetch, userinfo, { authorization: `Bearer ${accessToken}` }));
  if (more.sub !== claims.sub) throw new Error("the userinfo is about somebody else");
  return { ...more, ...claims };
}

function personOf(provider: OidcProvider, { sub, amr }: z.output<typeof Claims>, claims: AnyClaims): ProvedPerson {
  const email = claims[provider.emailAttribute ?? "email"];
  if (claims["email_verified"] === false && (provider.emailAttribute ?? "email") === "email")
    throw signOnRefused("address_missing", "The provider says that the address is not verified.");
  return readPerson({
    subject: sub,
    email,
    name: claims[provider.nameAttribute ?? "name"],
    groups: provider.groupsAttribute === null ? [] : claims[provider.groupsAttribute],
    // Of the signed token itself (RFC 8176), never of userinfo.
    secondFactor: provider.trustsSecondFactor && amr?.includes("mfa") === true,
  });
}

async function exchange(
  fetch: Fetch,
  at: Discovery,
  { clientId, clientSecret }: OidcProvider,
  { code, redirectUrl, verifier }: OidcAnswer,
): Promise<unknown> {
  const form = { grant_type: "authorization_code", code, redirect_uri: redirectUrl, code_verifier: verifier };
  // In the provider's own order; basic where it says nothing (OpenID Connect Discovery 1.0, section 3).
  const methods = at.token_endpoint_auth_methods_supported ?? [];
  const basic = methods.find((one) => one.startsWith("client_secret_")) !== "client_secret_post";
  const body = new URLSearchParams(basic ? form : { ...form, client_id: clientId, client_secret: clientSecret });
  const secret = Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`).toString("base64");
  const headers = { accept: "application/json", ...(basic ? { authorization: `Basic ${secret}` } : {}) };
  return await readJson(await fetch(at.token_endpoint, { method: "POST", headers, body }));
}

async function getJson(fetch: Fetch, url: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
  return await readJson(await fetch(url, { headers: { accept: "application/json", ...headers } }));
}

async function readJson(answer: Response): Promise<unknown> {
  if (answer.status !== 200) throw new Error(`it answered ${answer.status}`);
  return await answer.json();
}

/**
 * Sign-in at an OpenID provider (OpenID Connect Core 1.0, section 3.1; PKCE, RFC 7636), as the library's own flow takes one:
 * it keeps state, nonce and verifier and links accounts; here are the provider's discovery, token and proof. Asked for are
 * openid, email and profile, kept are the id, the address and the name (PROMISES A2).
 */
import { createHash } from "node:crypto";
import { getOAuthState } from "better-auth/api";
import type { BetterAuthPlugin, OAuthProvider } from "better-auth";
import { createRemoteJWKSet, customFetch, jwtVerify, type JWTPayload } from "jose";
import { z } from "zod";
import { AppError } from "../../core/errors.ts";
import { messageOf } from "../../core/thrown.ts";
import type { ProviderId, Providers, ProviderSettings } from "./identity-options.ts";

type Fetch = typeof globalThis.fetch;
type Provider = OAuthProvider<{ readonly sub: string }>;

const SCOPE = "openid email profile";
/** How long what a provider published is taken for true; its keys are looked up again when an unknown one signs. */
const DISCOVERY_MS = 3_600_000;
const ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"];

const Address = z.url({ protocol: /^https?$/ });
const Discovery = z.object({
  issuer: z.string(),
  authorization_endpoint: Address,
  token_endpoint: Address,
  jwks_uri: Address,
  userinfo_endpoint: Address.optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
});
const Tokens = z.object({ access_token: z.string(), id_token: z.string() });
const Claims = z.object({
  sub: z.string().min(1).max(255),
  email: z.email().max(254).optional(),
  email_verified: z.boolean().optional(),
  name: z.string().max(200).optional(),
});
type Claims = z.output<typeof Claims>;

interface Found {
  readonly at: z.output<typeof Discovery>;
  readonly keys: ReturnType<typeof createRemoteJWKSet>;
  readonly endsMs: number;
}

interface Parts {
  readonly fetch: Fetch;
  readonly monotonicMs: () => number;
  readonly log: (message: string, error?: unknown) => void;
}

/** The plugin that brings the configured providers. */
export function openIdProviders(providers: Providers, parts: Parts): BetterAuthPlugin {
  return {
    id: "steward-openid",
    init: () => ({
      context: {
        socialProviders: (["google", "oidc"] as const).flatMap((id) => {
          const settings = providers[id];
          return settings ? [openIdProvider(id, settings, parts)] : [];
        }),
      },
    }),
  };
}

function openIdProvider(id: ProviderId, settings: ProviderSettings, parts: Parts): Provider {
  const { issuer, clientId } = settings;
  const { fetch, log } = parts;
  const discover = createDiscover(issuer, parts);
  return {
    id,
    name: settings.name,
    issuer,
    requiresIdTokenNonce: true,
    options: { requireEmailVerification: true },
    accountSubject: ({ profile }) => profile.sub,
    async createAuthorizationURL({ state, codeVerifier, redirectURI, idTokenNonce }) {
      const { at } = await discover().catch((error: unknown) => {
        throw new AppError("unavailable", `${settings.name} can't be asked: ${reasonOf(error)}`);
      });
      const url = new URL(at.authorization_endpoint);
      const parameters = {
        response_type: "code",
        client_id: clientId,
        redirect_uri: redirectURI,
        scope: SCOPE,
        state,
        nonce: idTokenNonce ?? "",
        code_challenge: createHash("sha256").update(codeVerifier).digest("base64url"),
        code_challenge_method: "S256",
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url;
    },
    async validateAuthorizationCode({ code, codeVerifier = "", redirectURI }) {
      // A code of one provider is shown to no other one (RFC 9700, 4.4), even if it does not say whose it is.
      const state = await getOAuthState();
      if (state?.["startedAt"] !== id) return null;
      const { at } = await discover();
      const form = { grant_type: "authorization_code", code, redirect_uri: redirectURI, code_verifier: codeVerifier };
      const { access_token: accessToken, id_token: idToken } = Tokens.parse(await exchange(fetch, at, settings, form));
      return { accessToken, idToken };
    },
    async getUserInfo({ idToken, accessToken, expectedIdTokenNonce: nonce }) {
      if (!idToken || !accessToken || !nonce) return null;
      try {
        const found = await discover();
        const claims = await proved(found, { idToken, nonce, issuer, clientId });
        const { email, email_verified, name, ...rest } = await withAddress(
          claims,
          found.at.userinfo_endpoint,
          accessToken,
          fetch,
        );
        const user = { email: email ?? null, emailVerified: email_verified === true, name: name ?? email ?? "" };
        return { user, data: rest };
      } catch (error) {
        log(`${settings.name} gave a proof that is none: ${reasonOf(error)}`);
        return null;
      }
    },
  };
}

/** What the provider publishes, looked up again each hour. */
function createDiscover(issuer: string, { fetch, monotonicMs }: Parts): () => Promise<Found> {
  let found: Found | null = null;
  return async () => {
    if (found !== null && monotonicMs() < found.endsMs) return found;
    const at = Discovery.parse(await getJson(fetch, wellKnown(issuer)));
    // OpenID Connect Discovery 1.0, section 4.3: else another's keys and addresses would count as this one's.
    if (at.issuer !== issuer) throw new Error(`the provider at ${issuer} says it is ${at.issuer}`);
    const keys = createRemoteJWKSet(new URL(at.jwks_uri), { [customFetch]: fetch });
    return (found = { at, keys, endsMs: monotonicMs() + DISCOVERY_MS });
  };
}

interface Proof {
  readonly idToken: string;
  readonly nonce: string;
  readonly issuer: string;
  readonly clientId: string;
}

/** Throws for a token that is not this provider's, for us and for this sign-in, or is over. */
async function proved({ keys }: Found, { idToken, nonce, issuer, clientId }: Proof): Promise<Claims> {
  const { payload } = await jwtVerify(idToken, keys, {
    issuer,
    audience: clientId,
    algorithms: ALGORITHMS,
    requiredClaims: ["exp", "iat", "sub"],
  });
  if (payload["nonce"] !== nonce) throw new Error("it is for another sign-in");
  if (!isForUs(payload, clientId)) throw new Error("it is for another client");
  return Claims.parse(payload);
}

/** OpenID Connect Core 1.0, 3.1.3.7: with several audiences, the authorized party is us. */
function isForUs({ aud, azp }: JWTPayload & { readonly azp?: unknown }, clientId: string): boolean {
  return azp === undefined ? !Array.isArray(aud) || aud.length === 1 : azp === clientId;
}

/** Providers may keep address and name for the userinfo endpoint; what that says counts for the same person only (5.3.2). */
async function withAddress(
  claims: Claims,
  userinfo: string | undefined,
  accessToken: string,
  fetch: Fetch,
): Promise<Claims> {
  if (claims.email !== undefined || userinfo === undefined) return claims;
  const more = Claims.parse(await getJson(fetch, userinfo, { authorization: `Bearer ${accessToken}` }));
  if (more.sub !== claims.sub) throw new Error("the provider's userinfo is about somebody else");
  return { ...claims, ...more };
}

async function exchange(
  fetch: Fetch,
  at: z.output<typeof Discovery>,
  { clientId, clientSecret }: ProviderSettings,
  form: Readonly<Record<string, string>>,
): Promise<unknown> {
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
  if (answer.status !== 200) throw new Error(`the provider answered ${answer.status}`);
  return await answer.json();
}

function wellKnown(issuer: string): string {
  return `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
}

function reasonOf(error: unknown): string {
  return error instanceof z.ZodError ? "it does not say what sign-in needs" : messageOf(error).slice(0, 300);
}

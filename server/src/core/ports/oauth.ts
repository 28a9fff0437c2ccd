/** OAuth 2 as the gate needs it: one call to a provider each, over the egress. `adapters/oauth` implements it. */

/** Where a provider answers, and how a client proves itself there. */
export interface OAuthServer {
  /** Null where nobody is sent there: client credentials. */
  readonly authorizationUrl: string | null;
  readonly tokenUrl: string;
  readonly deviceUrl: string | null;
  readonly revocationUrl: string | null;
  readonly client: "basic" | "post" | "none";
  /** How it reads what it is asked; a form unless it says otherwise. */
  readonly asks?: "json" | undefined;
}

/** A client registered at the provider, opened for one call. */
export interface OAuthClientKeys {
  readonly clientId: string;
  /** Null for a public client. */
  readonly clientSecret: string | null;
}

export type SigningAlgorithm = "RS256" | "PS256" | "ES256" | "EdDSA";

/** A key that signs who asks (RFC 7523): a client's own, or an account's, which acts for itself or for its subject. */
export interface KeyProof {
  readonly how: "client" | "account";
  readonly issuer: string;
  readonly subject: string;
  /** PEM, without a passphrase. */
  readonly key: string;
  readonly keyId: string | null;
  readonly algorithm: SigningAlgorithm;
  /** Wall clock. */
  readonly atMs: number;
  /** Names this one assertion. */
  readonly id: string;
}

export interface OAuthCall {
  readonly server: OAuthServer;
  readonly client: OAuthClientKeys;
  /** Between scopes. */
  readonly separator: string;
  /** The project's id: connections are not shared with others'. */
  readonly partition: string;
  readonly signal: AbortSignal;
  /** Asked just before the first byte leaves; false sends nothing. */
  readonly beforeFirstByte?: () => boolean;
}

/** What brought somebody back from the provider. */
export interface CodeGiven {
  readonly code: string;
  readonly issuer: string | null;
  readonly redirectUrl: string;
  /** Of PKCE (RFC 7636); null where the provider has none. */
  readonly verifier: string | null;
}

export interface Tokens {
  readonly kind: "tokens";
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** Counted from the moment the call was begun; null: the provider says nothing, so until it is refused. */
  readonly expiresInMs: number | null;
  /** Null: those asked for (RFC 6749, 5.1). */
  readonly scopes: readonly string[] | null;
}

/** The provider gave none. Messages hold its error's code at most, never its words or a secret. */
export interface NoTokens {
  /**
   * `dead`: what was shown (code, refresh token, device code) is no longer good, for ever; `denied`: the person said no;
   * `client_refused`: the provider does not take the OAuth client; `refused`: anything else that would be refused again;
   * `unavailable`: it can't just now, did not answer, or answered what is no answer. Whether it took what was shown is then unknown.
   */
  readonly kind: "dead" | "denied" | "client_refused" | "refused" | "unavailable";
  /** The provider's, of RFC 6749 or its own, or the egress's. */
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs: number | null;
}

export type TokenAnswer = Tokens | NoTokens;

export interface DeviceCode {
  readonly kind: "code";
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUrl: string;
  readonly completeUrl: string | null;
  readonly expiresInMs: number;
  readonly everyMs: number;
}

/** `waiting`: the person has not answered yet; `slower`: and it is asked too often. */
export type DeviceAnswer = TokenAnswer | { readonly kind: "waiting"; readonly slower: boolean };

/** Each settles within 15 s and rejects for a bug only. Nothing is sent twice. */
export interface OAuth {
  exchangeCode(call: OAuthCall, given: CodeGiven): Promise<TokenAnswer>;
  refresh(call: OAuthCall, refreshToken: string): Promise<TokenAnswer>;
  askAsClient(call: OAuthCall, scopes: readonly string[]): Promise<TokenAnswer>;
  /** The same by what a key signs; `call.client` is not asked for a secret. */
  askByKey(call: OAuthCall, proof: KeyProof, scopes: readonly string[]): Promise<TokenAnswer>;
  startDevice(call: OAuthCall, scopes: readonly string[]): Promise<DeviceCode | NoTokens>;
  pollDevice(call: OAuthCall, deviceCode: string): Promise<DeviceAnswer>;
  /** RFC 7009: `done` also for a token that is not known any more. */
  revoke(call: OAuthCall, token: string, hint: "access_token" | "refresh_token"): Promise<{ kind: "done" } | NoTokens>;
}

/**
 * Connections' secrets as others see them. The gate implements these ports and opens secrets there alone; everybody else hands
 * over and gets back what is sealed.
 */
import type { ConnectionAuthentication, ConnectionSecret } from "@steward/sdk";
import type { ClientCertificate } from "./egress.ts";

/** A connection, by where it lies. */
export interface ConnectionPlace {
  readonly organization: string;
  readonly project: string;
  readonly id: string;
}

/** A connection's secret, opened for the calls of one effect. */
export interface ReadySecret {
  readonly kind: "ready";
  /** Names what was opened: given back when the provider refuses it, so that no newer one is ended for it. */
  readonly mark: string;
  readonly connector: string;
  readonly authentication: ConnectionAuthentication;
  /** What to send with each call, its value `Bearer …` or the like; null where it is not sent in a header. */
  readonly header: { readonly name: string; readonly value: string } | null;
  /** The same as a parameter of the query: such a request follows no redirect, and its URL is written nowhere. */
  readonly query: { readonly name: string; readonly value: string } | null;
  /** Of the client, for the TLS handshake with each of `hosts`. */
  readonly certificate?: ClientCertificate;
  /** For protocols that sign in by name and password, and for paths with the user's name. */
  readonly basic: { readonly user: string; readonly password: string } | null;
  /** What the provider granted; an action that needs more is not available. */
  readonly scopes: readonly string[];
  /** It may be sent to no other. */
  readonly hosts: readonly string[];
  /** Of what the project brings itself; in the place of the connector's base. */
  readonly address: string | null;
  /** Everything by which an answer could give it away. */
  readonly forms: readonly string[];
}

/** `refused`: nobody can use it as it is; `failed`: the provider could not say now, an attempt later may do. */
export type NoSecret =
  | {
      readonly kind: "refused";
      readonly code: "connection_missing" | "connection_unreadable" | "reauth_required";
      readonly message: string;
    }
  | {
      readonly kind: "failed";
      readonly code: "connection_unavailable";
      readonly message: string;
      readonly retryAfterMs: number | null;
    };

export interface FreshOptions {
  readonly signal: AbortSignal;
  /**
   * The mark of a secret that the provider has just refused as dead. A newer one is given, for which a refresh is tried;
   * where there is none, the grant is over: its tokens are erased, its owner is told, and the answer is `reauth_required`.
   */
  readonly refused?: string;
}

export interface FreshSecrets {
  /**
   * A connection's secret that is good for another minute, refreshed at the provider where need be: by one process at a
   * time, the others wait for it or go on with what is still good. Settles within 40 s, or with the signal; rejects where
   * the store does or for a bug.
   */
  freshSecret(place: ConnectionPlace, options: FreshOptions): Promise<ReadySecret | NoSecret>;
}

/** A connection that is being made, or made anew. */
export interface ConnectionToMake extends ConnectionPlace {
  readonly connector: string;
  /** The project's own OAuth client; null: the installation's. */
  readonly client: string | null;
  readonly hosts: readonly string[];
  /** Of what the project brings itself, in the place of the connector's base. */
  readonly address: string | null;
}

/** Whose account it is at the provider. */
export interface ProviderAccount {
  readonly account: string;
  readonly label: string;
}

/** A secret as it is kept, and what is known of it. */
export interface SealedTokens {
  readonly kind: "sealed";
  /** For the connection that it was made for, and no other. */
  readonly secret: Buffer;
  readonly scopes: readonly string[];
  readonly expiresAt: number | null;
  /** Null when the provider could not say it now. */
  readonly account: ProviderAccount | null;
  /** Why the provider was not reached; null where it was, whatever it said. */
  readonly unreached: string | null;
}

/** Why there is none: for the person who connects. */
export interface NotConnected {
  readonly kind: "refused";
  readonly code:
    | "consent_denied"
    | "consent_over"
    | "oauth_client_missing"
    | "oauth_client_refused"
    | "provider_refused"
    | "provider_unavailable"
    | "reauth_required";
  readonly message: string;
}

/** What is kept of a consent under way, sealed for its row in `connect_states`. */
export interface SealedConsent {
  readonly hash: Buffer;
  readonly sealed: Buffer;
}

export interface CodeFound {
  readonly code: string;
  /** RFC 9207; null where the provider says none. */
  readonly issuer: string | null;
  readonly redirectUrl: string;
}

export interface DeviceStarted {
  readonly kind: "started";
  readonly sealed: Buffer;
  readonly userCode: string;
  readonly verificationUrl: string;
  readonly completeUrl: string | null;
  readonly expiresInMs: number;
  readonly everyMs: number;
}

/** `againMs`: when it is worth asking again. `sealed` is to be kept in the place of what there is. */
export interface DeviceWaiting {
  readonly kind: "waiting";
  readonly againMs: number;
  readonly sealed: Buffer | null;
}

/** Each settles within 60 s and rejects where the store does or for a bug; what the provider says is data. */
export interface ConnectionSecrets {
  /** Seals what was typed, once the provider has not said that it is no good. */
  keepTyped(
    connection: ConnectionToMake,
    typed: ConnectionSecret,
    scopes: readonly string[],
  ): Promise<SealedTokens | NotConnected>;
  /** A new verifier of PKCE, sealed, with its challenge (RFC 7636, S256). */
  beginConsent(place: ConnectionPlace, hash: Buffer): Promise<{ readonly sealed: Buffer; readonly challenge: string }>;
  exchangeCode(
    connection: ConnectionToMake,
    consent: SealedConsent,
    found: CodeFound,
    asked: readonly string[],
  ): Promise<SealedTokens | NotConnected>;
  startDevice(
    connection: ConnectionToMake,
    hash: Buffer,
    asked: readonly string[],
  ): Promise<DeviceStarted | NotConnected>;
  pollDevice(
    connection: ConnectionToMake,
    consent: SealedConsent,
    asked: readonly string[],
  ): Promise<SealedTokens | NotConnected | DeviceWaiting>;
  /** Asks the provider, by a connection as it stands, whose account it is: one that is found dead is ended by that. */
  askAccount(
    place: ConnectionPlace,
  ): Promise<({ readonly kind: "account"; readonly note?: string } & ProviderAccount) | NotConnected>;
  /** The client id that a consent is asked for with; null where there is no client. */
  clientIdOf(connection: ConnectionToMake): Promise<string | null>;
  /** Without a signing secret, the one in `held` is kept; null where there is neither of both. Throws `SealError`. */
  sealClientSecrets(
    place: ConnectionPlace,
    secrets: { readonly clientSecret: string | null; readonly signingSecret: string | undefined },
    held: Buffer | null,
  ): Promise<Buffer | null>;
  /** What revoking at the provider needs, out of a secret as it is kept: null where there is no way to revoke, or nothing. */
  toRevoke(
    connection: ConnectionToMake & { readonly secret: Buffer | null },
    revocation: string,
  ): Promise<{ readonly slot: Buffer | null; readonly way: "supported" | "unsupported" | "nothing_held" }>;
}

import type { Transaction } from "../core/ports/database.ts";
import type { TextRecords } from "../core/ports/sign-on.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";

/** What the verbs around sign-on need beside those around people. */
export interface SignOnOutside {
  /** Of INSTALLATION_SCOPE: providers' secrets are sealed under them, so that no project's end takes sign-on away. */
  readonly keys: () => Promise<ProjectKeys>;
  readonly texts: TextRecords;
  /** Puts a message into the outbox, in the caller's transaction. It may leave the transaction in another scope. */
  readonly mail: { send(tx: Transaction, message: DomainMessage): Promise<void> };
}

export interface SignOnParts extends PeopleParts {
  readonly signOn: SignOnOutside;
}

/** To an owner: a domain's record is missing, or the domain counts no longer. */
export interface DomainMessage {
  readonly to: string;
  readonly template: "domain_failing" | "domain_lost";
  /** `organization`, `domain`, `record`, `at`: when it stops to count, or did. */
  readonly values: Readonly<Record<string, string>>;
}

/** Who sets up sign-on, and by whose sign-on their session was begun; null for any other session and for keys. */
export interface SignOnActor extends Actor {
  readonly signedOnBy: string | null;
}

/** Where OIDC providers lead back to. */
export function redirectUrl(publicUrl: string, shownId: string): string {
  return `${publicUrl}/v1/auth/sso/oidc/${shownId}`;
}

/** Our entity id to a SAML provider, which is where our metadata is. */
export function metadataUrl(publicUrl: string, shownId: string): string {
  return `${publicUrl}/v1/auth/sso/saml/${shownId}/metadata`;
}

/** Where SAML providers post their answers. */
export function acsUrl(publicUrl: string, shownId: string): string {
  return `${publicUrl}/v1/auth/sso/saml/${shownId}`;
}

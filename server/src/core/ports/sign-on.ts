/**
 * What the sign-in asks of whoever knows the organizations: which provider proves whom, and whether a proved person comes in.
 * Behind it are tenants' rows, which the sign-in's own role does not see (people/sign-on-rules.ts).
 */

interface Provider {
  readonly id: string;
  readonly organization: string;
  /** Of OIDC the issuer, of SAML the provider's entity id. */
  readonly issuer: string;
  readonly emailAttribute: string | null;
  readonly nameAttribute: string | null;
  readonly groupsAttribute: string | null;
  readonly trustsSecondFactor: boolean;
}

/** A provider that is enabled, with all that proving takes. */
export type SignOnProvider =
  | (Provider & { readonly kind: "oidc"; readonly clientId: string; readonly clientSecret: string })
  | (Provider & { readonly kind: "saml"; readonly signOnUrl: string; readonly certificates: readonly string[] });

/** Whom a provider proved, in its words. */
export interface ProvedPerson {
  /** Who it is to the provider, for good. */
  readonly subject: string;
  /** In lower case. */
  readonly email: string;
  readonly name: string;
  readonly groups: readonly string[];
  readonly secondFactor: boolean;
}

/** Whose account a proved person's is. */
export interface Comer {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  /** Whether it is there and not deleted, asked now. */
  stands(): Promise<boolean>;
}

export interface SignOnRules {
  /** The provider that an address's people sign on by: of the organization that holds its domain; null for all others. */
  findForDomain(domain: string): Promise<SignOnProvider | null>;
  /** By its id; null for one that is disabled, gone, or of a deleted organization. */
  find(provider: string): Promise<SignOnProvider | null>;
  /** Whether people with addresses of this domain come in by sign-on only. */
  isEnforced(domain: string): Promise<boolean>;
  /** Throws `sign_in_failed` for an address that the provider's organization does not hold. */
  requireHeld(provider: SignOnProvider, email: string): Promise<void>;
  /**
   * Lets a proved person in, as a new member or as who they are already, with the role of their groups. Throws
   * `sign_in_failed` for who was removed and is not invited again, or has more than the provider may sign on.
   */
  enter(provider: SignOnProvider, person: ProvedPerson, account: Comer): Promise<void>;
}

/** TXT records of a name, each as one text. `missing`: there are none; `failed`: nobody could say. */
export type TextAnswer =
  | { readonly kind: "found"; readonly records: readonly string[] }
  | { readonly kind: "missing" }
  | { readonly kind: "failed"; readonly message: string };

export interface TextRecords {
  /** Settles within seconds; rejects only for a bug. */
  lookUp(name: string): Promise<TextAnswer>;
}

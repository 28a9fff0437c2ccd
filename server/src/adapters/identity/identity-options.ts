/** What the identity adapter works with; built once in `app.ts`. */
import type { Clock } from "../../core/ports/clock.ts";
import type { Database } from "../../core/ports/database.ts";
import type { Egress } from "../../core/ports/egress.ts";
import type { Origin } from "../../core/ports/identity.ts";
import type { IdentityRows } from "../../core/ports/identity-rows.ts";
import type { Ids } from "../../core/ports/ids.ts";
import type { SignOnRules } from "../../core/ports/sign-on.ts";

export interface IdentityOptions {
  /** As steward_identity, with the schema `identity` as its search path. */
  readonly database: Database;
  /** The same as `store` reads and writes it. */
  readonly rows: IdentityRows;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Signs cookies and mailed tokens, seals TOTP secrets: 32 bytes or more that outlive restarts. */
  readonly secret: Uint8Array;
  /** Where the installation is called from outside; the port is known once the server is bound, so it is asked late. */
  readonly publicUrl: () => string;
  readonly policy: EntryPolicy;
  readonly providers: Providers;
  /** Organizations' own sign-on; without it none is served. */
  readonly signOn?: SignOnRules;
  readonly egress: Pick<Egress, "request">;
  /** For the installation's own providers; by default as for everything else. */
  readonly signInEgress?: Pick<Egress, "request">;
  /** Told of each connection to the outside; not of one that egress refused. */
  readonly noteOutbound: (host: string, purpose: "sign_in" | "sign_on") => void;
  /** Settles once the mail is kept for sending. The values carry links that let in: they go into no log. */
  readonly sendMail: (mail: IdentityMail) => Promise<void>;
  /** Whether an invitation lets exactly this address sign up. */
  readonly mayJoin: (email: string, invitationToken: string) => Promise<boolean>;
  /** Whether an API key is the home's own first one: by its link the first owner makes the account their own. */
  readonly isFirstKey: (key: string) => Promise<boolean>;
  /** Whether an account is somebody beyond the organization: a member of another one, or an operator. */
  readonly isBeyond: (account: string, organization: string) => Promise<boolean>;
  readonly recordAct: (act: AccountAct) => Promise<void>;
  /** Asked before anything else; throws what it refuses. */
  readonly beforeAuth?: (attempt: AuthAttempt, origin: Origin) => Promise<void>;
  /** Told once a try has begun a session, and of whose account. A password that still wants a second factor has begun none. */
  readonly afterSignIn?: (attempt: AuthAttempt, origin: Origin) => Promise<void>;
  readonly log: (message: string, error?: unknown) => void;
}

export interface EntryPolicy {
  readonly signUp: "open" | "invitation" | "closed";
  /** In years; null asks nobody. */
  readonly minimumAge: number | null;
}

/** Where an OpenID provider is and how we are known there. Its callback is `/v1/auth/callback/<id>`. */
export interface ProviderSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** What the page calls it. */
  readonly name: string;
}
export type ProviderId = "google" | "oidc";
export type Providers = Readonly<Partial<Record<ProviderId, ProviderSettings>>>;

export interface IdentityMail {
  readonly to: string;
  readonly template: "verify" | "reset" | "change" | "changed" | "factor_changed" | "invited" | "new_sign_in";
  readonly values: Readonly<Record<string, string>>;
}

/** What is tried under `/v1/auth/`, for whoever limits how often. */
export interface AuthAttempt {
  /** Below `/v1/auth`, such as `/sign-in/email`. */
  readonly path: string;
  readonly method: string;
  /** In lower case, where the request names one. */
  readonly email: string | null;
  /** Of the session that the request carries, or that a second factor is asked of. */
  readonly account: string | null;
}

/** For the audit: ids and codes only. */
export interface AccountAct {
  readonly action:
    | "account.created"
    | "account.address_changed"
    | "factor.added"
    | "factor.removed"
    | "password.changed"
    | "password.reset"
    | "session.begun"
    | "session.refused"
    | "session.stepped_up";
  /** Null where nobody is known: a refused sign-in. */
  readonly account: string | null;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

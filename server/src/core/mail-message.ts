/** What Steward writes to people: which templates there are, and what each is told. */
import type { Transaction } from "./ports/database.ts";

/** What each template is told. Links are absolute, http or https; names are what people typed, as they typed them. */
export interface MailValues {
  /** To an address that somebody signed up with: prove that it is theirs. */
  readonly verify: { readonly name: string; readonly link: string; readonly lifeMinutes: number };
  /** To an account's address: a new password was asked for. */
  readonly reset: { readonly name: string; readonly link: string; readonly lifeMinutes: number };
  /** To the new address and, as another message, to the old one: the change counts once both have said yes. */
  readonly change: {
    readonly holder: "new" | "old";
    readonly name: string;
    readonly newAddress: string;
    readonly link: string;
    readonly lifeMinutes: number;
  };
  /** To the account's address (after a change of address to both): it was changed. */
  readonly changed: { readonly name: string; readonly what: "address" | "password"; readonly atMs: number };
  readonly invited: {
    readonly inviter: string;
    readonly organization: string;
    readonly link: string;
    readonly lifeMinutes: number;
  };
  /** A session was begun from where none was before. */
  readonly new_sign_in: {
    readonly name: string;
    readonly atMs: number;
    /** The network address. */
    readonly address: string;
    readonly userAgent: string | null;
    /** To the list of sessions. */
    readonly link: string;
  };
  /** To an owner: the record of a sign-on domain is missing, and when the domain will count no longer. */
  readonly domain_failing: {
    readonly organization: string;
    readonly domain: string;
    readonly record: string;
    readonly atMs: number;
  };
  readonly domain_lost: { readonly organization: string; readonly domain: string; readonly record: string };
  /** A provider no longer accepts a connection. */
  readonly reauth_required: {
    readonly name: string;
    readonly provider: string;
    /** The connection's slug. */
    readonly connection: string;
    readonly link: string;
  };
  /** To somebody who is asked to approve an effect; what it would send is on the page behind the link, never in the mail. */
  readonly approval: {
    readonly how: "asked" | "reminded" | "escalated";
    readonly name: string;
    readonly project: string;
    /** Slugs and ids of the program's own or of the flow's: `refund-mail`, `gmail.send`. */
    readonly flow: string;
    readonly action: string;
    readonly expiresAtMs: number;
    readonly link: string;
    /** Whether the link decides by itself; else it leads to the sign-in. */
    readonly decides: boolean;
    readonly lifeMinutes: number;
  };
  /** To those who may set a budget: its soft mark was passed. */
  readonly budget_passed: {
    readonly name: string;
    /** Of the project, or of the organization. */
    readonly place: string;
    /** `flow refund-mail`; empty for the place as a whole. */
    readonly subject: string;
    /** `40.25 of 50 EUR`, `900 of 1000 calls`. */
    readonly amount: string;
    readonly period: "run" | "hour" | "day" | "month" | "total";
    readonly percent: number;
    readonly link: string;
  };
  readonly account_deleted: { readonly name: string; readonly recoverUntilMs: number; readonly link: string };
  readonly factor_changed: {
    readonly name: string;
    readonly change:
      | "app_added"
      | "app_removed"
      | "passkey_added"
      | "passkey_removed"
      | "recovery_codes_made"
      | "recovery_code_used";
    readonly atMs: number;
  };
}

export type MailTemplate = keyof MailValues;

/** One message to one address. */
export type MailMessage = {
  readonly [T in MailTemplate]: { readonly to: string; readonly template: T; readonly values: MailValues[T] };
}[MailTemplate];

export interface Mail {
  /**
   * Writes the message into the outbox, in the caller's transaction and whatever its scope, which stays: it is sent if
   * and only if that commits. Throws `value_invalid` where `to` is no mail address.
   */
  send(tx: Transaction, message: MailMessage): Promise<void>;
}

/** A message as it is sealed in the outbox: everything that is sent, in the form in which it is read. */
export interface WrittenMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** The links in it, for the development inbox. */
  readonly links: readonly string[];
}

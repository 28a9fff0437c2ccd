/** What sign-on keeps among the sign-in library's rows. Implemented by `store/identity-sign-on.ts`. */
import type { Origin } from "./identity.ts";

export interface SignOnSessionRow {
  readonly id: string;
  readonly token: string;
  readonly account: string;
  readonly organization: string;
  readonly secondFactor: boolean;
  readonly origin: Origin;
  readonly nowMs: number;
  readonly endsMs: number;
}

export interface Binding {
  readonly provider: string;
  /** Who the person is to the provider. */
  readonly subject: string;
  readonly account: string;
  readonly nowMs: number;
}

export interface SignOnRows {
  keepSignOn(identifier: string, value: string, endsMs: number): Promise<void>;
  /** Gives what was kept and forgets it: of two who come at once, one gets it. */
  takeSignOn(identifier: string): Promise<{ readonly value: string; readonly endsAt: number } | null>;
  /** The account that a provider's person has. */
  findBound(provider: string, subject: string): Promise<string | null>;
  /** Whether the account is some person's to the provider. */
  isBound(provider: string, account: string): Promise<boolean>;
  /** Whoever is bound stays so. */
  bind(binding: Binding): Promise<void>;
  /** Takes away what an account that was never verified is come in by, and verifies it. */
  takeOver(account: string, name: string, nowMs: number): Promise<void>;
  insertSignOnSession(session: SignOnSessionRow): Promise<void>;
}

import type { Connector } from "@steward/sdk";

/** A server of another protocol than HTTP, asked to let somebody in. */
export interface SigningIn {
  readonly user: string;
  readonly password: string;
  readonly address: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** A project's id. */
  readonly partition: string;
}

/** `in`: it let them in, and `message` says what was tried; `dead`: it does not; `unclear`: it could not say. */
export type SignedIn =
  | { readonly kind: "in"; readonly message: string }
  | { readonly kind: "dead" | "unclear"; readonly code: string; readonly message: string };

/** Settles within the time; rejects for a bug only. */
export type SignIn = (asked: SigningIn) => Promise<SignedIn>;

/** By protocol. */
export type SignInWays = Readonly<Partial<Record<NonNullable<Connector["protocol"]>, SignIn>>>;

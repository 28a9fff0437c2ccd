/** How a webhook asks whether a delivery is signed: the secret is opened inside the gate and nowhere else. */
import type { SignatureRule } from "@steward/sdk";

export interface SignedDelivery {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The body as it came, byte for byte. */
  readonly rawBody: Uint8Array;
  readonly nowMs: number;
}

/**
 * Settles when the delivery is signed with the credential the rule names; throws `signature_invalid`
 * otherwise, also when that credential doesn't exist or is not a `secret`.
 */
export type VerifySignature = (
  scope: { readonly organization: string; readonly project: string },
  rule: SignatureRule,
  delivery: SignedDelivery,
) => Promise<void>;

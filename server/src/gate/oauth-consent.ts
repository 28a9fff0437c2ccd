/** What is kept of a consent under way: sealed for its row, and opened when the person is back. */
import { createHash } from "node:crypto";
import { placeOf } from "../catalogue/tables.ts";
import { invariant } from "../core/invariant.ts";
import { parseOwn } from "../core/json.ts";
import type { SealedConsent } from "../core/ports/connections.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { openCredential } from "../keyring/open-credential.ts";

const VERIFIER = placeOf("connect_states", "verifier");
const VERIFIER_BYTES = 32;

interface CodeConsent {
  readonly kind: "code";
  readonly verifier: string;
}

export interface DeviceConsentHeld {
  readonly kind: "device";
  readonly deviceCode: string;
  readonly everyMs: number;
  /** Wall clock: the provider is not asked before. */
  readonly nextAtMs: number;
}

/** A verifier as RFC 7636 wants it, 43 characters, and its challenge. */
export function makeVerifier(ids: Pick<Ids, "bytes">): { readonly verifier: string; readonly challenge: string } {
  const verifier = ids.bytes(VERIFIER_BYTES).toString("base64url");
  return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}

export function sealConsent(keys: ProjectKeys, hash: Buffer, consent: CodeConsent | DeviceConsentHeld): Buffer {
  const plain = Buffer.from(JSON.stringify(consent));
  const sealed = keys.seal("credential", VERIFIER, hash, plain);
  plain.fill(0);
  return sealed;
}

/** Throws `SealError`. */
export function openVerifier(keys: ProjectKeys, consent: SealedConsent): string {
  const held = open(keys, consent);
  invariant(held.kind === "code", "this consent is one by code of the browser");
  return held.verifier;
}

/** Throws `SealError`. */
export function openDevice(keys: ProjectKeys, consent: SealedConsent): DeviceConsentHeld {
  const held = open(keys, consent);
  invariant(held.kind === "device", "this consent is one by a code on another device");
  return held;
}

function open(keys: ProjectKeys, { hash, sealed }: SealedConsent): CodeConsent | DeviceConsentHeld {
  const plain = openCredential(keys, VERIFIER, hash, sealed);
  const held = parseOwn<CodeConsent | DeviceConsentHeld>(plain.toString("utf8"));
  plain.fill(0);
  return held;
}

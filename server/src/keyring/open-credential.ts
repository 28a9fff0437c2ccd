import { invariant } from "../core/invariant.ts";
import type { Place, ProjectKeys } from "./keyring.ts";
import { HeldProjectKeys } from "./project-keys.ts";

/**
 * A credential's secret, for the effect at hand. Only the gate imports this file; the architecture test holds it to
 * that. Clear the bytes when the request has left. Throws `SealError`.
 */
export function openCredential(keys: ProjectKeys, place: Place, row: Uint8Array, sealed: Uint8Array): Buffer {
  invariant(keys instanceof HeldProjectKeys, "these keys are not from the keyring");
  return keys.openCredential(place, row, sealed);
}

import { canonicalJson } from "../core/json.ts";
import type { EffectCall } from "../core/ports/gate.ts";
import type { EffectRequest } from "../core/step-kind.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { ActionPerformer, Matter } from "./action.ts";
import type { GateParts } from "./gate-parts.ts";

/** Reads what an effect is about. Rejects when the store or the keyring does. */
export async function gatherMatter<Subject>(
  parts: GateParts,
  action: ActionPerformer<Subject>,
  call: EffectCall,
): Promise<Matter<Subject>> {
  const { organization, project, effect } = call;
  const scope = { organization, project };
  const [keys, credential, subject] = await Promise.all([
    parts.keysOf(scope),
    effect.credential === null ? null : parts.findCredential(scope, effect.credential),
    action.gather(call),
  ]);
  return { call, subject, credential, keys, digest: digestEffect(keys, effect) };
}

/**
 * Which effect this is, to the byte: action, canonical arguments and credential, as 43 characters. What an approval is
 * bound to and the audit keeps. Keyed, for an audit entry outlives the content: nobody may guess at that by trying.
 */
export function digestEffect(keys: ProjectKeys, { action, arguments: given, credential }: EffectRequest): string {
  return keys.digest("effect", "arguments", action, canonicalJson(given), credential ?? "").toString("base64url");
}

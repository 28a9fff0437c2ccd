import { invariant } from "../core/invariant.ts";
import { digestInput } from "../core/policy/canonical.ts";
import type { EffectCall } from "../core/ports/gate.ts";
import type { JsonObject } from "../core/json.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { ConnectionRow } from "../store/connections.ts";
import type { Act, ActionPerformer, Matter } from "./action.ts";
import type { GateParts } from "./gate-parts.ts";
import { judgeEffect } from "./judge-effect.ts";
import type { ProjectPolicy } from "./policy.ts";

/** Means the own connection of whoever started the run, of the action's connector; no connection has it for a slug. */
export const OWN_CONNECTION = "me";

/**
 * Reads what an effect is about, and judges it by what was in force before the first row was read. Rejects when the store
 * or the keyring does.
 */
export async function gatherMatter<Subject>(
  parts: GateParts,
  action: ActionPerformer<Subject>,
  call: EffectCall,
  policy: ProjectPolicy,
): Promise<Matter<Subject>> {
  const { organization, project, effect } = call;
  const scope = { organization, project };
  const named = effect.connection ?? null;
  invariant(named === null || effect.credential === null, "an effect names a connection or a credential, not both");
  const readAtMs = parts.clock.monotonicMs();
  const [keys, credential, connection, subject] = await Promise.all([
    parts.keysOf(scope),
    effect.credential === null ? null : parts.findCredential(scope, effect.credential),
    named === null ? null : findConnection(parts, call, named),
    action.gather(call),
  ]);
  const act: Act | null = action.act?.(subject, call, connection) ?? null;
  const nowMs = parts.clock.nowMs();
  const judged = act && (await judgeEffect(parts.destinations, { call, act, connection, keys, policy, nowMs }));
  const digest = digestEffect(keys, {
    action: effect.action,
    connection: connection?.id ?? credential?.id ?? null,
    arguments: act?.arguments ?? effect.arguments,
  });
  return { call, subject, credential, connection, readAtMs, keys, judged, digest };
}

async function findConnection(parts: GateParts, call: EffectCall, slug: string): Promise<ConnectionRow | null> {
  if (slug !== OWN_CONNECTION) return await parts.connections.find(call, slug);
  if (call.starter === null) return null;
  const [connector] = call.effect.action.split(".");
  const own = await parts.connections.findOwn(call, call.starter, connector!);
  // With several that can be used nobody can tell which is meant.
  return own.length > 1 && own[1]!.status === "active" ? null : (own[0] ?? null);
}

/**
 * Which effect this is, to the byte: action, canonical arguments, and the id of the connection or credential. What an
 * approval is bound to and the audit keeps. Keyed, for an audit entry outlives the content: nobody may guess at that by
 * trying.
 */
export function digestEffect(
  keys: ProjectKeys,
  effect: { readonly action: string; readonly connection: string | null; readonly arguments: JsonObject },
): Buffer {
  return keys.digest("effect", "arguments", ...digestInput(effect));
}

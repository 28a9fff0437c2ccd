import { AppError } from "../core/errors.ts";
import { readApiKey, revokeApiKey } from "../store/api-keys.ts";
import type { Scope } from "../store/scope.ts";
import { act } from "./act.ts";
import { insertKey, type MadeKey } from "./create-key.ts";
import { latestEnd, requireMayManage, requireOwnOrService, requireWithin } from "./key-holder.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { idOf, notThere } from "./refusals.ts";

const HOUR_MS = 3_600_000;

/**
 * Makes a key's successor, of the same worth and as long a life, though none beyond the key that acts; the old one goes on for the overlap and is over then.
 * Throws `conflict` for a key that is over or has a successor, `forbidden` as making it would, `not_found`.
 */
export async function rotateKey(
  parts: PeopleParts,
  actor: Actor,
  scope: Scope,
  shown: string,
  { overlapHours }: { readonly overlapHours: number },
): Promise<MadeKey> {
  const id = idOf("key", shown);
  const asked = { route: "rotateKey", needs: "key.write" } as const;
  return await act(parts, scope, actor, asked, async (acting) => {
    const { tx, nowMs } = acting;
    const old = await readApiKey(tx, scope.project, id);
    if (old === null) throw notThere("key", shown);
    if (old.revokedAt !== null || (old.expiresAt !== null && old.expiresAt <= nowMs))
      throw new AppError("conflict", `The key ${shown} is over or has a successor: make a new one.`);
    requireOwnOrService(actor, await requireMayManage(acting, actor, old.member));
    await requireWithin(parts, acting, actor, scope.project, old);
    const { name, member, reach, permissions } = old;
    const life = old.expiresAt === null ? Infinity : nowMs + (old.expiresAt - old.createdAt);
    const end = Math.min(life, await latestEnd(parts, actor));
    const expiresAt = end === Infinity ? null : end;
    const made = await insertKey(parts, acting, actor, scope, {
      name,
      member,
      reach,
      permissions,
      expiresAt,
      replaces: id,
      secondFactor: old.secondFactor && actor.secondFactor === true,
    });
    await tx.query(revokeApiKey(scope.project, id, nowMs + overlapHours * HOUR_MS));
    const facts = { replacedBy: made.id, overlapHours };
    return { result: made, acts: [{ action: "key.rotated", target: shown, facts }] };
  });
}

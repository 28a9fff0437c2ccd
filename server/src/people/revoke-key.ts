import { readApiKey, revokeApiKey } from "../store/api-keys.ts";
import type { Scope } from "../store/scope.ts";
import { act } from "./act.ts";
import { requireMayManage, requireWithin } from "./key-holder.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { idOf, notThere } from "./refusals.ts";

/** Ends a key with its next request; one that is over stays so. Throws `forbidden` for another's key without `member.write`, or one worth more than the caller, `not_found`. */
export async function revokeKey(parts: PeopleParts, actor: Actor, scope: Scope, shown: string): Promise<void> {
  const id = idOf("key", shown);
  const asked = { route: "revokeKey", needs: "key.write" } as const;
  await act(parts, scope, actor, asked, async (acting) => {
    const key = await readApiKey(acting.tx, scope.project, id);
    if (key === null) throw notThere("key", shown);
    if (key.revokedAt !== null && key.revokedAt <= acting.nowMs) return { result: null, acts: [] };
    if (key.member !== actor.member) await requireMayManage(acting, actor, key.member);
    // A key ends itself, and of its member's others those that are worth no more than it.
    if (key.member !== actor.member || (actor.kind === "key" && actor.id !== id))
      await requireWithin(parts, acting, actor, scope.project, key);
    await acting.tx.query(revokeApiKey(scope.project, id, acting.nowMs));
    return { result: null, acts: [{ action: "key.revoked", target: shown }] };
  });
}

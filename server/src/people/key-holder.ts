/** For whom keys may be made, and what they may be worth. */
import { isPermission } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { findKeyLimits } from "../store/access.ts";
import type { ApiKeyRow } from "../store/api-keys.ts";
import { findPresentMember, type MemberRow } from "../store/members.ts";
import type { Acting } from "./act.ts";
import type { Actor, PeopleParts } from "./people-parts.ts";
import { lacking, notThere, requireAll } from "./refusals.ts";
import { everythingOf, permissionsInProject } from "./standing-of.ts";

/** What a key is worth: where it reaches, and of what its member may, how much. */
export type KeyWorth = Pick<ApiKeyRow, "member" | "reach" | "permissions">;

/** One's own keys are one's own; those of others need `member.write`. Throws `not_found`, `forbidden`. */
export async function requireMayManage(
  { tx, organization, own }: Acting,
  actor: Actor,
  member: string,
): Promise<MemberRow> {
  const row = await findPresentMember(tx, organization.id, member);
  if (row === null) throw notThere("mem", showId("mem", member));
  if (member !== actor.member && !own.has("member.write")) throw lacking("member.write", actor.shownId);
  return row;
}

/** Whoever holds a key acts as its member: of other people nobody gets one. */
export function requireOwnOrService(actor: Actor, member: MemberRow): void {
  if (member.id !== actor.member && member.kind !== "service")
    throw new AppError("forbidden", "A person's keys are made by the person: for others, make a service account.");
}

/** Until when a key that the actor makes may live, at most: a key that expires gives its holder nothing that outlives it. */
export async function latestEnd(
  { dispatch }: Pick<PeopleParts, "dispatch">,
  actor: Pick<Actor, "kind" | "id">,
): Promise<number> {
  const limits = actor.kind === "key" ? await findKeyLimits(dispatch, actor.id) : null;
  return limits?.expiresAt ?? Infinity;
}

/**
 * Nobody hands out, or changes, a key that is worth more than what they act with: by permissions, and by reach when a
 * key acts itself.
 */
export async function requireWithin(
  parts: Pick<PeopleParts, "dispatch">,
  acting: Acting,
  actor: Actor,
  project: string,
  worth: KeyWorth,
): Promise<void> {
  const { tx, organization, own } = acting;
  const limits = actor.kind === "key" ? await findKeyLimits(parts.dispatch, actor.id) : null;
  if (limits?.reach === "project" && worth.reach === "organization")
    throw new AppError("forbidden", "A key that reaches its project makes no key that reaches further.");
  if (worth.permissions !== null) return requireAll(own, worth.permissions.filter(isPermission), "This key");
  if (worth.member === actor.member) {
    if (actor.kind === "key" && limits?.keyPermissions !== null)
      throw new AppError("forbidden", "A key with limited permissions makes keys with permissions of these only.");
    return;
  }
  const all =
    worth.reach === "organization"
      ? await everythingOf(tx, organization.id, worth.member)
      : await permissionsInProject(tx, organization.id, worth.member, project);
  requireAll(own, all, "What this key's member has");
}

import type { AuditEntry } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import { listOrganizationAccess } from "../store/access.ts";
import { appendActs } from "../store/append-acts.ts";
import { findPresentMember, lockAccountMemberships } from "../store/members.ts";
import { lockOrganization, organizationScope } from "../store/organizations.ts";
import { scopeStatement } from "../store/scope.ts";
import { entryOf } from "./act.ts";
import { endMembership } from "./end-membership.ts";
import type { PeopleParts } from "./people-parts.ts";

type Parts = Pick<PeopleParts, "database" | "dispatch" | "clock" | "people">;

/**
 * Ends every membership of an account that is being deleted, in one transaction that crosses its organizations, one
 * scope after the other. Throws `conflict` where nobody else is an owner; then none has ended. May be repeated.
 */
export async function endMemberships(parts: Parts, account: string): Promise<void> {
  const nowMs = parts.clock.nowMs();
  const over = await parts.database.transaction(async (tx) => {
    await lockAccountMemberships(tx, account);
    const there = await listOrganizationAccess(parts.dispatch, account);
    const ended: { readonly organization: string; readonly entry: AuditEntry }[] = [];
    // By organization, as listed: two that do this at once lock in one order.
    for (const { organization, member } of there) {
      const keys = await endOne(parts, tx, organization, member, nowMs);
      if (keys === null) continue;
      const left = { action: "member.left", target: showId("mem", member), facts: { keys, account: "deleted" } };
      ended.push({ organization, entry: entryOf(left, { project: null }, showId("acc", account), nowMs) });
    }
    for (const { organization, entry } of ended) {
      await tx.query(scopeStatement(organizationScope(organization)));
      await appendActs(tx, organization, [entry], nowMs);
    }
    return ended;
  });
  for (const { organization } of over) await parts.people.afterMemberRemoved(organization);
}

/** How many keys ended; null when the membership was over already. */
async function endOne(
  parts: Parts,
  tx: Transaction,
  organization: string,
  member: string,
  nowMs: number,
): Promise<number | null> {
  await tx.query(scopeStatement(organizationScope(organization)));
  const row = await lockOrganization(tx, organization);
  const present = row === null ? null : await findPresentMember(tx, organization, member);
  if (row === null || present === null) return null;
  const { keys } = await endMembership(parts, tx, row, present, nowMs);
  return keys;
}

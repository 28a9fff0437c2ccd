import type { Organization } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { listOrganizationAccess } from "../store/access.ts";
import { insertMember } from "../store/members.ts";
import { insertOrganization, organizationScope } from "../store/organizations.ts";
import { appendActs } from "../store/append-acts.ts";
import { scopeStatement } from "../store/scope.ts";
import { entryOf } from "./act.ts";
import type { AccountActor, PeopleParts } from "./people-parts.ts";
import { permissionsOfRole } from "./permissions-of.ts";
import { readAccount } from "./read-account.ts";
import { tooMany } from "./refusals.ts";
import { requireLivingAccount } from "./require-living-account.ts";
import { showOrganization } from "./show-organization.ts";

/** One person is in that many at most. */
export const ORGANIZATIONS_MAX = 50;

/**
 * Makes an organization with keys of its own, whose owner the caller is. Throws `forbidden` while the caller's address
 * is not verified, `conflict` when they are in 50.
 */
export async function createOrganization(
  parts: PeopleParts,
  actor: AccountActor,
  { name }: { readonly name: string },
): Promise<Organization> {
  const account = await readAccount(parts, actor.account);
  if (!account.emailVerified)
    throw new AppError("forbidden", "Verify your mail address first: then you can make organizations.");
  const there = await listOrganizationAccess(parts.dispatch, actor.account);
  if (there.length >= ORGANIZATIONS_MAX) throw tooMany("organizations that you are in", ORGANIZATIONS_MAX);
  const [id, member] = [parts.ids.uuid(), parts.ids.uuid()];
  const createdAt = parts.clock.nowMs();
  // Keys come first: a row that nothing could be sealed for would be worse than a key that nothing uses.
  await parts.people.keyring.createOrganization(id);
  await parts.database.transaction(async (tx) => {
    await tx.query(scopeStatement(organizationScope(id)));
    await tx.query(insertOrganization({ id, name, createdAt }));
    await requireLivingAccount(parts, tx, actor.account);
    const { email, name: called } = account;
    await tx.query(
      insertMember(id, { id: member, email, name: called, role: "owner", createdAt, account: actor.account }),
    );
    const made = {
      action: "organization.created",
      target: showId("org", id),
      facts: { member: showId("mem", member) },
    };
    await appendActs(tx, id, [entryOf(made, { project: null }, actor.shownId, createdAt)], createdAt);
  });
  const row = {
    id,
    name,
    createdAt,
    secondFactorRequired: false,
    signOnEnforced: false,
    region: null,
    deletedAt: null,
  };
  return showOrganization(row, "owner", permissionsOfRole("owner"));
}

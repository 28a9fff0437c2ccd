import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { isUniqueViolation, type Transaction } from "../core/ports/database.ts";
import type { Identity } from "../core/ports/identity.ts";
import { groupsOfAccount } from "../store/scim-groups.ts";
import { findScimToken, useScimToken } from "../store/scim-tokens.ts";
import { countMembers, findPerson, insertMember, setMemberRole } from "../store/members.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import { type Act, actAs, type Done } from "./act.ts";
import { MEMBERS_MAX } from "./create-service-account.ts";
import { endMembership } from "./end-membership.ts";
import { hashApiKey } from "./first-start.ts";
import { tooMany } from "./refusals.ts";
import { requireLivingAccount } from "./require-living-account.ts";
import { readRole, showRole } from "./role-ref.ts";
import { isWithinReach } from "./sign-on-act.ts";
import type { SignOnParts } from "./sign-on-parts.ts";
import { hasGroupRoles, roleForGroups } from "./sign-on-roles.ts";
import { everythingOf } from "./standing-of.ts";

export interface ScimParts extends SignOnParts {
  /** Null where nobody signs in. */
  readonly identity: Identity | null;
}

/** A SCIM client, by its token. */
export interface ScimCaller {
  readonly organization: string;
  readonly id: string;
}

/** What a client does with people, in a transaction in its organization's scope. */
export interface ScimActing {
  readonly tx: Transaction;
  readonly nowMs: number;
  readonly organization: string;
  readonly reach: readonly string[] | null;
}

/** Whose token it is. Throws `unauthenticated`. */
export async function findScimCaller(
  parts: Pick<SignOnParts, "dispatch" | "clock">,
  token: string,
): Promise<ScimCaller> {
  const found = await findScimToken(parts.dispatch, hashApiKey(token), parts.clock.nowMs());
  if (found === null) throw new AppError("unauthenticated", "This token is not known, or no longer valid.");
  return found;
}

/** Reads, in the organization's scope. */
export async function readAsScim<Result>(
  parts: SignOnParts,
  { organization, id }: ScimCaller,
  run: (tx: Transaction) => Promise<Result>,
): Promise<Result> {
  return await inScope(parts.database, organizationScope(organization), async (tx) => {
    if ((await useScimToken(tx, organization, id, parts.clock.nowMs())) === null) throw over();
    return await run(tx);
  });
}

/** Changes something, audited as done by the token. A name that is taken throws `conflict`. */
export async function actAsScim<Result>(
  parts: SignOnParts,
  { organization, id }: ScimCaller,
  run: (acting: ScimActing) => Promise<Done<Result>>,
): Promise<Result> {
  let isRemoved = false;
  try {
    const result = await actAs(parts, { organization, project: null }, showId("key", id), async ({ tx, nowMs }) => {
      const token = await useScimToken(tx, organization, id, nowMs);
      if (token === null) throw over();
      const done = await run({ tx, nowMs, organization, reach: token.reach });
      isRemoved = done.acts.some(({ action }) => action === "member.removed");
      return done;
    });
    if (isRemoved) await parts.people.afterMemberRemoved(organization);
    return result;
  } catch (error) {
    if (isUniqueViolation(error)) throw new AppError("conflict", "There is one with this name or id already.");
    throw error;
  }
}

/**
 * Makes the person a member, unless they are; also who was removed: the directory says so. Throws `forbidden` for an account
 * that is deleted, or is being: its owner brings it back first.
 */
export async function addAsScim(
  parts: ScimParts,
  acting: ScimActing,
  person: { readonly account: string; readonly email: string; readonly name: string },
): Promise<readonly Act[]> {
  const { tx, nowMs, organization } = acting;
  const { account, email, name } = person;
  if ((await findPerson(tx, organization, { email: "", account })) !== null) return [];
  if ((await findPerson(tx, organization, { email, account: null })) !== null)
    throw new AppError("conflict", "Another member has this address.");
  if ((await countMembers(tx, organization)).all >= MEMBERS_MAX) throw tooMany("members", MEMBERS_MAX);
  const role = await roleForGroups(tx, organization, await groupsOfAccount(tx, organization, account));
  await requireRoleWithinReach(acting, showRole(role));
  await requireLivingAccount(parts, tx, account);
  const id = parts.ids.uuid();
  await tx.query(insertMember(organization, { id, email, name, ...role, createdAt: nowMs, account }));
  return [{ action: "member.added", target: showId("mem", id), facts: { via: "scim", role: showRole(role) } }];
}

/** Ends the membership, with keys and all. Owners, and who has more than the token's maker had, are left to people. */
export async function removeAsScim(parts: SignOnParts, acting: ScimActing, account: string): Promise<readonly Act[]> {
  const { tx, nowMs, organization } = acting;
  const member = await findPerson(tx, organization, { email: "", account });
  if (member === null) return [];
  if (member.role === "owner" || !isWithinReach(acting.reach, await everythingOf(tx, organization, member.id)))
    throw new AppError("forbidden", "This member is an owner, or has more than whoever made this token.");
  const { keys } = await endMembership(parts, tx, { id: organization, deletedAt: null }, member, nowMs);
  return [{ action: "member.removed", target: showId("mem", member.id), facts: { via: "scim", keys } }];
}

/** Gives the person the role of their groups, where groups give roles at all. */
export async function settleRole(acting: ScimActing, account: string): Promise<readonly Act[]> {
  const { tx, organization, reach } = acting;
  const member = await findPerson(tx, organization, { email: "", account });
  if (member === null || member.role === "owner" || !(await hasGroupRoles(tx, organization))) return [];
  const { role, customRole } = await roleForGroups(tx, organization, await groupsOfAccount(tx, organization, account));
  if (role === member.role && customRole === member.customRole) return [];
  if (!isWithinReach(reach, await everythingOf(tx, organization, member.id)))
    throw new AppError("forbidden", "This member has more than whoever made this token.");
  await requireRoleWithinReach(acting, showRole({ role, customRole }));
  await tx.query(setMemberRole(organization, member.id, { role, customRole }));
  const facts = { via: "scim", from: showRole(member), to: showRole({ role, customRole }) };
  return [{ action: "member.changed", target: showId("mem", member.id), facts }];
}

async function requireRoleWithinReach({ tx, organization, reach }: ScimActing, ref: string): Promise<void> {
  if (!isWithinReach(reach, (await readRole(tx, organization, ref)).permissions))
    throw new AppError("forbidden", "The role that this would give is more than whoever made this token had.");
}

function over(): AppError {
  return new AppError("unauthenticated", "This token is no longer valid.");
}

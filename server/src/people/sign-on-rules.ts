import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import type { Comer, ProvedPerson, SignOnProvider, SignOnRules } from "../core/ports/sign-on.ts";
import { endInvitation, findOpenInvitation, type InvitationRow } from "../store/invitations.ts";
import {
  countMembers,
  findPerson,
  insertMember,
  lockAccountMemberships,
  type MemberRow,
  setMemberRole,
} from "../store/members.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import { groupsOfAccount } from "../store/scim-groups.ts";
import {
  type ConnectionPlace,
  type ConnectionRow,
  findConnection,
  findConnectionOfDomain,
  findConnectionPlace,
  findHolder,
  noteConnectionUsed,
  wasMember,
} from "../store/sign-on.ts";
import { type Act, actAs, type Acting } from "./act.ts";
import { MEMBERS_MAX } from "./create-service-account.ts";
import { readOffer } from "./read-offer.ts";
import { tooMany } from "./refusals.ts";
import { readRole, showRole, type StoredRole } from "./role-ref.ts";
import { isWithinReach } from "./sign-on-act.ts";
import { openClientSecret } from "./sign-on-connections.ts";
import { addressDomain } from "./sign-on-domain-name.ts";
import type { SignOnParts } from "./sign-on-parts.ts";
import { hasGroupRoles, roleForGroups } from "./sign-on-roles.ts";
import { everythingOf } from "./standing-of.ts";

type Parts = Pick<SignOnParts, "database" | "dispatch" | "clock" | "ids" | "signOn">;
type Entering = Pick<Acting, "tx" | "nowMs"> & { readonly organization: string; readonly connection: ConnectionRow };

/** What the sign-in asks about organizations. */
export function createSignOnRules(parts: Parts): SignOnRules {
  const holds = async (organization: string, email: string): Promise<boolean> =>
    (await findHolder(parts.dispatch, addressDomain(email)))?.organization === organization;
  return {
    async findForDomain(domain) {
      const place = await findConnectionOfDomain(parts.dispatch, domain);
      return place === null ? null : await readProvider(parts, place);
    },
    async find(provider) {
      const place = await findConnectionPlace(parts.dispatch, provider);
      return place === null ? null : await readProvider(parts, place);
    },
    isEnforced: async (domain) => (await findHolder(parts.dispatch, domain))?.enforced ?? false,
    async requireHeld({ organization }, email) {
      if (!(await holds(organization, email)))
        throw refused(
          "address_elsewhere",
          "The provider vouches for an address in a domain that its organization does not hold.",
        );
    },
    async enter(provider, person, account) {
      const { organization } = provider;
      if (!(await holds(organization, account.email)))
        throw refused(
          "address_elsewhere",
          "Your account has an address outside of the organization's domains by now: sign in by yourself.",
        );
      await actAs(parts, { organization, project: null }, showId("acc", account.id), async ({ tx, nowMs }) => {
        const connection = await findConnection(tx, organization, provider.id);
        if (connection === null || !connection.enabled)
          throw refused("provider_gone", "This provider was taken away meanwhile.");
        const acts = await enter(parts, { tx, nowMs, organization, connection }, person, account);
        await tx.query(noteConnectionUsed(organization, provider.id, nowMs));
        return { result: null, acts };
      });
    },
  };
}

async function readProvider(parts: Parts, { organization, id }: ConnectionPlace): Promise<SignOnProvider | null> {
  const row = await inScope(parts.database, organizationScope(organization), (tx) =>
    findConnection(tx, organization, id),
  );
  if (row === null) return null;
  const { issuer, emailAttribute, nameAttribute, groupsAttribute, trustsSecondFactor } = row;
  const known = { id, organization, issuer, emailAttribute, nameAttribute, groupsAttribute, trustsSecondFactor };
  return row.kind === "oidc"
    ? { ...known, kind: "oidc", clientId: row.clientId ?? "", clientSecret: await openClientSecret(parts, row) }
    : { ...known, kind: "saml", signOnUrl: row.signOnUrl ?? "", certificates: row.certificates ?? [] };
}

async function enter(parts: Parts, at: Entering, person: ProvedPerson, account: Comer): Promise<readonly Act[]> {
  const { tx, organization } = at;
  const groups = [...person.groups, ...(await groupsOfAccount(tx, organization, account.id))];
  const member = await findPerson(tx, organization, { email: "", account: account.id });
  if (member !== null) return await again(at, member, groups);
  if ((await findPerson(tx, organization, { email: account.email, account: null })) !== null)
    throw refused("address_taken", "Another member has this address: whoever manages members must remove them first.");
  if ((await countMembers(tx, organization)).all >= MEMBERS_MAX) throw tooMany("members", MEMBERS_MAX);
  const { role, acts } = await roleOfNew(at, account, groups);
  await requireReach(at, role);
  // As everywhere that somebody becomes a member (`requireLivingAccount`): not while the account is being deleted.
  await lockAccountMemberships(tx, account.id);
  if (!(await account.stands()))
    throw refused("account_deleted", "Your account was deleted meanwhile: sign in again to bring it back.");
  const id = parts.ids.uuid();
  const { email, name } = account;
  await tx.query(insertMember(organization, { id, email, name, ...role, createdAt: at.nowMs, account: account.id }));
  const facts = { via: "sign_on", connection: showId("sso", at.connection.id), role: showRole(role) };
  return [...acts, { action: "member.added", target: showId("mem", id), facts }];
}

/** Of an invitation that is open, else of the groups. Whoever was removed comes back by an invitation only. */
async function roleOfNew(
  { tx, nowMs, organization }: Entering,
  { id, email }: Comer,
  groups: readonly string[],
): Promise<{ readonly role: StoredRole; readonly acts: readonly Act[] }> {
  const open = await findOffer({ tx, nowMs, organization }, email);
  if (open !== null) {
    await tx.query(endInvitation(organization, open.id, "accepted_at", nowMs));
    const { role, customRole } = open;
    return { role: { role, customRole }, acts: [{ action: "invitation.accepted", target: showId("inv", open.id) }] };
  }
  if (await wasMember(tx, organization, id))
    throw refused("removed", "You were removed from this organization: an invitation lets you in again.");
  const { role, customRole } = await roleForGroups(tx, organization, groups);
  return { role: { role, customRole }, acts: [] };
}

/** The open invitation, unless it gives what its inviter may give no more. */
async function findOffer(
  { tx, nowMs, organization }: Omit<Entering, "connection">,
  email: string,
): Promise<InvitationRow | null> {
  const open = await findOpenInvitation(tx, organization, email);
  if (open === null) return null;
  try {
    return (await readOffer(tx, organization, open.id, nowMs)).invitation;
  } catch (error) {
    if (error instanceof AppError && error.code === "not_found") return null;
    throw error;
  }
}

/** A member who is one: groups may give another role; owners stay what they are. */
async function again(at: Entering, member: MemberRow, groups: readonly string[]): Promise<readonly Act[]> {
  const { tx, organization, connection } = at;
  if (!isWithinReach(connection.reach, await everythingOf(tx, organization, member.id))) throw beyondReach();
  const told = connection.groupsAttribute !== null || groups.length > 0;
  if (member.role === "owner" || !told || !(await hasGroupRoles(tx, organization))) return [];
  const { role, customRole } = await roleForGroups(tx, organization, groups);
  if (role === member.role && customRole === member.customRole) return [];
  await requireReach(at, { role, customRole });
  await tx.query(setMemberRole(organization, member.id, { role, customRole }));
  const facts = { from: showRole(member), to: showRole({ role, customRole }), via: "sign_on" };
  return [{ action: "member.changed", target: showId("mem", member.id), facts }];
}

async function requireReach({ tx, organization, connection }: Entering, role: StoredRole): Promise<void> {
  if (!isWithinReach(connection.reach, await permissionsOfStored(tx, organization, role))) throw beyondReach();
}

async function permissionsOfStored(tx: Transaction, organization: string, role: StoredRole): Promise<Iterable<string>> {
  return (await readRole(tx, organization, showRole(role))).permissions;
}

function beyondReach(): AppError {
  return refused(
    "beyond_reach",
    "Whoever set this provider up may less than you: an owner must save its settings once.",
  );
}

type Reason = "account_deleted" | "address_elsewhere" | "address_taken" | "beyond_reach" | "provider_gone" | "removed";

function refused(reason: Reason, message: string): AppError {
  return new AppError("sign_in_failed", message, { reason });
}

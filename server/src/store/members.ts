import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

export interface NewMember {
  readonly id: string;
  readonly email: string | null;
  readonly name: string;
  readonly role: string;
  readonly createdAt: number;
  /** The person's account; null for a service account, and for an owner who never signed in. */
  readonly account?: string | null;
  readonly kind?: "person" | "service";
  /** The custom role's id, exactly when `role` is `custom`. */
  readonly customRole?: string | null;
}

export interface MemberRow extends NewMember {
  readonly account: string | null;
  readonly kind: "person" | "service";
  readonly customRole: string | null;
}

/** What a member may do: in the organization, or in one project of it. */
export interface StandingRow {
  readonly project: string | null;
  readonly role: string;
  readonly permissions: readonly string[] | null;
  readonly projectRole: string | null;
  readonly projectPermissions: readonly string[] | null;
}

const ROW = `id, email, name, role, created_at as "createdAt", account, kind, custom_role as "customRole"`;

/** In the scope of its organization. */
export function insertMember(organization: string, member: NewMember): Statement {
  return {
    name: "insert_member",
    text: `insert into steward.members (organization, id, email, name, role, created_at, account, kind, custom_role)
      values ($1, $2, $3, $4, $5, to_timestamp($6), $7, $8, $9)`,
    values: [
      organization,
      member.id,
      member.email,
      member.name,
      member.role,
      member.createdAt / 1000,
      member.account ?? null,
      member.kind ?? "person",
      member.customRole ?? null,
    ],
  };
}

/** Removed ones too: what they did stays theirs. */
export async function findMember(database: Database, scope: Scope, id: string): Promise<MemberRow | null> {
  const rows = await queryInScope<MemberRow>(database, scope, {
    name: "find_member",
    text: `select ${ROW} from steward.members where organization = $1 and id = $2`,
    values: [scope.organization, id],
  });
  return rows[0] ?? null;
}

/** A member who is one now. In the scope of its organization. */
export async function findPresentMember(tx: Transaction, organization: string, id: string): Promise<MemberRow | null> {
  const { rows } = await tx.query<MemberRow>({
    name: "find_present_member",
    text: `select ${ROW} from steward.members where organization = $1 and id = $2 and removed_at is null`,
    values: [organization, id],
  });
  return rows[0] ?? null;
}

/** Who has this address, or this account, in the organization. In its scope. Indexes members_email and members_account. */
export async function findPerson(
  tx: Transaction,
  organization: string,
  { email, account }: { readonly email: string; readonly account: string | null },
): Promise<MemberRow | null> {
  const { rows } = await tx.query<MemberRow>({
    name: "find_person",
    text: `select ${ROW} from steward.members where organization = $1 and removed_at is null
      and (lower(email) = lower($2) or account = $3) order by id limit 1`,
    values: [organization, email, account],
  });
  return rows[0] ?? null;
}

/** The organization's first owner, in whose name the installation acts at its first start. */
export async function findOwner(database: Database, scope: Scope): Promise<MemberRow | null> {
  const rows = await queryInScope<MemberRow>(database, scope, {
    name: "find_owner",
    text: `select ${ROW} from steward.members
      where organization = $1 and role = 'owner' and removed_at is null order by id limit 1`,
    values: [scope.organization],
  });
  return rows[0] ?? null;
}

/** By id, after the one given; `search` is looked for in names and addresses, in whatever case. */
export function listMembers(
  database: Database,
  scope: Scope,
  page: { readonly search: string | null; readonly after: string | null; readonly limit: number },
): Promise<readonly MemberRow[]> {
  return queryInScope<MemberRow>(database, scope, {
    name: "list_members",
    text: `select ${ROW} from steward.members
      where organization = $1 and removed_at is null and ($2::uuid is null or id > $2)
        and ($3::text is null or position(lower($3) in lower(name)) > 0 or position(lower($3) in lower(email)) > 0)
      order by id limit $4`,
    values: [scope.organization, page.after, page.search, page.limit],
  });
}

/** Of those who are members now. In the scope of their organization. */
export async function countMembers(
  tx: Transaction,
  organization: string,
): Promise<{ readonly all: number; readonly owners: number }> {
  const { rows } = await tx.query<{ all: number; owners: number }>({
    name: "count_members",
    text: `select count(*) as all, count(*) filter (where role = 'owner') as owners
      from steward.members where organization = $1 and removed_at is null`,
    values: [organization],
  });
  return rows[0] ?? { all: 0, owners: 0 };
}

/**
 * What a member may do in the organization (without a project) and in each project where that differs; none when they
 * are no member now. In the scope of their organization. Primary keys; as many rows as they have project roles, plus one.
 */
export async function readStandings(
  tx: Transaction,
  organization: string,
  member: string,
): Promise<readonly StandingRow[]> {
  const { rows } = await tx.query<StandingRow>({
    name: "read_standings",
    text: `select pm.project, m.role, r.permissions, pm.role as "projectRole", pr.permissions as "projectPermissions"
      from steward.members m
      left join steward.roles r on r.organization = m.organization and r.id = m.custom_role
      cross join lateral (
        select null::uuid as project, null::text as role, null::uuid as custom_role
        union all
        select project, role, custom_role from steward.project_members where organization = m.organization and member = m.id
      ) pm
      left join steward.roles pr on pr.organization = m.organization and pr.id = pm.custom_role
      where m.organization = $1 and m.id = $2 and m.removed_at is null`,
    values: [organization, member],
  });
  return rows;
}

/** In the scope of the organization. */
export function setMemberRole(
  organization: string,
  member: string,
  role: { readonly role: string; readonly customRole: string | null },
): Statement {
  return {
    name: "set_member_role",
    text: "update steward.members set role = $3, custom_role = $4 where organization = $1 and id = $2",
    values: [organization, member, role.role, role.customRole],
  };
}

/** Ends a membership; the row stays for what names it. In the scope of the organization. */
export function setMemberRemoved(organization: string, member: string, atMs: number): Statement {
  return {
    name: "set_member_removed",
    text: "update steward.members set removed_at = to_timestamp($3) where organization = $1 and id = $2",
    values: [organization, member, atMs / 1000],
  };
}

/** The name and, unless null, the address in every row of an account that was not forgotten. In the scope of the organization. */
export function setPerson(
  organization: string,
  account: string,
  { name, email }: { readonly name: string; readonly email: string | null },
): Statement {
  return {
    name: "set_person",
    text: `update steward.members set name = $3, email = coalesce($4, email)
      where organization = $1 and account = $2 and email is not null`,
    values: [organization, account, name, email],
  };
}

/** Whoever makes or ends memberships of an account does so one after the other, until their transactions end. */
export async function lockAccountMemberships(tx: Transaction, account: string): Promise<void> {
  await tx.query({
    name: "lock_account_memberships",
    text: "select pg_advisory_xact_lock(hashtextextended('memberships ' || $1::text, 0))",
    values: [account],
  });
}

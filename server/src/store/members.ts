import type { Database, Statement } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

export interface MemberRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: "owner";
  readonly createdAt: number;
}

/** In the scope of its organization. */
export function insertMember(organization: string, member: MemberRow): Statement {
  return {
    name: "insert_member",
    text: `insert into steward.members (organization, id, email, name, role, created_at)
      values ($1, $2, $3, $4, $5, to_timestamp($6))`,
    values: [organization, member.id, member.email, member.name, member.role, member.createdAt / 1000],
  };
}

export async function findMember(database: Database, scope: Scope, id: string): Promise<MemberRow | null> {
  const rows = await queryInScope<MemberRow>(database, scope, {
    name: "find_member",
    text: `select id, email, name, role, created_at as "createdAt" from steward.members
      where organization = $1 and id = $2`,
    values: [scope.organization, id],
  });
  return rows[0] ?? null;
}

/** The organization's first owner, in whose name the installation acts at its first start. */
export async function findOwner(database: Database, scope: Scope): Promise<MemberRow | null> {
  const rows = await queryInScope<MemberRow>(database, scope, {
    name: "find_owner",
    text: `select id, email, name, role, created_at as "createdAt" from steward.members
      where organization = $1 and role = 'owner' order by id limit 1`,
    values: [scope.organization],
  });
  return rows[0] ?? null;
}

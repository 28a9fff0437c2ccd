import type { Transaction } from "../core/ports/database.ts";

/** Who has this role in the organization now, the longest there first. In its scope. */
export async function listMembersOfRole(
  tx: Transaction,
  organization: string,
  role: string,
  limit: number,
): Promise<readonly { readonly id: string; readonly email: string | null }[]> {
  const { rows } = await tx.query<{ id: string; email: string | null }>({
    name: "list_members_of_role",
    text: `select id, email from steward.members
      where organization = $1 and role = $2 and removed_at is null order by id limit $3`,
    values: [organization, role, limit],
  });
  return rows;
}

import { type Client, listAll, ProblemError } from "@steward/sdk";

/** Of members and keys that are looked at for a name. */
const NAMED_MAX = 2000;

/**
 * What people call those who stand in a list as `mem_…` and `key_…`. Asks only where there are such, and only for what
 * the caller may see, since a refused call would stand in the audit log; what has no name stays an id. A key that
 * reaches its project only is not told who is in the organization.
 */
export async function actorNames(client: Client, refs: readonly string[]): Promise<(ref: string) => string> {
  const hasKeys = refs.some((ref) => ref.startsWith("key_"));
  if (!hasKeys && !refs.some((ref) => ref.startsWith("mem_"))) return (ref) => ref;
  const { organizationId: organization, permissions } = await client.me();
  const limits = { itemsMax: NAMED_MAX };
  const [members, keys] = await Promise.all([
    permissions.includes("member.read")
      ? Array.fromAsync(listAll(client.listMembers, { organization, limit: 100 }, limits)).catch(noneIfForbidden)
      : [],
    hasKeys && permissions.includes("key.read")
      ? Array.fromAsync(listAll(client.listKeys, { limit: 100 }, limits))
      : [],
  ]);
  const names = new Map(members.map(({ id, email, name }) => [id, email ?? name]));
  for (const { id, name, member } of keys) {
    const owner = names.get(member);
    names.set(id, owner === undefined ? `key ${name}` : `${owner}, key ${name}`);
  }
  return (ref) => names.get(ref) ?? ref;
}

function noneIfForbidden(error: unknown): readonly [] {
  if (error instanceof ProblemError && error.code === "forbidden") return [];
  throw error;
}

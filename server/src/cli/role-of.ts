import { type Client, type Role, ROLE_NAMES, type RoleRef } from "@steward/sdk";
import { pickOne } from "./pick-one.ts";
import { countText } from "./terminal/words.ts";

/** A role as the API takes it: a built-in one by its name, a custom one by its name or id. */
export async function roleOf(client: Client, organization: string, named: string): Promise<RoleRef> {
  const builtIn = ROLE_NAMES.find((name) => name === named);
  if (builtIn !== undefined || named.startsWith("rol_")) return builtIn ?? named;
  return (await findRole(client, organization, named)).id;
}

/** A role with what it gives. */
export async function findRole(client: Client, organization: string, named: string): Promise<Role> {
  const { items } = await client.listRoles({ organization });
  const called = items.filter(({ id, name }) => id === named || name.toLowerCase() === named.toLowerCase());
  return pickOne(
    called,
    "role",
    named,
    "steward role list",
    ({ name, permissions }) => `${name}, ${countText(permissions.length, "permission")}`,
  );
}

/** What people call the roles that stand in a list; asks only where one is custom. */
export async function roleNames(
  client: Client,
  organization: string,
  refs: readonly string[],
): Promise<(ref: string) => string> {
  if (!refs.some((ref) => ref.startsWith("rol_"))) return (ref) => ref;
  const { items } = await client.listRoles({ organization });
  const names = new Map(items.map(({ id, name }) => [id, name]));
  return (ref) => names.get(ref) ?? ref;
}

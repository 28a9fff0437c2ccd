import type { Client } from "@steward/sdk";
import type { Cli } from "./cli.ts";
import { pickOne } from "./pick-one.ts";

/** The id of the organization that is meant: `named` by id or name, else `--organization`, else the key's own. */
export async function organizationOf(
  cli: Cli,
  client: Client,
  named: string | undefined = cli.options().organization,
): Promise<string> {
  if (named?.startsWith("org_")) return named;
  const me = await client.me();
  if (named === undefined || named === me.organization) return me.organizationId;
  return await organizationCalled(client, named);
}

/** By its name alone, among all that the person is in. */
export async function organizationCalled(client: Client, named: string): Promise<string> {
  const { items } = await client.listOrganizations();
  const called = items.filter(({ id, name }) => id === named || sameText(name, named));
  return pickOne(called, "organization", named, "steward organization list").id;
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

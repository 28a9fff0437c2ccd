import { type Client, type Organization, ProblemError } from "@steward/sdk";
import type { Cli } from "./cli.ts";
import { pickOne } from "./pick-one.ts";
import { timeText } from "./terminal/words.ts";

/** The id of the organization that is meant: `named` by id or name, else `--organization`, else the key's own. */
export async function organizationOf(
  cli: Cli,
  client: Client,
  named: string | undefined = cli.options().organization,
): Promise<string> {
  if (named?.startsWith("org_")) return named;
  if (named === undefined) return (await client.me()).organizationId;
  try {
    return await organizationCalled(client, named);
  } catch (error) {
    // A service account has no list of its own: it is in one organization.
    if (!(error instanceof ProblemError) || error.code !== "forbidden") throw error;
    const { organization: name, organizationId: id } = await client.me();
    const own = sameText(name, named) ? [{ id }] : [];
    return pickOne(own, "organization", named, "steward organization list", () => name).id;
  }
}

/**
 * By its name, among all that the person is in, the key's own or not: names need not be unique. Of those called so the
 * ones that are there, or with `deleted` the ones that were.
 */
export async function organizationCalled(client: Client, named: string, deleted = false): Promise<string> {
  const { items } = await client.listOrganizations();
  const called = items.filter(({ name }) => sameText(name, named));
  const meant = called.filter(({ deletedAt }) => (deletedAt !== null) === deleted);
  const found = meant.length === 0 ? called : meant;
  return pickOne(found, "organization", named, "steward organization list", organizationFacts).id;
}

/** What tells organizations of one name apart. */
export function organizationFacts({ name, role, createdAt, deletedAt }: Organization): string {
  const ends = deletedAt === null ? [] : [`deleted ${timeText(deletedAt)}`];
  return [name, `you are ${role}`, `since ${timeText(createdAt)}`, ...ends].join(", ");
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

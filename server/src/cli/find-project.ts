import { type Client, listAll, type Project } from "@steward/sdk";
import { pickOne } from "./pick-one.ts";
import { timeText } from "./terminal/words.ts";

/** A project by slug or id; of a slug that had several, the one that is there, or with `deleted` the one that was. */
export async function findProject(
  client: Client,
  organization: string,
  named: string,
  deleted = false,
): Promise<Project> {
  if (named.startsWith("prj_")) return await client.getProject({ organization, project: named });
  const all = await Array.fromAsync(listAll(client.listProjects, { organization, limit: 100 }));
  const called = all.filter(({ slug }) => slug === named);
  const meant = called.filter(({ deletedAt }) => (deletedAt !== null) === deleted);
  return pickOne(meant.length === 0 ? called : meant, "project", named, "steward project list", projectFacts);
}

/** What tells projects of one slug apart. */
export function projectFacts({ name, createdAt, deletedAt }: Project): string {
  const ends = deletedAt === null ? [] : [`deleted ${timeText(deletedAt)}`];
  return [name, `made ${timeText(createdAt)}`, ...ends].join(", ");
}

/**
 * SQL that holds while the project with this id, and its organization, are there and not deleted: nothing of a deleted
 * one is claimed, fired or found. For the statements of dispatch; two probes of primary keys.
 */
export function isLiving(project: string): string {
  return `exists (${living(project)})`;
}

/**
 * The same, and that a worker of a region may lead the project's runs: the project's own region, else its
 * organization's, is none or that one.
 * @param region a placeholder of the worker's label; null for a worker that stands nowhere in particular
 */
export function isLivingHere(project: string, region: string): string {
  return `exists (${living(project)} and coalesce(lp.region, lo.region, ${region}::text) is not distinct from ${region}::text)`;
}

function living(project: string): string {
  return `select from steward.projects lp join steward.organizations lo on lo.id = lp.organization
    where lp.id = ${project} and lp.deleted_at is null and lo.deleted_at is null`;
}

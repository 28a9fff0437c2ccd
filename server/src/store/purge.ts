/** The end of the rows of what was deleted long ago, as the catalogue declares them, in small statements. Each may be repeated. */
import type { Table } from "../catalogue/declare.ts";
import { TABLES } from "../catalogue/tables.ts";
import { isReferred, type Database, type Statement, type Transaction } from "../core/ports/database.ts";
import { LAST_RESERVED } from "./installation.ts";
import { organizationScope } from "./organizations.ts";
import { inScope, type Scope } from "./scope.ts";

const DECLARED: readonly Table[] = Object.values<Table>(TABLES);
/** Kept while their project is there, or for a time that ends with it; blobs go with what is in the blob store. */
const OF_PROJECT = DECLARED.filter(({ name, scope }) => scope === "project" && name !== "segments" && name !== "blobs");
/** Kept while their organization is there. The rows that are left without a name are none of them. */
const ENDED = new Set(["organizations", "projects", "members", "roles"]);
const OF_ORGANIZATION = DECLARED.filter(
  ({ name, scope, kept }) => scope === "organization" && kept.as === "open" && !ENDED.has(name),
);

/** The next project that was deleted, itself or with its organization, before that moment; by id. As steward_dispatch. */
export async function findProjectToPurge(
  dispatch: Database,
  beforeMs: number,
  after: string | null,
): Promise<Scope | null> {
  const { rows } = await dispatch.query<Scope>({
    name: "find_project_to_purge",
    text: `select p.organization, p.id as project from steward.projects p join steward.organizations o on o.id = p.organization
      where p.purged_at is null and p.organization > $3 and ($2::uuid is null or p.id > $2)
        and (p.deleted_at < to_timestamp($1) or o.deleted_at < to_timestamp($1))
      order by p.id limit 1`,
    values: [beforeMs / 1000, after, LAST_RESERVED],
  });
  return rows[0] ?? null;
}

/** The next organization that was deleted before that moment and whose projects are all purged; by id. As steward_dispatch. */
export async function findOrganizationToPurge(
  dispatch: Database,
  beforeMs: number,
  after: string | null,
): Promise<string | null> {
  const { rows } = await dispatch.query<{ id: string }>({
    name: "find_organization_to_purge",
    text: `select o.id from steward.organizations o
      where o.deleted_at < to_timestamp($1) and o.purged_at is null and o.id > $3 and ($2::uuid is null or o.id > $2)
        and not exists (select from steward.projects p where p.organization = o.id and p.purged_at is null)
      order by o.id limit 1`,
    values: [beforeMs / 1000, after, LAST_RESERVED],
  });
  return rows[0]?.id ?? null;
}

/** Whether the project may be purged now: it was restored, or purged by another, if not. In the scope of its organization. */
export async function isProjectToPurge(tx: Transaction, project: string, beforeMs: number): Promise<boolean> {
  const { count } = await tx.query({
    name: "is_project_to_purge",
    text: `select from steward.projects p join steward.organizations o on o.id = p.organization
      where p.id = $1 and p.purged_at is null and (p.deleted_at < to_timestamp($2) or o.deleted_at < to_timestamp($2))`,
    values: [project, beforeMs / 1000],
  });
  return count === 1;
}

/**
 * Drops at most `limit` rows of a project that was shredded; gives how many, 0 when none are left. Blobs have to be
 * removed from their store first, segments are `purgeSegments`'s.
 */
export function purgeProjectRows(database: Database, scope: Scope, limit: number): Promise<number> {
  return dropFirst(database, scope, OF_PROJECT, { owner: "project", id: scope.project, limit });
}

/** Drops at most `limit` rows that an organization has of one of its projects; gives how many, 0 when none are left. */
export function purgeRowsAboutProject(database: Database, scope: Scope, limit: number): Promise<number> {
  const about = OF_ORGANIZATION.filter(({ columns }) => "project" in columns);
  return dropFirst(database, scope, about, { owner: "project", id: scope.project, limit });
}

/** Drops at most `limit` segments of a project that was shredded: no other's may be dropped. As steward_dispatch. */
export async function purgeSegments(dispatch: Database, project: string, limit: number): Promise<number> {
  const { count } = await dispatch.query({
    name: "purge_segments",
    text: `delete from steward.segments t using (
        select project, run, first from steward.segments where project = $1 limit $2) gone
      where t.project = gone.project and t.run = gone.run and t.first = gone.first`,
    values: [project, limit],
  });
  return count;
}

/** Addresses of a project's blobs, any of them. */
export async function someBlobs(tx: Transaction, project: string, limit: number): Promise<readonly Buffer[]> {
  const { rows } = await tx.query<{ address: Buffer }>({
    name: "some_blobs",
    text: "select address from steward.blobs where project = $1 order by address limit $2",
    values: [project, limit],
  });
  return rows.map(({ address }) => address);
}

export function dropBlobs(project: string, addresses: readonly Buffer[]): Statement {
  return {
    name: "drop_blobs",
    text: "delete from steward.blobs where project = $1 and address = any($2)",
    values: [project, addresses],
  };
}

/** What is left of a project: that there was one. In the scope of its organization. */
export function endProject(project: string, atMs: number): Statement {
  return {
    name: "end_project",
    text: `update steward.projects set purged_at = to_timestamp($2), name = 'Deleted project', slug = 'purged-' || id,
      deleted_at = coalesce(deleted_at, to_timestamp($2)), region = null where id = $1`,
    values: [project, atMs / 1000],
  };
}

/** Drops at most `limit` rows of an organization; gives how many, 0 when none are left. */
export function purgeOrganizationRows(database: Database, organization: string, limit: number): Promise<number> {
  const of = { owner: "organization", id: organization, limit } as const;
  return dropFirst(database, organizationScope(organization), OF_ORGANIZATION, of);
}

/** What is left of an organization: that there was one, and who consented to what, without names. In its scope. */
export function endOrganization(organization: string, atMs: number): Statement[] {
  return [
    {
      name: "drop_unnamed_members",
      text: `delete from steward.members m where m.organization = $1
        and not exists (select from steward.support_consents c where c.organization = $1 and c.granted_by = m.id)`,
      values: [organization],
    },
    {
      name: "end_members",
      text: `update steward.members set email = null, name = 'Former member', account = null, role = 'viewer',
        custom_role = null, removed_at = coalesce(removed_at, to_timestamp($2)) where organization = $1`,
      values: [organization, atMs / 1000],
    },
    { name: "drop_roles", text: "delete from steward.roles where organization = $1", values: [organization] },
    {
      name: "end_organization",
      text: `update steward.organizations set purged_at = to_timestamp($2), name = 'Deleted organization', region = null,
        sign_on_enforced = false where id = $1`,
      values: [organization, atMs / 1000],
    },
  ];
}

/**
 * Rows of the first table that has some and that nothing refers to: what refers to it has its turn before. Throws what
 * stood in the way where nothing else is left, for then something refers to it that is in no table of these.
 */
async function dropFirst(
  database: Database,
  scope: Scope,
  tables: readonly Table[],
  of: { readonly owner: "project" | "organization"; readonly id: string; readonly limit: number },
): Promise<number> {
  let inTheWay: unknown = null;
  for (const table of tables) {
    try {
      const { count } = await inScope(database, scope, (tx) => tx.query(dropSome(table, of)));
      if (count > 0) return count;
    } catch (error) {
      if (!isReferred(error)) throw error;
      inTheWay = error;
    }
  }
  if (inTheWay !== null) throw inTheWay;
  return 0;
}

/** Rows by where they lie, and by which partition: both are needed to name one. */
function dropSome(
  { name }: Table,
  { owner, id, limit }: { readonly owner: "project" | "organization"; readonly id: string; readonly limit: number },
): Statement {
  return {
    name: `purge_${name}_of_${owner}`,
    text: `delete from steward.${name} where ${owner} = $1 and (tableoid, ctid) in (
      select tableoid, ctid from steward.${name} where ${owner} = $1 limit $2)`,
    values: [id, limit],
  };
}

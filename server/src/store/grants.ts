/** Grants and limits of a project, their versions, and what of them is in force. */
import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { queryInScope, type Scope } from "./scope.ts";

export interface GrantRow {
  readonly id: string;
  readonly kind: "grant" | "limit";
  /** The connection's UUID, or the credential's slug; both null of a limit. */
  readonly connection: string | null;
  readonly credential: string | null;
  /** As a schema of the SDK has let it in. */
  readonly form: Json;
  readonly version: number;
  /** The account that gave the present version; null when that was no person. */
  readonly givenBy: string | null;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly revokedAt: number | null;
  /** Of its connection or credential: whether that is there and may be used. */
  readonly usable: boolean;
}

const ROW = `g.id, g.kind, g.connection, g.credential, g.form, g.version, g.given_by as "givenBy", g.created_at as "createdAt",
  g.updated_at as "updatedAt", g.revoked_at as "revokedAt",
  case when g.connection is not null then exists (select from steward.connections c
      where c.project = g.project and c.id = g.connection and c.status = 'active')
    when g.credential is not null then exists (select from steward.credentials c
      where c.project = g.project and c.slug = g.credential)
    else true end as usable`;

export interface NewGrant {
  readonly id: string;
  readonly kind: GrantRow["kind"];
  /** `form.to` of a grant, `form.on` of a limit. */
  readonly principal: string | null;
  readonly connection: string | null;
  readonly credential: string | null;
  readonly form: Json;
  readonly givenBy: string | null;
  /** As the audit names them. */
  readonly by: string;
  readonly atMs: number;
}

export function insertGrant(scope: Scope, grant: NewGrant): readonly Statement[] {
  const { id, kind, principal, connection, credential, form, givenBy, by, atMs } = grant;
  return [
    {
      name: "insert_grant",
      text: `insert into steward.grants (organization, project, id, kind, principal, connection, credential, form, given_by, created_at, updated_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, to_timestamp($10), to_timestamp($10))`,
      values: [
        scope.organization,
        scope.project,
        id,
        kind,
        principal,
        connection,
        credential,
        JSON.stringify(form),
        givenBy,
        atMs / 1000,
      ],
    },
    insertVersion(scope.project, { id, version: 1, form, by, atMs }),
  ];
}

export interface NextVersion {
  readonly id: string;
  /** The new one. */
  readonly version: number;
  readonly form: Json;
  readonly by: string;
  readonly atMs: number;
}

function insertVersion(project: string, { id, version, form, by, atMs }: NextVersion): Statement {
  return {
    name: "insert_grant_version",
    text: `insert into steward.grant_versions (project, of_grant, version, form, at, by)
      values ($1, $2, $3, $4, to_timestamp($5), $6)`,
    values: [project, id, version, JSON.stringify(form), atMs / 1000, by],
  };
}

/** After `lockGrant`. */
export function changeGrant(
  project: string,
  next: NextVersion & { readonly principal: string | null; readonly givenBy: string | null },
): readonly Statement[] {
  return [
    {
      name: "change_grant",
      text: `update steward.grants set form = $3, version = $4, principal = $5, given_by = $6, updated_at = to_timestamp($7),
        generation = generation + 1 where project = $1 and id = $2`,
      values: [
        project,
        next.id,
        JSON.stringify(next.form),
        next.version,
        next.principal,
        next.givenBy,
        next.atMs / 1000,
      ],
    },
    insertVersion(project, next),
  ];
}

export async function findGrant(
  database: Database,
  scope: Scope,
  kind: GrantRow["kind"],
  id: string,
): Promise<GrantRow | null> {
  const rows = await queryInScope<GrantRow>(database, scope, {
    name: "find_grant",
    text: `select ${ROW} from steward.grants g where g.project = $1 and g.kind = $2 and g.id = $3`,
    values: [scope.project, kind, id],
  });
  return rows[0] ?? null;
}

/** The same, locked until the transaction ends. */
export async function lockGrant(
  tx: Transaction,
  project: string,
  kind: GrantRow["kind"],
  id: string,
): Promise<GrantRow | null> {
  const { rows } = await tx.query<GrantRow>({
    name: "lock_grant",
    text: `select ${ROW} from steward.grants g where g.project = $1 and g.kind = $2 and g.id = $3 for update`,
    values: [project, kind, id],
  });
  return rows[0] ?? null;
}

/** Whether there is such a grant, whatever became of it. */
export async function isGrant(tx: Transaction, project: string, id: string): Promise<boolean> {
  const { count } = await tx.query({
    name: "is_grant",
    text: "select from steward.grants where project = $1 and kind = 'grant' and id = $2",
    values: [project, id],
  });
  return count > 0;
}

export interface GrantFilter {
  readonly principal: string | null;
  /** A slug as the form has it. */
  readonly connection: string | null;
  readonly credential: string | null;
  readonly ended: boolean;
  readonly after: string | null;
  readonly limit: number;
}

/** By id, after the one given: the oldest first. Primary key; as many as the project has at most. */
export function listGrants(database: Database, scope: Scope, filter: GrantFilter): Promise<readonly GrantRow[]> {
  return queryInScope<GrantRow>(database, scope, {
    name: "list_grants",
    text: `select ${ROW} from steward.grants g
      where g.project = $1 and g.kind = 'grant' and ($2::uuid is null or g.id > $2) and ($3 or g.revoked_at is null)
        and ($4::text is null or g.principal = $4) and ($5::text is null or g.form->>'connection' = $5)
        and ($6::text is null or g.credential = $6)
      order by g.id limit $7`,
    values: [
      scope.project,
      filter.after,
      filter.ended,
      filter.principal,
      filter.connection,
      filter.credential,
      filter.limit,
    ],
  });
}

/** All that stand of one kind, the oldest first; at most `limit`. Index grants_standing. */
export async function listStanding(
  tx: Transaction,
  project: string,
  kind: GrantRow["kind"],
  limit: number,
): Promise<readonly GrantRow[]> {
  const { rows } = await tx.query<GrantRow>({
    name: "list_standing_grants",
    text: `select ${ROW} from steward.grants g
      where g.project = $1 and g.kind = $2 and g.revoked_at is null order by g.id limit $3`,
    values: [project, kind, limit],
  });
  return rows;
}

export async function countStanding(tx: Transaction, project: string, kind: GrantRow["kind"]): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    name: "count_standing_grants",
    text: "select count(*) as count from steward.grants where project = $1 and kind = $2 and revoked_at is null",
    values: [project, kind],
  });
  return rows[0]?.count ?? 0;
}

export interface VersionRow {
  readonly version: number;
  readonly form: Json;
  readonly at: number;
  readonly by: string;
}

/** The newest first, below the one given. */
export function listVersions(
  database: Database,
  scope: Scope,
  grant: string,
  page: { readonly below: number | null; readonly limit: number },
): Promise<readonly VersionRow[]> {
  return queryInScope<VersionRow>(database, scope, {
    name: "list_grant_versions",
    text: `select version, form, at, by from steward.grant_versions
      where project = $1 and of_grant = $2 and ($3::int is null or version < $3) order by version desc limit $4`,
    values: [scope.project, grant, page.below, page.limit],
  });
}

/** One version of a grant or limit of the project, and the account that gave it, where it is the present one. */
export async function readVersion(
  tx: Transaction,
  project: string,
  grant: string,
  version: number,
): Promise<{ readonly form: Json; readonly granter: string | null } | null> {
  const { rows } = await tx.query<{ form: Json; granter: string | null }>({
    name: "read_grant_version",
    text: `select v.form, case when g.version = v.version then g.given_by end as granter from steward.grant_versions v
      join steward.grants g on g.project = v.project and g.id = v.of_grant
      where v.project = $1 and v.of_grant = $2 and v.version = $3`,
    values: [project, grant, version],
  });
  return rows[0] ?? null;
}

/** What a grant is ended by: itself, or what it is about. */
export type EndedGrants =
  | { readonly grant: string }
  | { readonly connection: string }
  | { readonly credential: string }
  /** To whom they were given. */
  | { readonly principal: string };

export interface EndedGrantRow {
  readonly id: string;
  readonly form: JsonObject;
}

/**
 * Ends grants or limits that stand, and gives them. Their caps are `endLineCaps`'s. In the project's scope, after
 * the row of the connection or credential is locked.
 */
export async function endGrants(
  tx: Transaction,
  project: string,
  which: EndedGrants,
  { by, atMs }: { readonly by: string; readonly atMs: number },
): Promise<readonly EndedGrantRow[]> {
  const [column, value] = Object.entries(which)[0]!;
  const where = {
    grant: "id = $2::uuid",
    connection: "connection = $2::uuid",
    credential: "credential = $2",
    principal: "kind = 'grant' and principal = $2",
  }[column];
  const { rows } = await tx.query<EndedGrantRow>({
    name: `end_grants_${column}`,
    text: `update steward.grants set revoked_at = to_timestamp($3), revoked_by = $4, generation = generation + 1
      where project = $1 and ${where} and revoked_at is null returning id, form`,
    values: [project, value, atMs / 1000, by],
  });
  return rows;
}

/** Those that stand on a connection (its UUID) or a credential (its slug). Index grants_standing. */
export async function listStandingOn(
  tx: Transaction,
  project: string,
  on: { readonly connection: string } | { readonly credential: string },
): Promise<readonly EndedGrantRow[]> {
  const [column, value] = Object.entries(on)[0]!;
  const { rows } = await tx.query<EndedGrantRow>({
    name: `list_standing_on_${column}`,
    text: `select id, form from steward.grants where project = $1 and revoked_at is null and kind = 'grant'
      and ${column === "connection" ? "connection = $2::uuid" : "credential = $2"} order by id`,
    values: [project, value],
  });
  return rows;
}

/** Whether a grant on this connection stands that somebody else has given; by a key is by somebody else. */
export async function hasGrantOfOthers(
  tx: Transaction,
  project: string,
  connection: string,
  account: string | null,
): Promise<boolean> {
  const { count } = await tx.query({
    name: "has_grant_of_others",
    text: `select from steward.grants where project = $1 and connection = $2 and kind = 'grant' and revoked_at is null
      and ($3::uuid is null or given_by is distinct from $3) limit 1`,
    values: [project, connection, account],
  });
  return count > 0;
}

/** Whether a grant on this credential was given and not revoked. */
export async function hasGrantOn(tx: Transaction, project: string, credential: string): Promise<boolean> {
  const { count } = await tx.query({
    name: "has_grant_on_credential",
    text: "select from steward.grants where project = $1 and credential = $2 and revoked_at is null limit 1",
    values: [project, credential],
  });
  return count > 0;
}

/** Grants to `approvals` that stand, with the connection's slug, the oldest first: where people are asked unless a rule says. */
export async function listGrantsToApprovals(
  tx: Transaction,
  project: string,
): Promise<readonly { readonly slug: string; readonly form: Json }[]> {
  const { rows } = await tx.query<{ slug: string; form: Json }>({
    name: "list_grants_to_approvals",
    text: `select c.slug, g.form from steward.grants g
      join steward.connections c on c.project = g.project and c.id = g.connection and c.status = 'active'
      where g.project = $1 and g.kind = 'grant' and g.principal = 'approvals' and g.revoked_at is null
      order by g.created_at, g.id limit 20`,
    values: [project],
  });
  return rows;
}

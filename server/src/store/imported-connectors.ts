/** Connectors made of OpenAPI documents; 0021 explains the table. */
import type { Database, Transaction } from "../core/ports/database.ts";
import { inScope, queryInScope, type Scope } from "./scope.ts";

/** An imported connector without what is sealed. Times are epoch milliseconds. */
export interface ImportedFacts {
  readonly id: string;
  readonly connector: string;
  readonly title: string;
  readonly base: string;
  /** The provider's own number of its API. */
  readonly apiVersion: string;
  /** Counts its imports. */
  readonly version: number;
  readonly digest: Buffer;
  readonly operations: number;
  readonly refusedCount: number;
  readonly createdAt: number;
  readonly importedAt: number;
  /** As the audit names them. */
  readonly importedBy: string;
}

/** Each sealed under the purpose `connection` at this row's id. */
export interface ImportedRow extends ImportedFacts {
  readonly declaration: Buffer;
  readonly choices: Buffer;
  readonly refused: Buffer;
}

const FACTS = `id, connector, title, base, api_version as "apiVersion", version, digest, operations,
  refused_count as "refusedCount", created_at as "createdAt", imported_at as "importedAt", imported_by as "importedBy"`;

/** The row's own id and version as they stand, locked; null where there is none. Others wait that put the same one. */
export async function lockImported(
  tx: Transaction,
  scope: Scope,
  connector: string,
): Promise<Pick<ImportedFacts, "id" | "version" | "createdAt"> | null> {
  const { rows } = await tx.query<Pick<ImportedFacts, "id" | "version" | "createdAt">>({
    name: "lock_imported_connector",
    text: `select id, version, created_at as "createdAt" from steward.imported_connectors
      where project = $1 and connector = $2 for update`,
    values: [scope.project, connector],
  });
  return rows[0] ?? null;
}

/** Puts a row in the place of the one with its id. Throws the unique violation of two that import one id at once. */
export async function putImported(tx: Transaction, scope: Scope, row: ImportedRow): Promise<void> {
  await tx.query({
    name: "put_imported_connector",
    text: `insert into steward.imported_connectors (organization, project, id, connector, title, base, api_version, version,
        declaration, choices, refused, digest, operations, refused_count, created_at, imported_at, imported_by)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, to_timestamp($15), to_timestamp($16), $17)
      on conflict (project, id) do update set title = excluded.title, base = excluded.base,
        api_version = excluded.api_version, version = excluded.version, declaration = excluded.declaration,
        choices = excluded.choices, refused = excluded.refused, digest = excluded.digest,
        operations = excluded.operations, refused_count = excluded.refused_count,
        imported_at = excluded.imported_at, imported_by = excluded.imported_by`,
    values: [
      scope.organization,
      scope.project,
      row.id,
      row.connector,
      row.title,
      row.base,
      row.apiVersion,
      row.version,
      row.declaration,
      row.choices,
      row.refused,
      row.digest,
      row.operations,
      row.refusedCount,
      row.createdAt / 1000,
      row.importedAt / 1000,
      row.importedBy,
    ],
  });
}

/** All of a project, by id of connector. */
export function listImported(database: Database, scope: Scope): Promise<readonly ImportedFacts[]> {
  return queryInScope<ImportedFacts>(database, scope, {
    name: "list_imported_connectors",
    text: `select ${FACTS} from steward.imported_connectors where project = $1 order by connector`,
    values: [scope.project],
  });
}

/** How many others there are. */
export async function countImported(tx: Transaction, scope: Scope): Promise<number> {
  const { rows } = await tx.query<{ count: number }>({
    name: "count_imported_connectors",
    text: "select count(*) as count from steward.imported_connectors where project = $1",
    values: [scope.project],
  });
  return rows[0]?.count ?? 0;
}

/** Which version there is: what a process that holds one asks at each use. By the unique index; 0.1 ms. */
export async function findImportedVersion(database: Database, scope: Scope, connector: string): Promise<number | null> {
  const rows = await queryInScope<{ version: number }>(database, scope, {
    name: "find_imported_version",
    text: "select version from steward.imported_connectors where project = $1 and connector = $2",
    values: [scope.project, connector],
  });
  return rows[0]?.version ?? null;
}

export async function findImported(database: Database, scope: Scope, connector: string): Promise<ImportedRow | null> {
  const rows = await queryInScope<ImportedRow>(database, scope, {
    name: "find_imported_connector",
    text: `select ${FACTS}, declaration, choices, refused from steward.imported_connectors
      where project = $1 and connector = $2`,
    values: [scope.project, connector],
  });
  return rows[0] ?? null;
}

/** Whether anything is connected with it. */
export async function isConnected(tx: Transaction, project: string, connector: string): Promise<boolean> {
  const { rows } = await tx.query<{ count: number }>({
    name: "count_connections_of_connector",
    text: "select count(*) as count from steward.connections where project = $1 and connector = $2 and status <> 'disconnected'",
    values: [project, connector],
  });
  return (rows[0]?.count ?? 0) > 0;
}

/** Whether it is gone: not while anything is connected with it. */
export function deleteImported(
  database: Database,
  scope: Scope,
  connector: string,
  then: (tx: Transaction) => Promise<void>,
): Promise<"deleted" | "missing" | "connected"> {
  return inScope(database, scope, async (tx) => {
    if ((await lockImported(tx, scope, connector)) === null) return "missing";
    if (await isConnected(tx, scope.project, connector)) return "connected";
    await tx.query({
      name: "delete_imported_connector",
      text: "delete from steward.imported_connectors where project = $1 and connector = $2",
      values: [scope.project, connector],
    });
    await then(tx);
    return "deleted";
  });
}

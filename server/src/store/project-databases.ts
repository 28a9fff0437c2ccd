/** Where each project's own database lies (migration 0004); what is in it is in `store/grid-*.ts`. */
import type { Database, Transaction } from "../core/ports/database.ts";
import { inScope, queryInScope, type Scope } from "./scope.ts";

/** `making` and `dropping` are half-way; whoever finds them goes on. */
export type ProjectDatabaseState = "making" | "ready" | "dropping";

/** A project's database without what lets in. */
export interface ProjectDatabaseFacts extends Scope {
  /** Of the database and of the role that enters it. */
  readonly name: string;
  readonly state: ProjectDatabaseState;
  readonly createdAt: number;
  /** As last measured. */
  readonly bytes: number;
  readonly tables: number;
  readonly measuredAt: number | null;
}

export interface ProjectDatabaseRow extends ProjectDatabaseFacts {
  /** Sealed with the project's key. */
  readonly password: Buffer;
}

const FACTS = `organization, project, name, state, created_at as "createdAt", bytes, tables, measured_at as "measuredAt"`;

/** One probe of the primary key. */
export async function findProjectDatabase(database: Database, scope: Scope): Promise<ProjectDatabaseRow | null> {
  const rows = await queryInScope<ProjectDatabaseRow>(database, scope, {
    name: "find_project_database",
    text: `select ${FACTS}, password from steward.project_databases where project = $1`,
    values: [scope.project],
  });
  return rows[0] ?? null;
}

/** Says that the project is to have a database of this name. Of several at once the first wins; the others do nothing. */
export async function insertProjectDatabase(
  database: Database,
  scope: Scope,
  row: { readonly name: string; readonly password: Buffer; readonly createdAt: number },
): Promise<void> {
  await queryInScope(database, scope, {
    name: "insert_project_database",
    text: `insert into steward.project_databases (organization, project, name, password, state, created_at)
      values ($1, $2, $3, $4, 'making', to_timestamp($5)) on conflict (project) do nothing`,
    values: [scope.organization, scope.project, row.name, row.password, row.createdAt / 1000],
  });
}

/** Moves it on; `also` runs in the same transaction if it was in the state it comes from. False if it wasn't. */
export async function moveProjectDatabase(
  database: Database,
  scope: Scope,
  [from, to]: readonly [from: readonly ProjectDatabaseState[], to: ProjectDatabaseState | "gone"],
  also: (tx: Transaction) => Promise<void> = () => Promise.resolve(),
): Promise<boolean> {
  return await inScope(database, scope, async (tx) => {
    const { count } = await tx.query(
      to === "gone"
        ? {
            name: "remove_project_database",
            text: "delete from steward.project_databases where project = $1 and state = any($2)",
            values: [scope.project, from],
          }
        : {
            name: "move_project_database",
            text: "update steward.project_databases set state = $3 where project = $1 and state = any($2)",
            values: [scope.project, from, to],
          },
    );
    if (count === 1) await also(tx);
    return count === 1;
  });
}

export interface Measured {
  readonly bytes: number;
  readonly tables: number;
}

export async function noteMeasured(
  database: Database,
  scope: Scope,
  measured: Measured,
  measuredAt: number,
): Promise<void> {
  await queryInScope(database, scope, {
    name: "note_measured",
    text: `update steward.project_databases set bytes = $2, tables = $3, measured_at = to_timestamp($4) where project = $1`,
    values: [scope.project, measured.bytes, measured.tables, measuredAt / 1000],
  });
}

/** All projects' databases by project, after the one given. As steward_dispatch. */
export async function listProjectDatabases(
  dispatch: Database,
  page: { readonly after: string | null; readonly limit: number },
): Promise<readonly ProjectDatabaseFacts[]> {
  const { rows } = await dispatch.query<ProjectDatabaseFacts>({
    name: "list_project_databases",
    text: `select ${FACTS} from steward.project_databases where $1::uuid is null or project > $1 order by project limit $2`,
    values: [page.after, page.limit],
  });
  return rows;
}

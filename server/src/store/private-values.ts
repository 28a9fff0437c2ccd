import type { Database, Statement } from "../core/ports/database.ts";
import { insertStatements, queryInScope, valuesList, type Scope } from "./scope.ts";

/** What is private in the records of one segment, sealed; gone with the commit that ends the run. */
export interface PrivateRow {
  readonly run: string;
  readonly first: number;
  readonly body: Buffer;
}

export function insertPrivateValues(project: string, rows: readonly PrivateRow[]): Statement[] {
  return insertStatements(
    "insert_private",
    rows,
    (count) => `insert into steward.private_values (project, run, first, body) values ${valuesList(count, 4)}`,
    (row) => [project, row.run, row.first, row.body],
  );
}

export function deletePrivateValues(project: string, runs: readonly string[]): Statement {
  return {
    name: "delete_private",
    text: "delete from steward.private_values where project = $1 and run = any($2::uuid[])",
    values: [project, runs],
  };
}

/** All of one run: as many rows at most as it has segments. */
export function readPrivateValues(database: Database, scope: Scope, run: string): Promise<readonly PrivateRow[]> {
  return queryInScope<PrivateRow>(database, scope, {
    name: "read_private",
    text: "select run, first, body from steward.private_values where project = $1 and run = $2 order by first",
    values: [scope.project, run],
  });
}

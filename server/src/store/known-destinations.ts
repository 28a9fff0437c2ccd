/** Where principals of a project have acted before: keyed digests (`destinationKey`), for approvals of the first time. */
import type { Database } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** One probe of the primary key. */
export async function isKnownDestination(database: Database, scope: Scope, digest: Buffer): Promise<boolean> {
  const rows = await queryInScope<{ known: boolean }>(database, scope, {
    name: "is_known_destination",
    text: "select true as known from steward.known_destinations where project = $1 and digest = $2",
    values: [scope.project, digest],
  });
  return rows.length > 0;
}

export async function noteDestination(database: Database, scope: Scope, digest: Buffer, atMs: number): Promise<void> {
  await queryInScope(database, scope, {
    name: "note_destination",
    text: `insert into steward.known_destinations (project, digest, first_at) values ($1, $2, to_timestamp($3))
      on conflict do nothing`,
    values: [scope.project, digest, atMs / 1000],
  });
}

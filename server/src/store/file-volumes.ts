/** What a project's files take. Every change of them begins with the volume's lock, and ends with its sums. */
import type { Database, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

export interface VolumeRow {
  readonly bytes: number;
  readonly files: number;
}

/** Locks the project's volume until the transaction ends, and makes it where it is missing. */
export async function lockVolume(tx: Transaction, scope: Scope): Promise<VolumeRow> {
  await tx.query({
    name: "make_volume",
    text: "insert into steward.file_volumes (organization, project) values ($1, $2) on conflict (project) do nothing",
    values: [scope.organization, scope.project],
  });
  const { rows } = await tx.query<VolumeRow>({
    name: "lock_volume",
    text: "select bytes, files from steward.file_volumes where project = $1 for update",
    values: [scope.project],
  });
  return rows[0]!;
}

export async function changeVolume(tx: Transaction, project: string, by: VolumeRow): Promise<void> {
  if (by.bytes === 0 && by.files === 0) return;
  await tx.query({
    name: "change_volume",
    text: "update steward.file_volumes set bytes = bytes + $2, files = files + $3 where project = $1",
    values: [project, by.bytes, by.files],
  });
}

/** Null of a project that never had a file. */
export async function findVolume(database: Database, scope: Scope): Promise<VolumeRow | null> {
  const rows = await queryInScope<VolumeRow>(database, scope, {
    name: "find_volume",
    text: "select bytes, files from steward.file_volumes where project = $1",
    values: [scope.project],
  });
  return rows[0] ?? null;
}

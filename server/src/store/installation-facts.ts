import type { Database } from "../core/ports/database.ts";
import { LAST_RESERVED } from "./installation.ts";
import { countRegions, type RegionCounts } from "./regions.ts";

export interface InstallationCounts {
  readonly databaseBytes: number;
  readonly organizations: number;
  readonly projects: number;
  readonly workers: number;
  readonly regions: readonly RegionCounts[];
}

/** How large it is, the installation's own organizations and projects not counted, nor what is deleted. */
export async function countInstallation(
  database: Database,
  dispatch: Database,
  nowMs: number,
): Promise<InstallationCounts> {
  const [size, regions, counts] = await Promise.all([
    // As steward_app: the size is told to those who may connect, and nobody connects as dispatch.
    database.query<{ databaseBytes: number }>({
      name: "database_bytes",
      text: 'select pg_database_size(current_database()) as "databaseBytes"',
    }),
    countRegions(dispatch, nowMs),
    dispatch.query<Omit<InstallationCounts, "databaseBytes" | "regions">>({
      name: "count_installation",
      text: `select (select count(*) from steward.organizations where deleted_at is null and id > $1) as organizations,
        (select count(*) from steward.projects where deleted_at is null and id > $1) as projects,
        (select count(*) from steward.workers) as workers`,
      values: [LAST_RESERVED],
    }),
  ]);
  return { ...size.rows[0]!, ...counts.rows[0]!, regions };
}

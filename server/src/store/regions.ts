/** Where projects' runs may be led: a project's region is its own, else its organization's, else none (`0010_regions.sql`). */
import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** The region a project is pinned to, or null. */
export async function readRegion(database: Database, scope: Scope): Promise<string | null> {
  const rows = await queryInScope<{ region: string | null }>(database, scope, {
    name: "read_region",
    text: `select coalesce(p.region, o.region) as region
      from steward.projects p join steward.organizations o on o.id = p.organization where p.id = $1`,
    values: [scope.project],
  });
  return rows[0]?.region ?? null;
}

const LEADABLE = `from steward.projects p join steward.organizations o on o.id = p.organization
  where p.id = $1 and coalesce(p.region, o.region, $2::text) is not distinct from $2::text`;

/** Whether a worker of this region may lead the project's runs. In its scope. */
export async function mayLeadProject(tx: Transaction, project: string, region: string | null): Promise<boolean> {
  const { count } = await tx.query({
    name: "may_lead_project",
    text: `select 1 ${LEADABLE}`,
    values: [project, region],
  });
  return count > 0;
}

/** Fails as `requireHeld` does (`isNotHeld`) unless a worker of this region may lead the project's runs. In its scope. */
export function requireRegion(project: string, region: string | null): Statement {
  return {
    name: "require_region",
    text: `select case when count(*) = 1 then 1 else ('the project is pinned elsewhere: ' || count(*))::int end as here ${LEADABLE}`,
    values: [project, region],
  };
}

/** A run that is held by a worker of another region than its project's. */
export interface MisplacedRun {
  readonly project: string;
  readonly run: string;
  readonly fence: number;
  readonly worker: string;
}

const MISPLACED_PER_LOOK = 1000;

/**
 * Runs held where they may not be, after their project was pinned. Index queue_worker: all that is held. As steward_dispatch.
 * @param among looks at these only, by the primary key; null: at all
 */
export async function listMisplaced(
  dispatch: Database,
  among: readonly string[] | null = null,
): Promise<readonly MisplacedRun[]> {
  const { rows } = await dispatch.query<MisplacedRun>({
    name: among === null ? "list_misplaced" : "list_misplaced_among",
    text: `select q.project, q.run, q.fence, q.worker from steward.queue q
      join steward.workers w on w.id = q.worker
      join steward.projects p on p.id = q.project
      join steward.organizations o on o.id = p.organization
      where q.worker is not null and coalesce(p.region, o.region, w.region) is distinct from w.region
        ${among === null ? "" : "and q.run = any($1::uuid[])"}
      order by q.run limit ${MISPLACED_PER_LOOK}`,
    ...(among === null ? {} : { values: [among] }),
  });
  return rows;
}

/** Projects whose data is not where they are pinned to: elsewhere than the one store. As steward_dispatch; all projects are looked at. */
export async function countPinnedElsewhere(dispatch: Database, storeRegion: string | null): Promise<number> {
  const { rows } = await dispatch.query<{ count: number }>({
    name: "count_pinned_elsewhere",
    text: `select count(*) as count from steward.projects p join steward.organizations o on o.id = p.organization
      where coalesce(p.region, o.region) is not null and coalesce(p.region, o.region) is distinct from $1::text
        and p.shredded_at is null`,
    values: [storeRegion],
  });
  return rows[0]?.count ?? 0;
}

/** A region with its live workers, and the runs that are due there and held by nobody. */
export interface RegionCounts {
  readonly label: string;
  readonly workers: number;
  readonly runsDue: number;
}

/** Runs counted at most, in all regions together. */
const RUNS_COUNTED_MAX = 100_000;

/** Every label that a worker stands in or that something waits in. Index queue_due. As steward_dispatch. */
export async function countRegions(dispatch: Database, nowMs: number): Promise<readonly RegionCounts[]> {
  const { rows } = await dispatch.query<RegionCounts>({
    name: "count_regions",
    text: `with due as (
        select coalesce(p.region, o.region) as label from steward.queue q
        join steward.projects p on p.id = q.project and p.deleted_at is null
        join steward.organizations o on o.id = p.organization and o.deleted_at is null
        where q.worker is null and q.due_at <= to_timestamp($1) and coalesce(p.region, o.region) is not null
        limit ${RUNS_COUNTED_MAX}
      )
      select label, sum(workers)::int as workers, sum(runs)::int as "runsDue" from (
        select region as label, 1 as workers, 0 as runs from steward.workers where region is not null
        union all select label, 0, 1 from due) counted group by label order by label`,
    values: [nowMs / 1000],
  });
  return rows;
}

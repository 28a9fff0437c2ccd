/** What versions of flows act with, and which flows that makes dependents. */
import type { FlowUse } from "../core/flow/uses-of.ts";
import type { FlowKind } from "./flows.ts";
import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { insertStatements, queryInScope, valuesList, type Scope } from "./scope.ts";

/** With the version, or once it was opened. May be repeated. */
export function insertFlowUses(
  project: string,
  { flow, version }: { readonly flow: string; readonly version: number },
  uses: readonly FlowUse[],
): Statement[] {
  return insertStatements(
    "insert_flow_uses",
    uses,
    (rows) =>
      `insert into steward.flow_uses (project, flow, version, kind, name, action) values ${valuesList(rows, 6)} on conflict do nothing`,
    ({ kind, name, action }) => [project, flow, version, kind, name, action],
  );
}

export function setUsesKnown(project: string, flow: string, version: number): Statement {
  return {
    name: "set_uses_known",
    text: "update steward.flow_versions set uses_known = true where project = $1 and flow = $2 and version = $3",
    values: [project, flow, version],
  };
}

export interface UnknownVersion {
  readonly flow: string;
  readonly version: number;
  readonly definition: Buffer;
}

/** Versions that nobody has opened since they were published, any of them; at most `limit`. Index flow_versions_unknown. */
export async function listUnknownVersions(
  tx: Transaction,
  project: string,
  limit: number,
): Promise<readonly UnknownVersion[]> {
  const { rows } = await tx.query<UnknownVersion>({
    name: "list_unknown_versions",
    text: `select flow, version, definition from steward.flow_versions
      where project = $1 and not uses_known order by flow, version limit $2`,
    values: [project, limit],
  });
  return rows;
}

/** A project with such versions, the next by id. As steward_dispatch. */
export async function findProjectOfUnknown(dispatch: Database, after: string | null): Promise<Scope | null> {
  const { rows } = await dispatch.query<Scope>({
    name: "find_project_of_unknown",
    text: `select p.organization, p.id as project from steward.projects p
      where p.shredded_at is null and p.purged_at is null and ($1::uuid is null or p.id > $1)
        and exists (select from steward.flow_versions v where v.project = p.id and not v.uses_known)
      order by p.id limit 1`,
    values: [after],
  });
  return rows[0] ?? null;
}

/** A flow that is there and published, and some version of which acts with what is named. */
export interface UsingFlow {
  readonly id: string;
  readonly slug: string;
  readonly kind: FlowKind;
  readonly paused: boolean;
}

/** What is named, as `FlowUse` names it. */
export type NamedUse = Pick<FlowUse, "kind" | "name">;

/** Locks them, by id: publishing, pausing and resuming them wait. Index flow_uses_of. */
export async function lockUsingFlows(
  tx: Transaction,
  project: string,
  named: readonly NamedUse[],
): Promise<readonly UsingFlow[]> {
  const { rows } = await tx.query<UsingFlow>({
    name: "lock_using_flows",
    text: `select f.id, f.slug, f.kind, f.paused from steward.flows f
      where f.project = $1 and f.deleted_at is null and f.version is not null and f.id in (
        select u.flow from steward.flow_uses u
        join unnest($2::text[], $3::text[]) as n (kind, name) on u.project = $1 and u.kind = n.kind and u.name = n.name)
      order by f.id for update of f`,
    values: [project, named.map(({ kind }) => kind), named.map(({ name }) => name)],
  });
  return rows;
}

/** One use of what is named, by a version that is published now or by another one. */
export interface UseOfFlow extends FlowUse {
  readonly flow: string;
  readonly published: boolean;
}

/** Of these flows; once they are locked it stays so. */
export async function listUsesOf(
  tx: Transaction,
  project: string,
  flows: readonly string[],
  named: readonly NamedUse[],
): Promise<readonly UseOfFlow[]> {
  const { rows } = await tx.query<UseOfFlow>({
    name: "list_uses_of_flows",
    text: `select u.flow, u.kind, u.name, u.action, bool_or(u.version = f.version) as published
      from steward.flow_uses u join steward.flows f on f.project = u.project and f.id = u.flow
      join unnest($3::text[], $4::text[]) as n (kind, name) on u.kind = n.kind and u.name = n.name
      where u.project = $1 and u.flow = any($2::uuid[]) group by u.flow, u.kind, u.name, u.action`,
    values: [project, flows, named.map(({ kind }) => kind), named.map(({ name }) => name)],
  });
  return rows;
}

export interface UserOfIt {
  readonly slug: string;
  readonly name: string;
  readonly paused: boolean;
  /** What of it is meant, as `connection work`. */
  readonly uses: readonly string[];
}

/** Flows whose published version acts with what is named, by slug; at most `limit`. Index flow_uses_of. */
export function listUsers(
  database: Database,
  scope: Scope,
  named: readonly NamedUse[],
  limit: number,
): Promise<readonly UserOfIt[]> {
  return queryInScope<UserOfIt>(database, scope, {
    name: "list_users_of",
    text: `select f.slug, f.name, f.paused, array_agg(distinct u.kind || ' ' || u.name) as uses from steward.flow_uses u
      join steward.flows f on f.project = u.project and f.id = u.flow and f.version = u.version and f.deleted_at is null
      join unnest($2::text[], $3::text[]) as n (kind, name) on u.kind = n.kind and u.name = n.name
      where u.project = $1 group by f.slug, f.name, f.paused order by f.slug limit $4`,
    values: [scope.project, named.map(({ kind }) => kind), named.map(({ name }) => name), limit],
  });
}

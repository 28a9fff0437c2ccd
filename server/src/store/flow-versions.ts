import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import type { FlowKind } from "./flows.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** A published version as it is stored: it never changes (R7). */
export interface FlowVersionRow {
  readonly flow: string;
  readonly version: number;
  /** The flow file, sealed. */
  readonly definition: Buffer;
  readonly digest: Buffer;
  readonly publishedAt: number;
  readonly publishedBy: string;
}

export function insertFlowVersion(project: string, row: FlowVersionRow): Statement {
  return {
    name: "insert_flow_version",
    text: `insert into steward.flow_versions (project, flow, version, definition, digest, published_at, published_by)
      values ($1, $2, $3, $4, $5, to_timestamp($6), $7)`,
    values: [project, row.flow, row.version, row.definition, row.digest, row.publishedAt / 1000, row.publishedBy],
  };
}

/** A version's sealed definition with its flow's slug, also of a flow that was deleted since: runs of it go on. */
export async function findFlowVersion(
  tx: Transaction,
  project: string,
  flow: string,
  version: number,
): Promise<{ readonly slug: string; readonly kind: FlowKind; readonly definition: Buffer } | null> {
  const { rows } = await tx.query<{ slug: string; kind: FlowKind; definition: Buffer }>({
    name: "find_flow_version",
    text: `select f.slug, f.kind, v.definition from steward.flow_versions v
      join steward.flows f on f.project = v.project and f.id = v.flow
      where v.project = $1 and v.flow = $2 and v.version = $3`,
    values: [project, flow, version],
  });
  return rows[0] ?? null;
}

/** Newest first. */
export function listFlowVersions(
  database: Database,
  scope: Scope,
  flow: string,
  page: { readonly before: number | null; readonly limit: number },
): Promise<readonly { readonly version: number; readonly publishedAt: number }[]> {
  return queryInScope<{ version: number; publishedAt: number }>(database, scope, {
    name: "list_flow_versions",
    text: `select version, published_at as "publishedAt" from steward.flow_versions
      where project = $1 and flow = $2 and ($3::int is null or version < $3) order by version desc limit $4`,
    values: [scope.project, flow, page.before, page.limit],
  });
}

/** What a run, or an agent, may call: the published version of a flow or agent that is there. */
export interface CallableRow {
  readonly id: string;
  readonly slug: string;
  readonly kind: FlowKind;
  readonly name: string;
  readonly version: number;
  readonly definition: Buffer;
}

/** Of the kinds those of the slugs, or all of a kind that is among `whole`; by slug, at most `limit`. */
export async function listCallables(
  tx: Transaction,
  project: string,
  wanted: { readonly slugs: readonly string[]; readonly whole: readonly FlowKind[]; readonly limit: number },
): Promise<readonly CallableRow[]> {
  const { rows } = await tx.query<CallableRow>({
    name: "list_callables",
    text: `select f.id, f.slug, f.kind, f.name, f.version, v.definition from steward.flows f
      join steward.flow_versions v on v.project = f.project and v.flow = f.id and v.version = f.version
      where f.project = $1 and f.deleted_at is null and (f.slug = any($2) or f.kind = any($3))
      order by f.slug limit $4`,
    values: [project, wanted.slugs, wanted.whole, wanted.limit],
  });
  return rows;
}

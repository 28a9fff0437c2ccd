import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** What ended, for which a flow was paused. */
export interface PausedBecause {
  readonly ended: "connection" | "credential" | "grant";
  /** Its slug; of a grant the id as it is shown. */
  readonly name: string;
  readonly atMs: number;
}

/** An agent is a flow whose versions are compiled from an agent file; both share the slugs of a project. */
export type FlowKind = "flow" | "agent";

/** A flow without its draft. Times are epoch milliseconds. */
export interface FlowRow {
  readonly id: string;
  readonly slug: string;
  readonly kind: FlowKind;
  readonly name: string;
  readonly draftDigest: Buffer;
  readonly draftProblems: number;
  /** The published version, or null. */
  readonly version: number | null;
  readonly versionDigest: Buffer | null;
  readonly paused: boolean;
  /** Null where a person paused it. */
  readonly pausedBecause: PausedBecause | null;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface FlowDraftRow extends FlowRow {
  /** Sealed; flows/draft.ts knows what is in it. */
  readonly draft: Buffer;
}

const SELECTED = `id, slug, kind, name, draft_digest as "draftDigest", draft_problems as "draftProblems", version,
  version_digest as "versionDigest", paused, paused_because as "pausedBecause", created_at as "createdAt", updated_at as "updatedAt"`;

export async function findFlow(database: Database, scope: Scope, slug: string): Promise<FlowRow | null> {
  const rows = await queryInScope<FlowRow>(database, scope, {
    name: "find_flow",
    text: `select ${SELECTED} from steward.flows where project = $1 and slug = $2 and deleted_at is null`,
    values: [scope.project, slug],
  });
  return rows[0] ?? null;
}

/** The same with its draft. */
export async function findFlowDraft(tx: Transaction, project: string, slug: string): Promise<FlowDraftRow | null> {
  const { rows } = await tx.query<FlowDraftRow>({
    name: "find_flow_draft",
    text: `select ${SELECTED}, draft from steward.flows where project = $1 and slug = $2 and deleted_at is null`,
    values: [project, slug],
  });
  return rows[0] ?? null;
}

/** Locks the flow of this slug; every change of a flow, its versions, triggers and schedules begins so. */
export async function lockFlow(tx: Transaction, project: string, slug: string): Promise<FlowDraftRow | null> {
  const { rows } = await tx.query<FlowDraftRow>({
    name: "lock_flow",
    text: `select ${SELECTED}, draft from steward.flows
      where project = $1 and slug = $2 and deleted_at is null for update`,
    values: [project, slug],
  });
  return rows[0] ?? null;
}

/** Locks the flow that last had this slug and was deleted no longer ago than `sinceMs`. */
export async function lockDeletedFlow(
  tx: Transaction,
  project: string,
  slug: string,
  sinceMs: number,
): Promise<FlowDraftRow | null> {
  const { rows } = await tx.query<FlowDraftRow>({
    name: "lock_deleted_flow",
    text: `select ${SELECTED}, draft from steward.flows
      where project = $1 and slug = $2 and deleted_at >= to_timestamp($3) order by deleted_at desc limit 1 for update`,
    values: [project, slug, sinceMs / 1000],
  });
  return rows[0] ?? null;
}

/** What a draft is stored as. */
export interface DraftValues {
  readonly id: string;
  readonly slug: string;
  readonly kind: FlowKind;
  readonly name: string;
  readonly draft: Buffer;
  readonly draftDigest: Buffer;
  readonly draftProblems: number;
  readonly nowMs: number;
}

/** False when another flow has the slug already. */
export async function insertFlow(tx: Transaction, scope: Scope, flow: DraftValues): Promise<boolean> {
  const { count } = await tx.query({
    name: "insert_flow",
    text: `insert into steward.flows
        (organization, project, id, slug, kind, name, draft, draft_digest, draft_problems, created_at, updated_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, to_timestamp($10), to_timestamp($10))
      on conflict (project, slug) where deleted_at is null do nothing`,
    values: [
      scope.organization,
      scope.project,
      flow.id,
      flow.slug,
      flow.kind,
      flow.name,
      flow.draft,
      flow.draftDigest,
      flow.draftProblems,
      flow.nowMs / 1000,
    ],
  });
  return count === 1;
}

export function updateDraft(project: string, flow: DraftValues): Statement {
  return {
    name: "update_draft",
    text: `update steward.flows set name = $3, draft = $4, draft_digest = $5, draft_problems = $6,
      updated_at = to_timestamp($7) where project = $1 and id = $2`,
    values: [project, flow.id, flow.name, flow.draft, flow.draftDigest, flow.draftProblems, flow.nowMs / 1000],
  };
}

export function setPublished(project: string, flow: string, version: number, digest: Buffer, nowMs: number): Statement {
  return {
    name: "set_published",
    text: `update steward.flows set version = $3, version_digest = $4, updated_at = to_timestamp($5)
      where project = $1 and id = $2`,
    values: [project, flow, version, digest, nowMs / 1000],
  };
}

export function setPaused(project: string, flow: string, paused: boolean, nowMs: number): Statement {
  return {
    name: "set_paused",
    text: `update steward.flows set paused = $3, paused_because = null, updated_at = to_timestamp($4)
      where project = $1 and id = $2`,
    values: [project, flow, paused, nowMs / 1000],
  };
}

/** Pauses flows for what has ended. */
export function setPausedBecause(project: string, flows: readonly string[], because: PausedBecause): Statement {
  return {
    name: "set_paused_because",
    text: `update steward.flows set paused = true, paused_because = $3::jsonb, updated_at = to_timestamp($4)
      where project = $1 and id = any($2::uuid[])`,
    values: [project, flows, JSON.stringify(because), because.atMs / 1000],
  };
}

/** Marks a flow as deleted at that moment; null brings it back, and fails on `flows_slug` when its slug was taken meanwhile. */
export function setDeleted(project: string, flow: string, deletedMs: number | null, nowMs: number): Statement {
  return {
    name: "set_deleted",
    text: `update steward.flows set deleted_at = to_timestamp($3), updated_at = to_timestamp($4)
      where project = $1 and id = $2`,
    values: [project, flow, deletedMs === null ? null : deletedMs / 1000, nowMs / 1000],
  };
}

/** Which of the two it was; null of one that is there, or was brought back. */
export async function findGone(tx: Transaction, project: string, flow: string): Promise<FlowKind | null> {
  const { rows } = await tx.query<{ kind: FlowKind }>({
    name: "find_gone_flow",
    text: "select kind from steward.flows where project = $1 and id = $2 and deleted_at is not null",
    values: [project, flow],
  });
  return rows[0]?.kind ?? null;
}

export interface FlowFilter {
  readonly kind: FlowKind;
  /** Words that the slug or the name contains, in whatever case. */
  readonly search: string | null;
  /** Only slugs after this one. */
  readonly after: string | null;
  readonly limit: number;
}

/** By slug. Walks flows_slug and stops at the limit; with a search it reads on until enough are found. */
export function listFlows(database: Database, scope: Scope, filter: FlowFilter): Promise<readonly FlowRow[]> {
  return queryInScope<FlowRow>(database, scope, {
    name: "list_flows",
    text: `select ${SELECTED} from steward.flows
      where project = $1 and deleted_at is null and slug > $2
        and ($3::text is null or slug ilike $3 escape '\\' or name ilike $3 escape '\\') and kind = $5
      order by slug limit $4`,
    values: [
      scope.project,
      filter.after ?? "",
      filter.search === null ? null : `%${literalLike(filter.search)}%`,
      filter.limit,
      filter.kind,
    ],
  });
}

/** A text as a LIKE pattern that matches exactly it. */
function literalLike(text: string): string {
  return text.replace(/[\\%_]/g, String.raw`\$&`);
}

/**
 * One flush: one transaction of per-project batches, each in its own scope. It writes only runs whose
 * fence still matches, and new runs that are the first for their delivery and, if they were led here, may be:
 * their project is not pinned elsewhere meanwhile (PROMISES B7). The others are the losers.
 * Locks: projects by id, in each the queue's rows by run id (its own and those it wakes), then the rest.
 */
import type { Database, Statement, Transaction } from "../core/ports/database.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import { claimDeliveries } from "../store/deliveries.ts";
import { clearInboxes, deleteInbox, insertInbox } from "../store/inbox.ts";
import {
  clearCrashes,
  deleteQueue,
  insertQueue,
  isNotHeld,
  lockQueue,
  releaseQueue,
  requireHeld,
  wakeRuns,
  type Released,
} from "../store/queue.ts";
import { deletePrivateValues, insertPrivateValues } from "../store/private-values.ts";
import { insertRuns, updateRuns, type RunRow } from "../store/runs.ts";
import { insertSegments, type SegmentRow } from "../store/segments.ts";
import { insertAuditBatch, type AuditBatch } from "../store/audit.ts";
import { noteOutboundEffects } from "../store/outbound-effects.ts";
import { referBlobs } from "../store/blobs.ts";
import { mayLeadProject, requireRegion } from "../store/regions.ts";
import { scopeStatement, type Scope } from "../store/scope.ts";
import { answerWishes, approvalStatements, counterStatements } from "./claims.ts";
import type { AuditChain } from "./audit-chain.ts";
import type { Place } from "./engine-parts.ts";
import { queuedRows, type FlushItem } from "./flush-item.ts";

export interface Flushed {
  readonly won: readonly FlushItem[];
  readonly lost: readonly FlushItem[];
  readonly audit: readonly AuditBatch[];
  /** Runs others should look at now: children, and runs with something new in their inbox. */
  readonly woken: readonly string[];
}

/** Who writes, and where it stands; null where no regions are set up. */
interface Writer {
  readonly worker: string;
  readonly place: Place | null;
}

interface Winners {
  readonly runs: ReadonlySet<string>;
  /** Runs that are open, of those a message is for: to an ended run none is written. */
  readonly open: ReadonlySet<string>;
}

interface Batch {
  readonly scope: Scope;
  readonly items: readonly FlushItem[];
  readonly open: ReadonlySet<string>;
}

export async function writeFlush(
  database: Database,
  items: readonly FlushItem[],
  chain: AuditChain,
  { worker, place }: Writer,
  nowMs: number,
): Promise<Flushed> {
  const batches = byProject(items);
  if (!items.some(isContested)) {
    try {
      return await writeAtOnce(database, batches, chain, { worker, place }, nowMs);
    } catch (error) {
      if (!isNotHeld(error)) throw error; // else find out which of them lost
    }
  }
  return database.transaction(async (tx) => {
    const here = await whichMayLead(tx, batches, place);
    const winners = await Promise.all(batches.map((batch, at) => winnersOf(tx, batch, here[at]!, nowMs)));
    const won = batches.map((batch, at) => ({
      scope: batch.scope,
      items: batch.items.filter((item) => winners[at]!.runs.has(item.run.id)),
      open: winners[at]!.open,
    }));
    const { statements, audit, woken } = statementsOf(won, chain, worker, nowMs, batches.at(-1)!.scope);
    const results = await allOf(statements.map((statement) => tx.query(statement)));
    woken.push(...wantedOf(results));
    for (const batch of won) answerWishes(batch.items, results);
    const lost = batches.flatMap((batch, at) => batch.items.filter((item) => !winners[at]!.runs.has(item.run.id)));
    return { won: won.flatMap((batch) => batch.items), lost, audit, woken };
  });
}

const isContested = (item: FlushItem): boolean =>
  (item.fresh && item.run.acceptance?.delivery != null) || item.unsaved.messages.length > 0;

/** Whether a run is new and was led here: its worker must be where it may be. */
const isLedHere = (item: FlushItem): boolean => item.fresh && item.disposition.kind !== "release";

/**
 * New runs without a delivery id hardly ever lose, and held ones neither: everything goes in one round
 * trip, and is undone when a fence does not match, or a project is pinned elsewhere.
 */
async function writeAtOnce(
  database: Database,
  batches: readonly Batch[],
  chain: AuditChain,
  { worker, place }: Writer,
  nowMs: number,
): Promise<Flushed> {
  const holds: Statement<object>[] = [];
  let scope: Scope | null = null;
  for (const batch of batches) {
    const held = batch.items.filter((item) => !item.fresh);
    const asks = place !== null && batch.items.some(isLedHere);
    if (held.length === 0 && !asks) continue;
    scope = batch.scope;
    holds.push(scopeStatement(scope));
    if (held.length > 0) holds.push(requireHeld(held.map(({ run }) => ({ run: run.id, fence: run.fence }))));
    if (asks) holds.push(requireRegion(scope.project, place.region));
  }
  const { statements, audit, woken } = statementsOf(batches, chain, worker, nowMs, scope);
  const results = await database.pipeline([...holds, ...statements]);
  for (const batch of batches) answerWishes(batch.items, results);
  woken.push(...wantedOf(results));
  return { won: batches.flatMap((batch) => batch.items), lost: [], audit, woken };
}

function byProject(items: readonly FlushItem[]): readonly Batch[] {
  const batches = new Map<string, { scope: Scope; items: FlushItem[]; open: ReadonlySet<string> }>();
  for (const item of items) {
    const { organization, project } = item.run.project;
    let batch = batches.get(project);
    if (!batch) batches.set(project, (batch = { scope: { organization, project }, items: [], open: new Set() }));
    batch.items.push(item);
  }
  return [...batches.values()].toSorted((a, b) => (a.scope.project < b.scope.project ? -1 : 1));
}

/** Whether each batch's project may be led here, as far as any of its new runs was. */
async function whichMayLead(tx: Transaction, batches: readonly Batch[], place: Place | null) {
  return await Promise.all(
    batches.map(async ({ scope, items }) => {
      if (place === null || !items.some(isLedHere)) return true;
      const [, here] = await Promise.all([
        tx.query(scopeStatement(scope)),
        mayLeadProject(tx, scope.project, place.region),
      ]);
      return here;
    }),
  );
}

/** @param here whether new runs of its project may be led here; one that is not written takes no delivery */
async function winnersOf(tx: Transaction, batch: Batch, here: boolean, nowMs: number): Promise<Winners> {
  const { project } = batch.scope;
  const mayBe = (item: FlushItem): boolean => here || !isLedHere(item);
  const held = batch.items.filter((item) => !item.fresh);
  const woken = batch.items.flatMap((item) => item.unsaved.messages.map((message) => message.run));
  const deliveries = batch.items.flatMap((item) => {
    const delivery = item.fresh && mayBe(item) ? item.run.acceptance?.delivery : null;
    return delivery ? [{ ...delivery, run: item.run.id }] : [];
  });
  const [, locked, first] = await Promise.all([
    tx.query(scopeStatement(batch.scope)),
    held.length + woken.length > 0 ? lockQueue(tx, [...held.map((item) => item.run.id), ...woken]) : [],
    deliveries.length > 0 ? claimDeliveries(tx, project, deliveries, nowMs) : new Set<string>(),
  ]);
  const fences = new Map(locked.map((row) => [row.run, row.fence]));
  const contested = new Set(deliveries.map((delivery) => delivery.run));
  const wins = (item: FlushItem): boolean =>
    item.fresh
      ? mayBe(item) && (!contested.has(item.run.id) || first.has(item.run.id))
      : fences.get(item.run.id) === item.run.fence;
  return { runs: new Set(batch.items.filter(wins).map((item) => item.run.id)), open: new Set(fences.keys()) };
}

/** @param scope the one the transaction is in already */
function statementsOf(
  batches: readonly Batch[],
  chain: AuditChain,
  worker: string,
  nowMs: number,
  scope: Scope | null,
) {
  let current = scope;
  const enter = (next: Scope): Statement[] => {
    if (next.project === current?.project) return [];
    current = next;
    return [scopeStatement(next)];
  };
  const statements: Statement<object>[] = [];
  const woken: string[] = [];
  const entries = new Map<string, AuditEntry[]>();
  for (const batch of batches) {
    const { items } = batch;
    const { organization } = batch.scope;
    if (items.length === 0) continue;
    statements.push(
      ...enter(batch.scope),
      ...rowStatements(batch, worker, woken),
      ...approvalStatements(batch.scope, items, nowMs),
      ...noteOutboundEffects(
        batch.scope,
        items.flatMap((item) => item.unsaved.audit),
      ),
    );
    for (const item of items) {
      if (item.unsaved.audit.length === 0) continue;
      const list = entries.get(organization);
      if (list) list.push(...item.unsaved.audit);
      else entries.set(organization, [...item.unsaved.audit]);
    }
  }
  const claims = counterStatements(batches, nowMs);
  statements.push(...claims);
  if (claims.length > 0) current = null; // wherever the last of them left it
  const audit = [...entries].map(([organization, list]) => chain.next(organization, list, nowMs));
  const scopes = new Map(batches.map((batch) => [batch.scope.organization, batch.scope]));
  for (const batch of audit) statements.push(...enter(scopes.get(batch.organization)!), insertAuditBatch(batch));
  return { statements, audit, woken };
}

function rowStatements(batch: Batch, worker: string, woken: string[]): Statement<object>[] {
  const { items } = batch;
  const { project } = batch.scope;
  const children = items.flatMap((item) => item.unsaved.children.map((child) => queuedRows(item.run.project, child)));
  const created: RunRow[] = children.map((child) => child.row);
  const updated: RunRow[] = [];
  const segments: SegmentRow[] = children.map((child) => child.segment);
  const statements: Statement<object>[] = [];
  for (const item of items) {
    (item.fresh ? created : updated).push(item.row);
    if (item.segment) segments.push(item.segment);
  }
  const open = items.filter((item) => item.fresh && item.disposition.kind !== "end");
  const queued = [
    ...open.map(({ run, disposition }) => ({
      run: run.id,
      dueMs: disposition.kind === "release" ? disposition.dueMs : 0,
      worker: disposition.kind === "release" ? null : worker,
    })),
    ...children.map((child) => ({ run: child.row.id, dueMs: 0, worker: null })),
  ];
  woken.push(...queued.filter((one) => one.worker === null && one.dueMs === 0).map((one) => one.run));
  statements.push(
    // Runs before segments, as where their partitions are made (`week_partition`).
    ...insertRuns(project, created),
    ...updateRuns(project, updated),
    ...insertSegments(project, segments),
    ...insertQueue(project, queued),
    ...insertPrivateValues(
      project,
      items.flatMap((item) => item.hidden ?? []),
    ),
  );
  statements.push(...aftermath(project, batch, woken));
  return statements;
}

/** Inboxes, blobs, and what becomes of held runs' places in the queue. */
function aftermath(project: string, { items, open }: Batch, woken: string[]): Statement<object>[] {
  const statements: Statement<object>[] = [];
  const held = items.filter((item) => !item.fresh);
  for (const { run, unsaved } of items) {
    if (unsaved.consumed.length > 0) statements.push(deleteInbox(project, run.id, unsaved.consumed));
    if (unsaved.blobs.length > 0) statements.push(referBlobs(project, run.id, unsaved.blobs));
  }
  const messages = items.flatMap((item) => item.unsaved.messages).filter((message) => open.has(message.run));
  if (messages.length > 0) {
    const runs = [...new Set(messages.map((message) => message.run))];
    statements.push(...insertInbox(project, messages), wakeRuns(runs));
    woken.push(...runs);
  }
  const released = held.flatMap(({ run, disposition }) =>
    disposition.kind === "release" ? [{ run: run.id, dueMs: disposition.dueMs, worker: null }] : [],
  );
  const ended = held.filter((item) => item.disposition.kind === "end").map((item) => item.run.id);
  const progressed = held
    .filter((item) => item.disposition.kind === "hold" && item.unsaved.progress && item.run.crashes > 0)
    .map((item) => item.run.id);
  statements.push(...releaseQueue(released));
  if (progressed.length > 0) statements.push(clearCrashes(progressed));
  const secretive = held
    .filter((item) => item.disposition.kind === "end" && item.run.version.compiled.hasPrivate)
    .map((item) => item.run.id);
  if (secretive.length > 0) statements.push(deletePrivateValues(project, secretive));
  if (ended.length > 0) statements.push(clearInboxes(project, ended), deleteQueue(ended));
  return statements;
}

/** Runs that were just let go, and whose inbox has something for them. */
function wantedOf(results: readonly { readonly rows: readonly object[] }[]): readonly string[] {
  return results.flatMap(({ rows }) => rows.filter(isWanted).map((row) => row.run));
}

function isWanted(row: object): row is Released {
  return "wanted" in row && row.wanted === true;
}

/** Waits for all, then throws the first failure: none is left unheard. */
async function allOf<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  const settled = await Promise.allSettled(promises);
  return settled.map((result) => {
    if (result.status === "rejected") throw result.reason;
    return result.value;
  });
}

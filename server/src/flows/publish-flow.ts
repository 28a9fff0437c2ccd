import type { DraftProblem, Published } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { appendActs } from "../store/append-acts.ts";
import { insertFlowVersion } from "../store/flow-versions.ts";
import { lockFlow, setPublished, type FlowDraftRow } from "../store/flows.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { alignTriggers } from "./align-triggers.ts";
import type { FlowParts } from "./flow-parts.ts";
import { noSuchFlow } from "./flow-refusals.ts";
import { noteUses } from "./note-uses.ts";
import { findProblems } from "./save-draft.ts";
import { digestFile, fileOf, openDraft, sealDefinition } from "./sealed-flow.ts";
import { listEvents } from "./list-events.ts";
import { listWebhooks } from "./list-webhooks.ts";

/**
 * Makes the draft the published version, with its triggers and schedules, in one transaction. A draft
 * that means the same as the published version gives that version again. `by` is the member who did it, `actor` what
 * the audit names: the member or a key of theirs.
 * Throws `flow_has_problems` with `problems`, `not_found`.
 */
export async function publishFlow(
  parts: FlowParts,
  scope: Scope,
  slug: string,
  by: string,
  actor: string,
): Promise<Published> {
  const { keys } = await parts.projects.get(scope);
  const { flow, published } = await inScope(parts.database, scope, async (tx) => {
    const row = await lockFlow(tx, scope.project, slug);
    if (row === null) throw noSuchFlow(slug);
    const unchanged = row.version !== null && row.versionDigest?.equals(row.draftDigest) === true;
    const version = unchanged ? row.version : await writeVersion(tx, parts, scope, keys, row, by);
    const webhooks = await listWebhooks(tx, keys, parts.publicUrl, scope.project, { id: row.id, version });
    if (!unchanged) await appendPublished(tx, parts, scope, { row, version, actor });
    return { flow: row.id, published: { version, webhooks } };
  });
  parts.changes.flow(flow);
  return { ...published, events: await listEvents(parts, scope, slug) };
}

async function writeVersion(
  tx: Transaction,
  parts: FlowParts,
  scope: Scope,
  keys: ProjectKeys,
  row: FlowDraftRow,
  by: string,
): Promise<number> {
  const draft = openDraft(keys, row.id, row.draft);
  const file = fileOf(draft);
  const found = await findProblems(parts, scope, file, null);
  const problems = found.map((one) => ({ ...one, line: lineIn(draft.problems, one) }));
  if (problems.length > 0) throw hasProblems(row.slug, problems);
  const nowMs = parts.clock.nowMs();
  const version = (row.version ?? 0) + 1;
  const digest = digestFile(keys, file);
  const definition = sealDefinition(keys, row.id, version, file);
  await Promise.all([
    tx.query(
      insertFlowVersion(scope.project, {
        flow: row.id,
        version,
        definition,
        digest,
        publishedAt: nowMs,
        publishedBy: by,
      }),
    ),
    tx.query(setPublished(scope.project, row.id, version, digest, nowMs)),
  ]);
  await noteUses(tx, scope.project, { flow: row.id, version, file });
  const around = { scope, keys, ids: parts.ids, nowMs };
  await alignTriggers(tx, around, { flow: row.id, version, triggers: file.triggers, running: !row.paused });
  return version;
}

async function appendPublished(
  tx: Transaction,
  { clock }: FlowParts,
  { organization, project }: Scope,
  { row, version, actor }: { readonly row: FlowDraftRow; readonly version: number | null; readonly actor: string },
): Promise<void> {
  const now = clock.nowMs();
  const facts = { id: showId("flw", row.id), version };
  await appendActs(tx, organization, [actOn(project, actor, "flow.published", `flow:${row.slug}`, facts, now)], now);
}

/** The line on which the draft's text had a field, as far as saving it found a problem there. */
function lineIn(problems: readonly DraftProblem[], one: DraftProblem): number | null {
  return problems.find((before) => before.field === one.field)?.line ?? null;
}

function hasProblems(slug: string, problems: readonly DraftProblem[]): AppError {
  const { field, message } = problems[0]!;
  const more = problems.length === 1 ? "" : `, and ${problems.length - 1} more`;
  return new AppError("flow_has_problems", `the draft of "${slug}" can't be published: ${field}: ${message}${more}`, {
    flow: slug,
    problems,
  });
}

import type { DraftProblem, FlowFile, Published } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { canonicalJson } from "../core/json.ts";
import type { Transaction } from "../core/ports/database.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { appendActs } from "../store/append-acts.ts";
import { findFlowVersion, insertFlowVersion } from "../store/flow-versions.ts";
import { type FlowDraftRow, type FlowKind, setPublished } from "../store/flows.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { alignTriggers } from "./align-triggers.ts";
import { compileDraft } from "./compile-draft.ts";
import type { FlowParts } from "./flow-parts.ts";
import { noteUses } from "./note-uses.ts";
import { lockOfKind } from "./of-kind.ts";
import { placeProblems } from "./save-draft.ts";
import { digestFile, draftedOf, openDefinition, openDraft, plainFile, sealDefinition } from "./sealed-flow.ts";
import { listEvents } from "./list-events.ts";
import { listWebhooks } from "./list-webhooks.ts";

/**
 * Makes the draft the published version, with its triggers and schedules, in one transaction. A draft
 * that means the same as the published version gives that version again; that of an agent does so only where its tools
 * are the same, too. `by` is the member who did it, `actor` what
 * the audit names: the member or a key of theirs.
 * Throws `flow_has_problems` with `problems`, `not_found`.
 */
export async function publishFlow(
  parts: FlowParts,
  scope: Scope,
  slug: string,
  by: string,
  actor: string,
  kind: FlowKind = "flow",
): Promise<Published> {
  const { keys } = await parts.projects.get(scope);
  const { flow, published } = await inScope(parts.database, scope, async (tx) => {
    const row = await lockOfKind(tx, scope.project, slug, kind);
    const same = row.versionDigest?.equals(row.draftDigest) === true ? row.version : null;
    const version = kind === "flow" && same !== null ? same : await writeVersion(tx, parts, scope, keys, row, by, same);
    const unchanged = version === row.version;
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
  same: number | null,
): Promise<number> {
  const draft = openDraft(keys, row.id, row.draft);
  const drafted = draftedOf(row.kind, draft);
  const { flow: file, problems: found } = await compileDraft(parts, tx, { scope, keys, slug: row.slug }, drafted);
  const problems = placeProblems(found, null).map((one) => ({ ...one, line: lineIn(draft.problems, one) }));
  if (problems.length > 0) throw hasProblems(row, problems);
  if (same !== null && (await isStored(tx, scope, keys, { flow: row.id, version: same, file }))) return same;
  const nowMs = parts.clock.nowMs();
  const version = (row.version ?? 0) + 1;
  const digest = digestFile(keys, drafted.file);
  const agent = drafted.kind === "agent" ? drafted.file : undefined;
  const definition = sealDefinition(keys, row.id, version, file, agent);
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

/** Whether a version is the very flow that the draft comes to now: what an agent can call is the project's, and changes. */
async function isStored(
  tx: Transaction,
  { project }: Scope,
  keys: ProjectKeys,
  { flow, version, file }: { readonly flow: string; readonly version: number; readonly file: FlowFile },
): Promise<boolean> {
  const stored = await findFlowVersion(tx, project, flow, version);
  if (stored === null) return false;
  const before = openDefinition(keys, flow, version, stored.definition);
  return canonicalJson(plainFile(before)) === canonicalJson(plainFile(file));
}

async function appendPublished(
  tx: Transaction,
  { clock }: FlowParts,
  { organization, project }: Scope,
  { row, version, actor }: { readonly row: FlowDraftRow; readonly version: number | null; readonly actor: string },
): Promise<void> {
  const now = clock.nowMs();
  const facts = { id: showId("flw", row.id), version };
  await appendActs(
    tx,
    organization,
    [actOn(project, actor, `${row.kind}.published`, `${row.kind}:${row.slug}`, facts, now)],
    now,
  );
}

/** The line on which the draft's text had a field, as far as saving it found a problem there. */
function lineIn(problems: readonly DraftProblem[], one: DraftProblem): number | null {
  return problems.find((before) => before.field === one.field)?.line ?? null;
}

function hasProblems({ slug, kind }: FlowDraftRow, problems: readonly DraftProblem[]): AppError {
  const { field, message } = problems[0]!;
  const more = problems.length === 1 ? "" : `, and ${problems.length - 1} more`;
  return new AppError("flow_has_problems", `the draft of "${slug}" can't be published: ${field}: ${message}${more}`, {
    [kind]: slug,
    problems,
  });
}

import type { Draft, DraftProblem, FlowFile } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Transaction } from "../core/ports/database.ts";
import { appendActs } from "../store/append-acts.ts";
import { insertFlow, lockFlow, updateDraft } from "../store/flows.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { FlowParts } from "./flow-parts.ts";
import { checkActions } from "./check-actions.ts";
import { checkEvents } from "./check-events.ts";
import { endGrantsTo } from "./end-grants-to.ts";
import { compileInTurns } from "./compile-in-turns.ts";
import { positionsOf } from "./line-of.ts";
import { readFlowFile } from "./read-flow-file.ts";
import { digestFile, plainFile, sealDraft } from "./sealed-flow.ts";

export interface SavedDraft {
  readonly draft: Draft;
  /** Whether the flow is new. */
  readonly created: boolean;
}

const ATTEMPTS_MAX = 3;

/**
 * Stores the flow file in a text as the flow's draft, with what is not yet right about it, by line. The
 * published version goes on as it is. Throws `flow_invalid`, `media_type_unsupported`, `body_too_large`.
 */
export async function saveDraft(
  parts: FlowParts,
  scope: Scope,
  slug: string,
  content: string | Uint8Array,
  mediaType: string,
): Promise<SavedDraft> {
  const { file } = readFlowFile(content, mediaType);
  const text = typeof content === "string" ? content : Buffer.from(content).toString();
  const problems = await findProblems(parts, scope, file, text);
  const { keys } = await parts.projects.get(scope);
  const draft = { written: writtenIn(text) ?? plainFile(file), problems };
  const draftDigest = digestFile(keys, file);
  const store = async (tx: Transaction): Promise<boolean | null> => {
    const before = await lockFlow(tx, scope.project, slug);
    const id = before?.id ?? parts.ids.uuid();
    const values = {
      id,
      slug,
      name: file.name,
      draft: sealDraft(keys, id, draft),
      draftDigest,
      draftProblems: problems.length,
      nowMs: parts.clock.nowMs(),
    };
    if (!before) {
      if (!(await insertFlow(tx, scope, values))) return null;
      // What was granted to one of that name which was deleted is none of this one's.
      await appendActs(tx, scope.organization, await endGrantsTo(tx, scope, slug, values.nowMs), values.nowMs);
      return true;
    }
    await tx.query(updateDraft(scope.project, values));
    return false;
  };
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const created = await inScope(parts.database, scope, store);
    if (created !== null) return { draft: { slug, name: file.name, problems }, created };
  }
  throw new AppError("conflict", `the flow "${slug}" is being made and deleted by others right now`, { flow: slug });
}

/** What keeps a flow file from being published; lines are those of the text, when it is given. */
export async function findProblems(
  { kinds, connectors }: Pick<FlowParts, "kinds" | "connectors">,
  scope: Scope,
  file: FlowFile,
  text: string | null,
): Promise<DraftProblem[]> {
  const compiled = (await compileInTurns(file, kinds)).problems;
  const ofActions =
    connectors === undefined
      ? []
      : [...(await checkActions(connectors, scope, file)), ...(await checkEvents(connectors, scope, file))];
  const told = new Set(compiled.map(({ field, message }) => `${field} ${message}`));
  const problems = [...compiled, ...ofActions.filter(({ field, message }) => !told.has(`${field} ${message}`))];
  if (problems.length === 0) return [];
  const position =
    text === null
      ? null
      : positionsOf(
          text,
          problems.map((one) => one.field),
        );
  return problems.map((one) => ({ ...one, line: position?.(one.field).line ?? null }));
}

/** A JSON text as it was written; null for YAML, which is kept as it was read. */
function writtenIn(text: string): Json | null {
  try {
    const written: Json = JSON.parse(text);
    return written;
  } catch {
    return null;
  }
}

import type { Draft, DraftProblem } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import type { FlowProblem } from "../core/flow/compile-flow.ts";
import type { Json } from "../core/json.ts";
import type { Transaction } from "../core/ports/database.ts";
import { appendActs } from "../store/append-acts.ts";
import { type FlowKind, insertFlow, lockFlow, updateDraft } from "../store/flows.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { FlowParts } from "./flow-parts.ts";
import { compileDraft } from "./compile-draft.ts";
import { endGrantsTo } from "./end-grants-to.ts";
import { positionsOf } from "./line-of.ts";
import { readAgentFile, readFlowFile } from "./read-flow-file.ts";
import { digestFile, type Drafted, plainFile, sealDraft } from "./sealed-flow.ts";

export interface SavedDraft {
  readonly draft: Draft;
  /** Whether the flow is new. */
  readonly created: boolean;
}

const ATTEMPTS_MAX = 3;

/**
 * Stores the flow file, or agent file, in a text as the draft of the flow, or agent, with what is not yet right about it, by line. The
 * published version goes on as it is. Throws `flow_invalid`, `media_type_unsupported`, `body_too_large`,
 * and `conflict` where the slug is one of the other kind.
 */
export async function saveDraft(
  parts: FlowParts,
  scope: Scope,
  slug: string,
  content: string | Uint8Array,
  mediaType: string,
  kind: FlowKind = "flow",
): Promise<SavedDraft> {
  const drafted: Drafted =
    kind === "flow" ? { kind, ...readFlowFile(content, mediaType) } : { kind, ...readAgentFile(content, mediaType) };
  const { file } = drafted;
  const text = typeof content === "string" ? content : Buffer.from(content).toString();
  const { keys } = await parts.projects.get(scope);
  const found = await inScope(parts.database, scope, (tx) => compileDraft(parts, tx, { scope, keys, slug }, drafted));
  const problems = placeProblems(found.problems, text);
  const draft = { written: writtenIn(text) ?? plainFile(file), problems };
  const draftDigest = digestFile(keys, file);
  const store = async (tx: Transaction): Promise<boolean | null> => {
    const before = await lockFlow(tx, scope.project, slug);
    if (before && before.kind !== kind) throw otherKind(slug, before.kind);
    const id = before?.id ?? parts.ids.uuid();
    const values = {
      id,
      slug,
      kind,
      name: file.name,
      draft: sealDraft(keys, id, draft),
      draftDigest,
      draftProblems: problems.length,
      nowMs: parts.clock.nowMs(),
    };
    if (!before) {
      if (!(await insertFlow(tx, scope, values))) return null;
      // What was granted to one of that name which was deleted is none of this one's.
      await appendActs(
        tx,
        scope.organization,
        await endGrantsTo(tx, scope, `${kind}:${slug}`, values.nowMs),
        values.nowMs,
      );
      return true;
    }
    await tx.query(updateDraft(scope.project, values));
    return false;
  };
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const created = await inScope(parts.database, scope, store);
    if (created !== null) return { draft: { slug, name: file.name, problems }, created };
  }
  throw new AppError("conflict", `the ${kind} "${slug}" is being made and deleted by others right now`, {
    [kind]: slug,
  });
}

function otherKind(slug: string, is: FlowKind): AppError {
  const message = `the name "${slug}" is ${is === "agent" ? "an agent" : "a flow"}'s: flows and agents share their names, choose another`;
  return new AppError("conflict", message, { [is]: slug });
}

/** Problems with their lines in the text, when it is given. */
export function placeProblems(problems: readonly FlowProblem[], text: string | null): DraftProblem[] {
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

/** What a draft comes to: the flow that runs, and what keeps it from being published. */
import { type FlowFile, TOOLS_MAX } from "@steward/sdk";
import { type Callable, compileAgent } from "../core/agent/compile-agent.ts";
import type { FlowProblem } from "../core/flow/compile-flow.ts";
import type { Transaction } from "../core/ports/database.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { listCallables } from "../store/flow-versions.ts";
import type { FlowKind } from "../store/flows.ts";
import type { Scope } from "../store/scope.ts";
import { checkActions } from "./check-actions.ts";
import { checkEvents } from "./check-events.ts";
import { compileInTurns } from "./compile-in-turns.ts";
import type { FlowParts } from "./flow-parts.ts";
import { type Drafted, openDefinition } from "./sealed-flow.ts";

export interface CompiledDraft {
  readonly flow: FlowFile;
  readonly problems: readonly FlowProblem[];
}

interface Around {
  readonly scope: Scope;
  readonly keys: ProjectKeys;
  readonly slug: string;
}

type Parts = Pick<FlowParts, "kinds" | "connectors">;

export async function compileDraft(
  parts: Parts,
  tx: Transaction,
  around: Around,
  drafted: Drafted,
): Promise<CompiledDraft> {
  if (drafted.kind === "flow")
    return { flow: drafted.file, problems: await checkFlow(parts, around.scope, drafted.file) };
  const { file } = drafted;
  const connectors = (await parts.connectors?.list(around.scope)) ?? [];
  const callables = await callablesOf(tx, around, file.tools);
  const { flow, problems, fieldOf } = compileAgent(file, { slug: around.slug, connectors, callables });
  const found = (await checkFlow(parts, around.scope, flow)).map((one) => ({ ...one, field: fieldOf(one.field) }));
  return { flow, problems: once([...problems, ...found].map((one) => ({ ...one, step: null }))) };
}

async function checkFlow({ kinds, connectors }: Parts, scope: Scope, file: FlowFile): Promise<readonly FlowProblem[]> {
  const compiled = (await compileInTurns(file, kinds)).problems;
  if (connectors === undefined) return compiled;
  return once([
    ...compiled,
    ...(await checkActions(connectors, scope, file)),
    ...(await checkEvents(connectors, scope, file)),
  ]);
}

function once(problems: readonly FlowProblem[]): readonly FlowProblem[] {
  return [...new Map(problems.map((one) => [`${one.field} ${one.message}`, one])).values()];
}

/** The published flows and agents that the patterns of an agent name. */
async function callablesOf(
  tx: Transaction,
  { scope, keys }: Around,
  tools: readonly string[],
): Promise<readonly Callable[]> {
  const named = tools.flatMap((pattern) => /^(flow|agent):(.+)$/.exec(pattern)?.slice(1, 3) ?? []);
  if (named.length === 0) return [];
  const kinds: readonly FlowKind[] = ["flow", "agent"];
  const rows = await listCallables(tx, scope.project, {
    slugs: named,
    whole: kinds.filter((kind) => tools.includes(`${kind}:*`)),
    limit: 2 * TOOLS_MAX, // more than that is a problem of the draft, whichever they are
  });
  return rows.map(({ id, slug, kind, name, version, definition }) => {
    const { description = null, input = null } = openDefinition(keys, id, version, definition);
    return { slug, kind, name, description, input };
  });
}

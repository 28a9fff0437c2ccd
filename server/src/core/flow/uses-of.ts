/** What a version of a flow acts with: its connections and credentials, and what it does with them. */
import type { FlowFile, Step, Trigger } from "@steward/sdk";
import { isJsonObject, type Json } from "../json.ts";

/** `own`: a connector, of which whoever started the run has the connection. */
export interface FlowUse {
  readonly kind: "connection" | "credential" | "own";
  /** A slug, a connector's id, or `ANY_NAME`. */
  readonly name: string;
  /** As grants name it; `SIGNED_BY` where a credential verifies what comes in. */
  readonly action: string;
}

/** What only the run can tell. */
export const ANY_NAME = "*";
/** No action, since no grant is about it. */
export const SIGNED_BY = "webhook";
/** The own connection of whoever started the run. */
const OWN = "me";
/** Steps that act with a connection, and what they do with it; `action` names its own. */
const ACTIONS: Readonly<Record<string, string>> = {
  model: "model.generate",
  embed: "model.embed",
  agent: "model.generate",
};

/** Each once. What is not written as it must be is left out: it is among the draft's problems, and does nothing. */
export function usesOf(file: FlowFile): readonly FlowUse[] {
  const uses = new Map<string, FlowUse>();
  for (const use of [...file.triggers.flatMap(ofTrigger), ...ofSteps(file.steps)])
    uses.set(`${use.kind} ${use.name} ${use.action}`, use);
  return [...uses.values()];
}

function ofTrigger(trigger: Trigger): readonly FlowUse[] {
  if (trigger.kind === "event") return named(trigger.connection, trigger.event);
  if (trigger.kind !== "webhook" || trigger.signature === undefined) return [];
  return [{ kind: "credential", name: trigger.signature.credential, action: SIGNED_BY }];
}

function* ofSteps(steps: readonly Step[]): Generator<FlowUse, void, undefined> {
  for (const step of steps) {
    yield* ofStep(step);
    if (step.steps) yield* ofSteps(step.steps);
  }
}

function ofStep({ kind, input }: Step): readonly FlowUse[] {
  if (kind === "action" && typeof input["action"] === "string") return named(input["connection"], input["action"]);
  if (kind === "http") return credential(input["credential"]);
  const action = ACTIONS[kind];
  if (action === undefined) return [];
  const { fallbacks } = input;
  const others =
    typeof fallbacks === "string" ? [fallbacks] : Array.isArray(fallbacks) ? fallbacks.map(connectionIn) : [];
  return [input["connection"], ...others].flatMap((connection) => named(connection, action));
}

/** A fallback may name the connection alone, or with its model. */
function connectionIn(fallback: Json): Json | undefined {
  return isJsonObject(fallback) ? fallback["connection"] : fallback;
}

function named(connection: unknown, action: string): readonly FlowUse[] {
  if (typeof connection !== "string" || connection === "") return [];
  if (connection === OWN) return [{ kind: "own", name: connectorOf(action), action }];
  if (!isExpression(connection)) return [{ kind: "connection", name: connection, action }];
  // It may come to `me`, too.
  return [
    { kind: "connection", name: ANY_NAME, action },
    { kind: "own", name: connectorOf(action), action },
  ];
}

function credential(given: unknown): readonly FlowUse[] {
  if (typeof given !== "string" || given === "") return [];
  return [{ kind: "credential", name: isExpression(given) ? ANY_NAME : given, action: "http.request" }];
}

const isExpression = (text: string): boolean => text.includes("{{");
const connectorOf = (action: string): string => action.slice(0, action.indexOf("."));

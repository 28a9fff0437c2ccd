/**
 * Fields that a flow's author marked private: they lie in a sealed row of their own, which the
 * commit that ends the run deletes, and are never shown. A record shows null in their place.
 */
import type { Step } from "@steward/sdk";
import { isJsonObject, type Json } from "../json.ts";
import type { RunRecord } from "./record.ts";
import { DONE, type RunState } from "./state.ts";

/** What was taken out of one record, by path. */
export type Hidden = Readonly<Record<string, Json>>;

/** An effect's arguments are made of its step's input: hidden as a whole when any of that is. */
const EFFECT = "effect";
/** What an effect gave, of which the step's output is made: hidden as a whole too. */
const OUTCOME = "outcome";

/** Where a record has the arguments of an effect; null where it has none. */
function argumentsIn(record: RunRecord): readonly string[] | null {
  if (record.t === "begin") return ["pending", "effect", "arguments"];
  if (record.t === "next") return ["effect", "arguments"];
  return record.t === "decided" ? ["changed", "arguments"] : null;
}

/** Paths such as `output.token` that are private in a record about to be applied. */
export function privatePaths(state: RunState, record: RunRecord): readonly string[] {
  if (record.t === "step" || record.t === "begin") return state.flow.steps.get(record.step)?.definition.private ?? [];
  if (record.t === "end" || record.t === "decided" || record.t === "next")
    return state.active.get(record.of)?.step.definition.private ?? [];
  return record.t === "ended" ? resultPaths(state) : [];
}

/** A run's output is what its end steps, or its reply, gave: what is private there is private here. */
function resultPaths(state: RunState): readonly string[] {
  if (state.reply)
    return [...state.flow.steps.values()].flatMap((step) =>
      step.kind.kind === "reply" ? outputs(step.definition) : [],
    );
  const { graph, status } = state.root;
  const ran = graph.ends.filter((index) => status[index] === DONE).map((index) => graph.steps[index]!);
  if (ran.length === 1) return outputs(ran[0]!.definition);
  return ran.flatMap((step) => outputs(step.definition).map((path) => path.replace(/^output/, `output.${step.id}`)));
}

function outputs(step: Step): readonly string[] {
  return (step.private ?? []).filter((path) => path.split(".")[0] === "output");
}

/** The record as it is stored, and what is hidden of it; null when nothing is. */
export function hidePrivate(
  record: RunRecord,
  paths: readonly string[],
): { readonly shown: RunRecord; readonly hidden: Hidden } | null {
  let shown: Json = asJson(record);
  const hidden: Record<string, Json> = {};
  const hide = (name: string, at: readonly string[]): void => {
    const taken = take(shown, at);
    if (!taken) return;
    hidden[name] = taken.value;
    shown = taken.rest;
  };
  for (const path of paths) hide(path, path.split("."));
  const effect = argumentsIn(record);
  if (effect && paths.some((path) => path.split(".")[0] === "input")) hide(EFFECT, effect);
  if (record.t === "next" && paths.some((path) => path.split(".")[0] === "output")) hide(OUTCOME, [OUTCOME]);
  return Object.keys(hidden).length === 0 ? null : { shown: asRecord(shown), hidden };
}

/** The record as it was before `hidePrivate`. */
export function restorePrivate(record: RunRecord, hidden: Hidden): RunRecord {
  let whole: Json = asJson(record);
  // Innermost last would be lost in an outer one: the later a path was taken out, the earlier it goes back.
  for (const [path, value] of Object.entries(hidden).toReversed()) {
    whole = put(whole, (path === EFFECT && argumentsIn(record)) || path.split("."), value);
  }
  return asRecord(whole);
}

function take(value: Json, path: readonly string[]): { readonly value: Json; readonly rest: Json } | null {
  const [name, ...inner] = path;
  if (name === undefined) return { value, rest: null };
  if (!isJsonObject(value) || !Object.hasOwn(value, name)) return null;
  const taken = take(value[name] ?? null, inner);
  return taken && { value: taken.value, rest: { ...value, [name]: taken.rest } };
}

function put(value: Json, path: readonly string[], given: Json): Json {
  const [name, ...inner] = path;
  if (name === undefined) return given;
  const object = isJsonObject(value) ? value : {};
  return { ...object, [name]: put(object[name] ?? null, inner, given) };
}

function asJson(record: RunRecord): Json {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a record is JSON: it is stored as such
  return record as unknown as Json;
}

function asRecord(value: Json): RunRecord {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only values within its fields were replaced
  return value as unknown as RunRecord;
}

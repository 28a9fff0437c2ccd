/**
 * Turns a flow file into the graph the engine walks, and lists everything that keeps it from being
 * published: each problem names its field as in `steps[2].input.url`.
 */
import type { FlowFile, Step } from "@steward/sdk";
import { z } from "zod";
import { compileTemplate, type ExpressionRoom, type Template } from "../expression/template.ts";
import { atOnce, type Slices } from "../in-turns.ts";
import type { Json, JsonObject } from "../json.ts";
import { checkSchema } from "../models/json-schema.ts";
import type { StepKind, StepKinds } from "../step-kind.ts";
import { checkInput } from "./check-input.ts";
import { compileTriggers } from "./compile-triggers.ts";
import type { CompiledFlow, Graph, GraphStep } from "./graph.ts";
import { findCycle, orderOf } from "./order.ts";

export interface FlowProblem {
  readonly field: string;
  readonly step: string | null;
  readonly message: string;
}

/** Names that every expression of a flow may start from. */
const NAMES = ["trigger", "steps", "run", "vars"] as const;
const DEPTH_MAX = 16;
const PROBLEMS_MAX = 200;
/** Expressions of one step and of a whole flow, and the characters of their sources: 20 µs each, and 0.15 s a million. */
const STEP_EXPRESSIONS_MAX = 1000;
const FLOW_EXPRESSIONS_MAX = 10_000;
const FLOW_CHARACTERS_MAX = 1_000_000;
const NO_ROOM = `a step has at most ${STEP_EXPRESSIONS_MAX} expressions and a flow ${FLOW_EXPRESSIONS_MAX}, of ${FLOW_CHARACTERS_MAX} characters: move some to flows of their own`;

interface Compilation {
  readonly kinds: StepKinds;
  readonly problems: FlowProblem[];
  readonly byId: Map<string, GraphStep>;
  readonly fieldOf: Map<string, string>;
  readonly room: ExpressionRoom;
}

export interface CompiledFile {
  readonly flow: CompiledFlow;
  readonly problems: readonly FlowProblem[];
}

export function compileFlow(file: FlowFile, kinds: StepKinds): CompiledFile {
  return atOnce(compileSlices(file, kinds));
}

/** The same in slices of one step each, whose work is counted in steps and expressions. */
export function* compileSlices(file: FlowFile, kinds: StepKinds): Slices<CompiledFile> {
  const compilation: Compilation = {
    kinds,
    problems: [],
    byId: new Map(),
    fieldOf: new Map(),
    room: { expressions: FLOW_EXPRESSIONS_MAX, characters: FLOW_CHARACTERS_MAX, none: NO_ROOM },
  };
  collectIds(compilation, file.steps, "steps");
  const graph = yield* compileGraph(compilation, file.steps, "steps", { names: [], before: () => false, depth: 1 });
  const { triggers, dedupeBy } = compileTriggers(file, (field, message) => report(compilation, field, null, message));
  for (const { at, message } of file.input === undefined ? [] : checkSchema(file.input))
    report(compilation, at === "" ? "input" : `input.${at}`, null, message);
  const steps = compilation.byId;
  const hasPrivate = [...steps.values()].some((step) => (step.definition.private?.length ?? 0) > 0);
  const flow = { file, graph, triggers, hasPrivate, steps, templates: { dedupeBy } };
  return { flow, problems: compilation.problems.slice(0, PROBLEMS_MAX) };
}

function report(compilation: Compilation, field: string, step: string | null, message: string): void {
  compilation.problems.push({ field, step, message });
}

function collectIds(compilation: Compilation, steps: readonly Step[], field: string): void {
  for (const [at, step] of steps.entries()) {
    const own = `${field}[${at}]`;
    const other = compilation.fieldOf.get(step.id);
    if (other === undefined) compilation.fieldOf.set(step.id, own);
    else report(compilation, `${own}.id`, step.id, `the id "${step.id}" is taken by ${other}: give this step another`);
    if (step.steps) collectIds(compilation, step.steps, `${own}.steps`);
  }
}

interface Surroundings {
  readonly names: readonly string[];
  /** Whether the step of this id has ended, or been skipped, whenever this graph runs. */
  readonly before: (id: string) => boolean;
  readonly depth: number;
}

function* compileGraph(
  compilation: Compilation,
  steps: readonly Step[],
  field: string,
  around: Surroundings,
): Slices<Graph> {
  if (around.depth > DEPTH_MAX) {
    report(
      compilation,
      field,
      null,
      `steps are nested more than ${DEPTH_MAX} deep: move the inner ones to a flow of their own`,
    );
    return { steps: [], starts: [], ends: [] };
  }
  const index = new Map<string, number>();
  for (const [at, step] of steps.entries()) if (!index.has(step.id)) index.set(step.id, at);
  const edges = steps.map((step, at) => edgesOf(compilation, step, `${field}[${at}]`, index));
  const cycle = findCycle(edges.map((ports) => [...ports.values()].flat()));
  if (cycle) {
    const names = cycle.map((at) => steps[at]!.id);
    report(
      compilation,
      `${field}[${cycle[0]}].next`,
      names[0]!,
      `these steps lead back to each other: ${[...names, names[0]].join(" -> ")}. Use an each or while step to repeat`,
    );
  }
  const incoming = new Int32Array(steps.length);
  for (const ports of edges) for (const targets of ports.values()) for (const target of targets) incoming[target]!++;
  const precedes = orderOf(edges.map((ports) => [...ports.values()].flat()));
  const compiled: GraphStep[] = [];
  for (const [at, step] of steps.entries()) {
    const before = (id: string): boolean => {
      const other = index.get(id);
      return other === undefined ? around.before(id) : precedes(other, at);
    };
    const room = compilation.room.expressions;
    const here = { ...around, before };
    compiled.push(yield* compileStep(compilation, step, at, `${field}[${at}]`, edges[at]!, incoming[at]!, here));
    yield 1 + room - compilation.room.expressions;
  }
  const starts = compiled.filter((step) => step.incoming === 0).map((step) => step.index);
  const ends = compiled
    .filter((step) => [...step.ports.values()].every((targets) => targets.length === 0))
    .map((step) => step.index);
  return { steps: compiled, starts, ends };
}

function edgesOf(
  compilation: Compilation,
  step: Step,
  field: string,
  index: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly number[]> {
  const kind = compilation.kinds.get(step.kind);
  const known = [...(kind?.ports(step) ?? ["out"]), ...(step.onError === "port" ? ["error"] : [])];
  const lists = Array.isArray(step.next) ? { [known[0] ?? "out"]: step.next } : step.next;
  const ports = new Map<string, number[]>(known.map((port) => [port, []]));
  if (Array.isArray(step.next) && step.next.length > 0 && (kind?.ports(step).length ?? 1) > 1) {
    report(
      compilation,
      `${field}.next`,
      step.id,
      `this step has the ports ${known.join(", ")}: give next as { "${known[0]}": [...] }`,
    );
  }
  for (const [port, targets] of Object.entries(lists)) {
    const where = Array.isArray(step.next) ? `${field}.next` : `${field}.next.${port}`;
    if (!ports.has(port)) {
      const hint = port === "error" ? 'set "onError": "port" to use it' : `it has ${known.join(", ")}`;
      report(compilation, where, step.id, `this step has no port "${port}": ${hint}`);
      continue;
    }
    const list = ports.get(port)!;
    for (const [at, target] of targets.entries()) {
      const found = index.get(target);
      if (found === undefined)
        report(compilation, `${where}[${at}]`, step.id, `there is no step "${target}" beside this one`);
      else if (!list.includes(found)) list.push(found);
    }
  }
  return ports;
}

function* compileStep(
  compilation: Compilation,
  step: Step,
  index: number,
  field: string,
  ports: ReadonlyMap<string, readonly number[]>,
  incoming: number,
  around: Surroundings,
): Slices<GraphStep> {
  const kind = compilation.kinds.get(step.kind);
  const problem = (at: string, message: string) => report(compilation, `${field}.${at}`, step.id, message);
  const flowRoom = compilation.room.expressions;
  const compile = (value: Json | undefined, at: string, more: readonly string[] = []): Template => {
    const { room } = compilation;
    const beyond = Math.max(0, flowRoom - STEP_EXPRESSIONS_MAX); // what this step must leave to the others
    const own: ExpressionRoom = { ...room, expressions: room.expressions - beyond };
    const names = [...NAMES, ...around.names, ...more];
    const { template, problems, steps } = compileTemplate(value ?? null, at, names, own);
    room.expressions = own.expressions + beyond;
    room.characters = own.characters;
    for (const one of problems) problem(one.field, one.message);
    for (const id of steps) {
      if (!around.before(id) && !more.includes(`steps.${id}`)) problem(at, whyNotBefore(compilation, id));
    }
    return template;
  };
  const deferred = new Set(Object.keys(kind?.deferred?.shape ?? {}));
  const eager = Object.fromEntries(Object.entries(step.input).filter(([name]) => !deferred.has(name))) as JsonObject;
  const input = compile(eager, "input");
  if (!kind)
    problem("kind", `there is no kind of step "${step.kind}": use one of ${[...compilation.kinds.keys()].join(", ")}`);
  else checkInput(kind, step, problem);
  const prepared = kind?.prepare?.(step, compile, problem);
  let body: Graph | null = null;
  if (kind?.body) {
    if (!kind.asks && (!step.steps || step.steps.length === 0))
      problem("steps", `a step of kind ${step.kind} repeats its own steps: give it at least one`);
    body = yield* compileGraph(compilation, step.steps ?? [], `${field}.steps`, {
      names: [...new Set([...around.names, ...kind.body.names])],
      before: around.before,
      depth: around.depth + 1,
    });
  } else if (step.steps)
    problem("steps", `a step of kind ${step.kind} has no steps of its own: connect them with next`);
  const compiled: GraphStep = {
    id: step.id,
    index,
    kind: kind ?? MISSING,
    definition: step,
    input,
    prepared,
    incoming,
    ports,
    body,
    ask: kind?.asks ? askGraph(compilation, step, kind.asks, prepared) : null,
  };
  if (!compilation.byId.has(step.id)) compilation.byId.set(step.id, compiled);
  return compiled;
}

/** The one step by which a step of a kind that asks does it: made of the names that each question is given. */
function askGraph(compilation: Compilation, step: Step, kind: StepKind, prepared: unknown): Graph {
  const { template } = compileTemplate("{{ ask }}", "input", ["ask"]);
  const id = `${step.id.slice(0, 57)}_think`;
  const taken = compilation.fieldOf.get(id);
  if (taken !== undefined) report(compilation, `${taken}.id`, id, `the id "${id}" is that of a question: give another`);
  const definition: Step = {
    id,
    kind: kind.kind,
    input: {},
    next: [],
    onError: "fail",
    ifUnknown: "repeat",
    ...(step.retry === undefined ? {} : { retry: step.retry }),
  };
  const ports = new Map(kind.ports(definition).map((port) => [port, []]));
  const asked: GraphStep = {
    id: definition.id,
    index: 0,
    kind,
    definition,
    input: template,
    prepared,
    incoming: 0,
    ports,
    body: null,
    ask: null,
  };
  compilation.byId.set(id, asked);
  return { steps: [asked], starts: [0], ends: [0] };
}

function whyNotBefore(compilation: Compilation, id: string): string {
  return compilation.fieldOf.has(id)
    ? `steps.${id} does not come before this step: connect them with next, or read what does`
    : `there is no step "${id}" in this flow`;
}

/** Stands in for an unknown kind in a draft, which is never run. */
const MISSING: StepKind = {
  kind: "missing",
  title: "Missing",
  summary: "",
  schema: z.unknown(),
  example: {},
  ports: () => ["out"],
  run: () => ({
    kind: "fail",
    error: { code: "kind_unknown", message: "this kind of step does not exist" },
    retry: "never",
  }),
};

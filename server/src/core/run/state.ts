/** The state of a run in memory: frames (a graph being walked), loops, and what has begun and not ended. */
import type { AgentInput } from "../agent/agent-input.ts";
import type { AgentTool } from "../agent/agent-turn.ts";
import type { CompiledFlow, Graph, GraphStep } from "../flow/graph.ts";
import type { Json, JsonObject } from "../json.ts";
import type {
  CancelCause,
  BeginRecord,
  DecidedRecord,
  EndedRecord,
  EventRecord,
  Hold,
  Pending,
  RunFailure,
  UnknownRecord,
} from "./record.ts";

/** A step's place in its frame: 0 to come, 1 ready or begun, 2 done, 3 skipped, 4 failed. */
export const COMING = 0;
export const OPEN = 1;
export const DONE = 2;
export const SKIPPED = 3;
export const FAILED = 4;

/** One walk through a graph: the whole flow, or one iteration of a loop. */
export interface Frame {
  readonly graph: Graph;
  readonly path: readonly number[];
  readonly loop: Loop | null;
  /** Outputs by step id as expressions see them: this graph's and those of the graphs around it. */
  readonly steps: Record<string, Json>;
  /** What the loops around add to the scope: `item`, `index`. */
  readonly names: JsonObject;
  readonly incoming: Int32Array;
  readonly taken: Uint8Array;
  readonly status: Uint8Array;
  /** Steps that are neither done nor skipped. */
  left: number;
}

export interface Task {
  readonly frame: Frame;
  readonly step: GraphStep;
  readonly attempt: number;
}

/** `id` is a UUID, `digest` (base64url) of what was approved; `how` is null before people have decided. */
export interface GivenApproval {
  readonly id: string;
  readonly digest: string;
  readonly how: DecidedRecord["how"] | null;
}

/** A step that has begun and not ended. */
export interface Active extends Task {
  readonly seq: number;
  readonly begin: BeginRecord;
  /** What it waits for now: at first that of its begin record. */
  pending: Pending;
  /** From 1: which of the step's effects this is. */
  ordinal: number;
  /** How often that effect was sent, by intents. Before the first of them nothing of it can have left. */
  sent: number;
  unknown: UnknownRecord | null;
  /** What people were asked for last, and what they said. */
  approval: GivenApproval | null;
  /** How often people were asked about the step. */
  asked: number;
  /** Counters that the effect may hold something of. */
  holds: readonly Hold[];
  readonly loop: Loop | null;
}

/** What a step leaves behind that has ended, or has gone on to its next effect. */
export interface Closed {
  /** As `effectName` has it. */
  readonly effect: string;
  /** What it may hold of counters: to be settled. */
  readonly holds: readonly Hold[];
  /** UUID of the approval that was asked for last: it is not to be used any more. */
  readonly approval: string | null;
}

/** An agent's turn under way. */
export interface AgentLoop {
  readonly input: AgentInput;
  readonly tools: ReadonlyMap<string, AgentTool>;
  readonly ask: Graph;
  /** By iteration: null is a question to the model, a number which call of the last answer it is. */
  readonly iterations: (number | null)[];
  /** By iteration: why a tool failed. */
  readonly errors: Map<number, { readonly code: string; readonly message: string }>;
}

/** An each, while or agent step under way. */
export interface Loop {
  readonly seq: number;
  readonly body: Graph;
  readonly outer: Frame;
  readonly items: readonly Json[] | null;
  readonly parallel: number;
  readonly results: (Json | undefined)[];
  readonly frames: Map<number, Frame>;
  next: number;
  failure: RunFailure | null;
  /** An effect inside that may have happened and must not be repeated blindly has ended with the loop (R5). */
  unknown: boolean;
  /** Of an agent's turn: what each iteration is. */
  readonly agent: AgentLoop | null;
  /** The last iteration's outputs, which the condition of a while step may read. */
  last: Frame | null;
}

/** A failed attempt that will be followed by another. */
export interface RetryTimer extends Task {
  readonly dueMs: number;
}

export interface RunState {
  readonly flow: CompiledFlow;
  /** The number of the last applied record. */
  seq: number;
  root: Frame;
  trigger: Json;
  triggerId: string;
  acceptedAt: number;
  depth: number;
  /** A test: pinned outputs stand for their steps. */
  pinned: boolean;
  readonly ready: Map<string, Task>;
  readonly active: Map<number, Active>;
  readonly retries: Map<string, RetryTimer>;
  readonly mailbox: EventRecord[];
  /** Loops whose next iteration or end is to be decided, by the number of their begin record. */
  readonly turning: Set<number>;
  reply: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Json | undefined;
  } | null;
  failure: RunFailure | null;
  cancelledBy: string | null;
  /** Null where somebody wanted just that. */
  cancelledBecause: CancelCause | null;
  ended: EndedRecord | null;
  stepsEnded: number;
  effects: number;
  /** Runs it has begun by flow steps, whether it waits for them or not. */
  subRuns: number;
  /** UUID of the account that started it, itself or by the run that began this one. */
  starter: string | null;
  /** Whether it has read what others can write. */
  tainted: boolean;
  tokens: number;
  /** In microunits of `currency`, that of the first effect that had a price; others are not added up with it. */
  cost: bigint;
  currency: string | null;
  /** In the order of the records; only added to. */
  readonly closed: Closed[];
}

/** One text for one step in one iteration. */
export function placeKey(path: readonly number[], step: string): string {
  return path.length === 0 ? step : `${path.join(".")}/${step}`;
}

/** One text for one effect of a run, the same for each sending of it. */
export function effectName({ frame, step, attempt, ordinal }: Pick<Active, "frame" | "step" | "attempt" | "ordinal">) {
  return `${placeKey(frame.path, step.id)}#${attempt}${ordinal === 1 ? "" : `.${ordinal}`}`;
}

export function newFrame(graph: Graph, path: readonly number[], loop: Loop | null, names: Frame["names"]): Frame {
  const { steps } = graph;
  const incoming = new Int32Array(steps.length);
  for (const step of steps) incoming[step.index] = step.incoming;
  // Without a prototype, so that no id means more than an id. What is outside stays as it is while the frame runs.
  const outputs: Frame["steps"] = Object.create(null);
  Object.assign(outputs, loop?.outer.steps);
  return {
    graph,
    path,
    loop,
    steps: outputs,
    names: loop ? { ...loop.outer.names, ...names } : names,
    incoming,
    taken: new Uint8Array(steps.length),
    status: new Uint8Array(steps.length),
    left: steps.length,
  };
}

export function newRunState(flow: CompiledFlow): RunState {
  return {
    flow,
    seq: 0,
    root: newFrame(flow.graph, [], null, {}),
    trigger: null,
    triggerId: "",
    acceptedAt: 0,
    depth: 0,
    pinned: false,
    ready: new Map(),
    active: new Map(),
    retries: new Map(),
    mailbox: [],
    turning: new Set(),
    reply: null,
    failure: null,
    cancelledBy: null,
    cancelledBecause: null,
    ended: null,
    stepsEnded: 0,
    effects: 0,
    subRuns: 0,
    starter: null,
    tainted: false,
    tokens: 0,
    cost: 0n,
    currency: null,
    closed: [],
  };
}

/**
 * What a graph yields: the output of its one end step that ran, an object by id when several ran,
 * null when none did.
 */
export function resultOf(frame: Frame): Json | undefined {
  const ran = frame.graph.ends
    .filter((index) => frame.status[index] === DONE)
    .map((index) => frame.graph.steps[index]!);
  if (ran.length === 1) return frame.steps[ran[0]!.id];
  if (ran.length === 0) return null;
  return Object.fromEntries(ran.map((step) => [step.id, frame.steps[step.id] ?? null]));
}

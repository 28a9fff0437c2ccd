/**
 * What a kind of step is. A kind takes evaluated input and returns an outcome as data: it asks for
 * effects, waits, calls and loops, it never performs them. One file of one shape for each in `steps/`.
 */
import type { z } from "zod";
import type { ActionClass, Step } from "@steward/sdk";
import type { Evaluated, Template } from "./expression/template.ts";
import type { Json, JsonObject } from "./json.ts";
import type { ApprovalNeeded } from "./policy/decision.ts";
import type { CodeRuntime } from "./ports/code-runner.ts";

/** Why a step failed: `code` is stable and documented, `message` says what happened and what to do. */
export interface StepError {
  readonly code: string;
  readonly message: string;
  readonly details?: Json;
}

/** Whether another attempt may help: by the step's retry policy, never, or no sooner than the provider said. */
export type Retryable = "never" | "policy" | { readonly afterMs: number };

/**
 * As grants name it: `http.request`, `mail.send`, `sql.query`, `model.generate`, `gmail.send`. Each has its performer in
 * `gate` (`ActionPerformer` says how another one is added); what has none of its own is a connector's.
 */
export type EffectAction = `${string}.${string}`;

/** An act on the world that a step asks for; the gate performs it. */
export interface EffectRequest {
  readonly action: EffectAction;
  /** Canonical: validated, defaults filled in. An approval is bound to them, and may put others in their place. */
  readonly arguments: JsonObject;
  /** What it does to the other side; left out by effects of before, which count as reads of what others wrote. */
  readonly class?: ActionClass;
  /** Slug, or `me`: the own one of whoever started the run, of the action's connector. */
  readonly connection?: string | null;
  readonly credential: string | null;
  /** `safe`: may be sent again though unknown; `key`: sent with an idempotency key; `never`: not repeated blindly. */
  readonly repeat: "safe" | "key" | "never";
  readonly timeoutMs: number;
}

/** What became of an effect. Unknown: it may have happened and no complete answer was read (R5). */
export type EffectOutcome =
  | { readonly kind: "done"; readonly result: Json }
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  /** `afterMs`: no sooner, as the other side said. */
  | { readonly kind: "failed"; readonly code: string; readonly message: string; readonly afterMs?: number }
  | { readonly kind: "unknown"; readonly code: string; readonly message: string };

export interface CodeRequest {
  /** Light when left out. */
  readonly runtime?: CodeRuntime;
  readonly source: string;
  readonly argument: JsonObject;
}

export type StepOutcome =
  | { readonly kind: "output"; readonly output: Json | undefined; readonly port?: string }
  | { readonly kind: "fail"; readonly error: StepError; readonly retry: Retryable }
  | {
      readonly kind: "reply";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly output: Json | undefined;
    }
  | { readonly kind: "effect"; readonly effect: EffectRequest }
  | { readonly kind: "code"; readonly code: CodeRequest }
  /** People are asked, and the step goes on by the port `approved`, `rejected` or `expired`. They see `shown`. */
  | { readonly kind: "approval"; readonly needed: Omit<ApprovalNeeded, "reasons">; readonly shown: JsonObject }
  /** Until a moment or for an event; a wait for an event fails as `wait_timeout` when none came in `timeoutMs`. */
  | {
      readonly kind: "wait";
      readonly dueMs: number | null;
      readonly event: string | null;
      readonly timeoutMs: number | null;
    }
  | { readonly kind: "call"; readonly flow: string; readonly input: Json | undefined; readonly wait: boolean }
  | { readonly kind: "each"; readonly items: readonly Json[]; readonly parallel: number }
  | { readonly kind: "while"; readonly max: number }
  /** An agent's turn; `input` is what its records keep. */
  | { readonly kind: "agent"; readonly input: JsonObject };

/** What a running step may look at: nothing but data, the present moment and its own templates. */
export interface StepContext {
  readonly nowMs: number;
  /** Evaluates one of the kind's own templates with `item`, `index` or the like added to the scope. */
  evaluate(template: Template, more?: Readonly<Record<string, Json | undefined>>): Evaluated;
  /** The scope as a plain object, for code steps. */
  scope(): JsonObject;
}

/** Compiles one field of a step's input; `more` are names in scope there beyond the step's own. */
export type CompileField = (value: Json | undefined, field: string, more?: readonly string[]) => Template;

/**
 * `Input` is what the step's input evaluates to, validated by `schema`, recorded, and given to `run`.
 * Fields named in `deferred` are left out of it: the kind compiles them itself in `prepare` and
 * evaluates them when and as often as it needs (per item, per case).
 */
export interface StepKind<Input = unknown, Prepared = unknown> {
  readonly kind: string;
  readonly title: string;
  readonly summary: string;
  /** The input without its deferred fields. Each field's description is its documentation. */
  readonly schema: z.ZodType<Input>;
  /** The deferred fields as they are written in the file: for documentation and for checks at publish. */
  readonly deferred?: z.ZodObject;
  readonly example: JsonObject;
  /** Whether the step nests `steps`, and which names are in scope there. */
  readonly body?: { readonly names: readonly string[] };
  /** Of a kind whose iterations are questions, each to a step of this kind, and the steps of its own that the answers ask for. */
  readonly asks?: StepKind;
  /** Ports beside `error`, from the step as written. The first is where an output goes by default. */
  ports(step: Step): readonly string[];
  prepare?(step: Step, compile: CompileField, problem: (field: string, message: string) => void): Prepared;
  run(input: Input, context: StepContext, prepared: Prepared): StepOutcome;
  /**
   * What an effect's outcome means to the step; needed by kinds that ask for effects. Another effect is sent next: what
   * was performed says where the step stands.
   */
  conclude?(input: Input, result: EffectOutcome, performed: EffectRequest): StepOutcome;
}

export type StepKinds = ReadonlyMap<string, StepKind>;

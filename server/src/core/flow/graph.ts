/**
 * A flow as the engine walks it: steps by index, edges by port, bodies nested. Built once per
 * version by `compileFlow`, never changed, shared by all runs of the version.
 */
import type { Step, Trigger, FlowFile } from "@steward/sdk";
import type { Template } from "../expression/template.ts";
import type { StepKind } from "../step-kind.ts";

export interface GraphStep {
  readonly id: string;
  /** Position in its graph's `steps`. */
  readonly index: number;
  readonly kind: StepKind;
  readonly definition: Step;
  /** The eagerly evaluated input. */
  readonly input: Template;
  readonly prepared: unknown;
  /** How many edges come in. */
  readonly incoming: number;
  /** Where each port leads, by step index; `error` only when the step declares on-error `port`. */
  readonly ports: ReadonlyMap<string, readonly number[]>;
  readonly body: Graph | null;
  /** Of a kind that asks: the one step by which it does. */
  readonly ask: Graph | null;
}

export interface Graph {
  readonly steps: readonly GraphStep[];
  readonly starts: readonly number[];
  /** Steps without an outgoing edge: what they yield is the graph's result. */
  readonly ends: readonly number[];
}

export interface CompiledFlow {
  readonly file: FlowFile;
  readonly graph: Graph;
  readonly triggers: ReadonlyMap<string, Trigger>;
  /** Whether any step has private fields. */
  readonly hasPrivate: boolean;
  /** Every step of every depth by id. */
  readonly steps: ReadonlyMap<string, GraphStep>;
  readonly templates: { readonly dedupeBy: ReadonlyMap<string, Template> };
}

/** Published versions as the engine runs them, compiled once and kept: a version never changes (R7). */
import type { CompiledFlow } from "../core/flow/graph.ts";
import type { Scope } from "../store/scope.ts";

export interface Version {
  readonly flow: string;
  readonly slug: string;
  /** Whether it is an agent's: grants, limits and the audit name it so. Left out of a flow. */
  readonly isAgent?: boolean;
  readonly number: number;
  readonly compiled: CompiledFlow;
  /** Digests of the code steps' sources: the keys under which warm programs are found. */
  readonly codeKeys: ReadonlyMap<string, string>;
}

export interface Versions {
  get(scope: Scope, flow: string, version: number): Promise<Version>;
  peek(flow: string, version: number): Version | null;
  /** The published version of a flow by its slug, or null. */
  published(scope: Scope, slug: string): Promise<Version | null>;
  /** Looks the published version up again before it is next used. */
  forget(flow: string): void;
}

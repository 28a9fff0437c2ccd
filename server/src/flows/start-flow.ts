import { AppError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import type { Engine, Started, Starter } from "../engine/engine.ts";
import type { FlowKind } from "../store/flows.ts";
import type { Scope } from "../store/scope.ts";
import type { FlowParts } from "./flow-parts.ts";
import { judgeValue } from "../core/models/json-schema.ts";
import { findOfKind } from "./of-kind.ts";

export interface FlowStart {
  readonly input: Json;
  /** How long to wait for the run's end; null answers once it is accepted. */
  readonly waitMs: number | null;
  /** Keyed digest of the request when it may come again: the flow is then started once for it (R8). */
  readonly repeatKey?: Buffer | null;
  /** A test: steps with a pinned output yield it instead of running. */
  readonly pinned?: boolean;
  /** Left out where no person asked for it. */
  readonly starter?: Starter | null;
}

/**
 * Starts a run of the published version. Its steps see `trigger` as a webhook's, with the input as
 * `body`, so that one flow serves both. Throws `not_found`, `flow_unpublished`, `flow_paused`,
 * `value_invalid` for an input that does not fit its schema, `overloaded`.
 */
export async function startFlow(
  parts: Pick<FlowParts, "database" | "versions"> & { readonly engine: Pick<Engine, "startRun"> },
  scope: Scope,
  slug: string,
  start: FlowStart,
  kind: FlowKind = "flow",
): Promise<Started> {
  const flow = await findOfKind(parts.database, scope, slug, kind);
  if (flow.version === null)
    throw new AppError("flow_unpublished", `the ${kind} "${slug}" was never published`, { [kind]: slug });
  if (flow.paused) throw new AppError("flow_paused", `the ${kind} "${slug}" is paused`, { [kind]: slug });
  const version = await parts.versions.get(scope, flow.id, flow.version);
  const { input: schema } = version.compiled.file;
  const [wrong] = schema === undefined ? [] : judgeValue(schema, start.input);
  if (wrong !== undefined) throw new AppError("value_invalid", `input: ${wrong}`, { field: "input" });
  const input = { method: null, path: null, headers: {}, query: {}, body: start.input, deliveryId: null };
  const until = start.waitMs === null ? null : "end";
  const delivery = start.repeatKey ? { trigger: flow.id, key: start.repeatKey, digest: null } : null;
  const { pinned = false, starter = null } = start;
  const wish = { scope, version, trigger: "manual", input, delivery, pinned, starter };
  return await parts.engine.startRun(wish, until, start.waitMs ?? 0);
}

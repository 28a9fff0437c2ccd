import { AppError } from "../core/errors.ts";
import type { Json } from "../core/json.ts";
import { findFlowVersion } from "../store/flow-versions.ts";
import type { FlowKind } from "../store/flows.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { FlowParts } from "./flow-parts.ts";
import { findDraftOfKind } from "./of-kind.ts";
import { openPublished } from "./sealed-flow.ts";

/** The flow file, or agent file, of a published version, its defaults written out. Throws `not_found`. */
export async function getVersion(
  parts: Pick<FlowParts, "database" | "projects">,
  scope: Scope,
  slug: string,
  version: number,
  kind: FlowKind = "flow",
): Promise<Json> {
  const { keys } = await parts.projects.get(scope);
  return await inScope(parts.database, scope, async (tx) => {
    const flow = await findDraftOfKind(tx, scope.project, slug, kind);
    const stored = version > 2_147_483_647 ? null : await findFlowVersion(tx, scope.project, flow.id, version);
    if (stored === null)
      throw new AppError("not_found", `the ${kind} "${slug}" has no version ${version}`, { [kind]: slug, version });
    return openPublished(keys, flow.id, version, stored.definition);
  });
}

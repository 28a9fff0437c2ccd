import type { FlowFile } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { findFlowVersion } from "../store/flow-versions.ts";
import { findFlowDraft } from "../store/flows.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { FlowParts } from "./flow-parts.ts";
import { noSuchFlow } from "./flow-refusals.ts";
import { openDefinition } from "./sealed-flow.ts";

/** The flow file of a published version, its defaults written out. Throws `not_found`. */
export async function getVersion(
  parts: Pick<FlowParts, "database" | "projects">,
  scope: Scope,
  slug: string,
  version: number,
): Promise<FlowFile> {
  const { keys } = await parts.projects.get(scope);
  return await inScope(parts.database, scope, async (tx) => {
    const flow = await findFlowDraft(tx, scope.project, slug);
    if (flow === null) throw noSuchFlow(slug);
    const stored = version > 2_147_483_647 ? null : await findFlowVersion(tx, scope.project, flow.id, version);
    if (stored === null)
      throw new AppError("not_found", `the flow "${slug}" has no version ${version}`, { flow: slug, version });
    return openDefinition(keys, flow.id, version, stored.definition);
  });
}

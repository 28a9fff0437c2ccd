import type { PublishedAgent } from "@steward/sdk";
import type { Scope } from "../store/scope.ts";
import type { FlowParts } from "./flow-parts.ts";
import { findHints } from "./find-hints.ts";
import { publishFlow } from "./publish-flow.ts";

/**
 * Makes an agent's draft its published version, and says what of it no grant covers: that is no problem of the file, and
 * may be mended later. Throws `flow_has_problems` with `problems`, `not_found`.
 */
export async function publishAgent(
  parts: FlowParts,
  scope: Scope,
  slug: string,
  by: string,
  actor: string,
): Promise<PublishedAgent> {
  const published = await publishFlow(parts, scope, slug, by, actor, "agent");
  const version = await parts.versions.published(scope, slug);
  const hints = version === null ? [] : await findHints(parts, scope, version);
  return { ...published, hints: [...hints] };
}

import type { FlowFileInput } from "@steward/sdk";
import { INSTALLATION, INSTALLATION_SCOPE } from "../store/installation.ts";
import type { FlowParts } from "./flow-parts.ts";
import { publishFlow } from "./publish-flow.ts";
import { saveDraft } from "./save-draft.ts";

/**
 * Publishes a flow that is part of the program, in the installation's own project, as nobody. A file that means the same
 * as the published version gives that version again. `parts.kinds` are those that the installation may use.
 */
export async function publishOwnFlow(parts: FlowParts, slug: string, file: FlowFileInput): Promise<number> {
  await saveDraft(parts, INSTALLATION_SCOPE, slug, JSON.stringify(file), "application/json");
  return (await publishFlow(parts, INSTALLATION_SCOPE, slug, INSTALLATION, "system")).version;
}

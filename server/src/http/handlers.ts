import type { Example } from "@steward/sdk";
import { credentialHandlers } from "./credentials.ts";
import type { EntryLinks } from "./entry-links.ts";
import { flowHandlers } from "./flows.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Handlers } from "./route-call.ts";
import { runHandlers } from "./runs.ts";
import { sessionHandlers } from "./session.ts";
import { variableHandlers } from "./variables.ts";

/** A handler for every route of the table that answers once. */
export function createHandlers(parts: HttpParts, links: EntryLinks, examples: readonly Example[]): Handlers {
  return {
    ...sessionHandlers(parts, links),
    ...flowHandlers(parts),
    ...runHandlers(parts),
    ...credentialHandlers(parts),
    ...variableHandlers(parts),
    listExamples: async () => ({ status: 200, body: { items: [...examples], next: null } }),
  };
}

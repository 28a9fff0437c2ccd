import type { Example } from "@steward/sdk";
import { accountHandlers } from "./accounts.ts";
import { approvalHandlers } from "./approvals.ts";
import { auditHandlers } from "./audit.ts";
import { budgetHandlers } from "./budgets.ts";
import { connectionHandlers } from "./connections.ts";
import { credentialHandlers } from "./credentials.ts";
import type { EntryLinks } from "./entry-links.ts";
import { fileHandlers } from "./files.ts";
import { agentHandlers, flowHandlers } from "./flows.ts";
import { grantHandlers } from "./grants.ts";
import type { HttpParts } from "./http-parts.ts";
import { importedConnectorHandlers } from "./imported-connectors.ts";
import { installationHandlers } from "./installation.ts";
import type { Handlers } from "./route-call.ts";
import { peopleHandlers } from "./people.ts";
import { proveHandlers } from "./prove.ts";
import { outboundHandlers } from "./outbound.ts";
import { requestHandlers } from "./requests.ts";
import { runHandlers } from "./runs.ts";
import { sessionHandlers } from "./session.ts";
import { signOnHandlers } from "./sign-on.ts";
import { tableHandlers } from "./tables.ts";
import { variableHandlers } from "./variables.ts";

/** A handler for every route of the table that answers once. */
export function createHandlers(parts: HttpParts, links: EntryLinks, examples: readonly Example[]): Handlers {
  return {
    ...sessionHandlers(parts, links),
    ...accountHandlers(parts),
    ...fileHandlers(parts),
    ...flowHandlers(parts),
    ...agentHandlers(parts),
    ...runHandlers(parts),
    ...peopleHandlers(parts),
    ...signOnHandlers(parts),
    ...auditHandlers(parts),
    ...credentialHandlers(parts),
    ...grantHandlers(parts),
    ...budgetHandlers(parts),
    ...approvalHandlers(parts),
    ...variableHandlers(parts),
    ...connectionHandlers(parts),
    ...importedConnectorHandlers(parts),
    ...tableHandlers(parts),
    ...requestHandlers(parts),
    ...outboundHandlers(parts),
    ...installationHandlers(parts),
    ...proveHandlers(parts),
    listExamples: async () => ({ status: 200, body: { items: [...examples], next: null } }),
  };
}

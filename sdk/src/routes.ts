/**
 * Every route of the API in one table: the server registers exactly these, the client calls
 * them by name, `/v1/openapi.json` is made from them. A route is added in one of these files and nowhere else.
 */
import type { Route } from "./route.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { agentRoutes } from "./routes/agents.ts";
import { approvalRoutes } from "./routes/approvals.ts";
import { auditRoutes } from "./routes/audit.ts";
import { budgetRoutes } from "./routes/budgets.ts";
import { connectionRoutes } from "./routes/connections.ts";
import { fileRoutes } from "./routes/files.ts";
import { flowRoutes } from "./routes/flows.ts";
import { grantRoutes } from "./routes/grants.ts";
import { importedConnectorRoutes } from "./routes/imported-connectors.ts";
import { installationRoutes } from "./routes/installation.ts";
import { outboundRoutes } from "./routes/outbound.ts";
import { peopleRoutes } from "./routes/people.ts";
import { proveRoutes } from "./routes/prove.ts";
import { requestRoutes } from "./routes/requests.ts";
import { runRoutes } from "./routes/runs.ts";
import { sessionRoutes } from "./routes/session.ts";
import { settingRoutes } from "./routes/settings.ts";
import { signOnRoutes } from "./routes/sign-on.ts";
import { tableRoutes } from "./routes/tables.ts";

export const routes = {
  ...sessionRoutes,
  ...accountRoutes,
  ...peopleRoutes,
  ...signOnRoutes,
  ...flowRoutes,
  ...agentRoutes,
  ...runRoutes,
  ...settingRoutes,
  ...grantRoutes,
  ...budgetRoutes,
  ...approvalRoutes,
  ...connectionRoutes,
  ...importedConnectorRoutes,
  ...fileRoutes,
  ...tableRoutes,
  ...auditRoutes,
  ...installationRoutes,
  ...requestRoutes,
  ...outboundRoutes,
  ...proveRoutes,
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;

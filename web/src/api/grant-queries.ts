/** What the page asks about grants, limits and budgets. Keys begin with the project: two never share an answer. */
import type { Client } from "@steward/sdk";
import { queryOptions } from "@tanstack/react-query";
import { paged } from "./people-queries.ts";

/** Of lists that a choice is made from. */
const CHOICE_LIMIT = 100;
const CALM_MS = 15_000;

export const grantKeys = {
  /** All that is asked about grants. */
  grants: (project: string) => ["grants", project],
  limits: (project: string) => ["limits", project],
  budgets: (project: string) => ["budgets", project],
} as const;

export interface GrantsAsked {
  readonly connection?: string | undefined;
  readonly credential?: string | undefined;
  readonly ended: boolean;
}

export const grantsQuery = (client: Client, project: string, { connection, credential, ended }: GrantsAsked) =>
  paged([...grantKeys.grants(project), "list", connection, credential, ended], (at) =>
    client.listGrants({ connection, credential, ended: ended ? "true" : "false", ...at }),
  );

export const grantQuery = (client: Client, project: string, grant: string) =>
  queryOptions({
    queryKey: [...grantKeys.grants(project), "one", grant],
    queryFn: ({ signal }) => client.getGrant({ grant, signal }),
  });

export const grantVersionsQuery = (client: Client, project: string, grant: string) =>
  paged([...grantKeys.grants(project), "versions", grant], (at) => client.listGrantVersions({ grant, ...at }));

export const limitsQuery = (client: Client, project: string) =>
  queryOptions({
    queryKey: [...grantKeys.limits(project), "list"],
    queryFn: ({ signal }) => client.listLimits({ signal }),
  });

export const limitVersionsQuery = (client: Client, project: string, limit: string) =>
  paged([...grantKeys.limits(project), "versions", limit], (at) => client.listLimitVersions({ id: limit, ...at }));

export const budgetsQuery = (client: Client, project: string) => ({
  ...paged([...grantKeys.budgets(project), "list"], (at) => client.listBudgets(at)),
  refetchInterval: CALM_MS,
});

/** Flows and credentials that a choice is made from. */
export const flowChoiceQuery = (client: Client, project: string) =>
  queryOptions({
    queryKey: ["flows", project, "choice"],
    queryFn: ({ signal }) => client.listFlows({ limit: CHOICE_LIMIT, signal }),
    staleTime: CALM_MS,
  });

export const agentChoiceQuery = (client: Client, project: string) =>
  queryOptions({
    queryKey: ["agents", project, "choice"],
    queryFn: ({ signal }) => client.listAgents({ limit: CHOICE_LIMIT, signal }),
    staleTime: CALM_MS,
  });

export const credentialChoiceQuery = (client: Client, project: string) =>
  queryOptions({
    queryKey: ["credentials", project, "choice"],
    queryFn: ({ signal }) => client.listCredentials({ limit: CHOICE_LIMIT, signal }),
    staleTime: CALM_MS,
  });

/** What the page asks about an organization's sign-on. */
import type { Client } from "@steward/sdk";
import { queryOptions } from "@tanstack/react-query";

const keyOf = (organization: string, part: string) => ["sign-on", organization, part];

export const signOnKeys = {
  settings: (organization: string) => keyOf(organization, "settings"),
  connections: (organization: string) => keyOf(organization, "connections"),
  domains: (organization: string) => keyOf(organization, "domains"),
  tokens: (organization: string) => keyOf(organization, "tokens"),
} as const;

export const signOnQuery = (client: Client, organization: string) =>
  queryOptions({
    queryKey: signOnKeys.settings(organization),
    queryFn: ({ signal }) => client.getSignOn({ organization, signal }),
  });

export const connectionsQuery = (client: Client, organization: string) =>
  queryOptions({
    queryKey: signOnKeys.connections(organization),
    queryFn: ({ signal }) => client.listSignOnConnections({ organization, signal }),
  });

export const domainsQuery = (client: Client, organization: string) =>
  queryOptions({
    queryKey: signOnKeys.domains(organization),
    queryFn: ({ signal }) => client.listSignOnDomains({ organization, signal }),
  });

export const scimTokensQuery = (client: Client, organization: string) =>
  queryOptions({
    queryKey: signOnKeys.tokens(organization),
    queryFn: ({ signal }) => client.listScimTokens({ organization, signal }),
  });

/** What the page asks about connections. Keys begin with the project: two never share an answer. */
import type { Client } from "@steward/sdk";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { paged } from "./people-queries.ts";

/** Of lists that a choice is made from. */
const CHOICE_LIMIT = 100;
const LIVE_MS = 5000;
const CALM_MS = 15_000;

export const connectionKeys = {
  connections: (project: string) => ["connections", project],
  connectors: (project: string) => ["connectors", project],
  imported: (project: string) => ["imported-connectors", project],
  clients: (project: string) => ["oauth-clients", project],
  receipts: (project: string) => ["receipts", project],
} as const;

export const connectionsQuery = (client: Client, project: string) =>
  paged([...connectionKeys.connections(project), "list"], (at) => client.listConnections(at));

export const connectionChoiceQuery = (client: Client, project: string) =>
  queryOptions({
    queryKey: [...connectionKeys.connections(project), "choice"],
    queryFn: ({ signal }) => client.listConnections({ limit: CHOICE_LIMIT, signal }),
    staleTime: CALM_MS,
  });

export const connectionQuery = (client: Client, project: string, slug: string) =>
  queryOptions({
    queryKey: [...connectionKeys.connections(project), "one", slug],
    queryFn: ({ signal }) => client.getConnection({ slug, signal }),
    refetchInterval: ({ state }) => (state.data?.status === "pending" ? LIVE_MS : CALM_MS),
  });

export const connectorsQuery = (client: Client, project: string, search: string) =>
  queryOptions({
    queryKey: [...connectionKeys.connectors(project), "list", search],
    queryFn: ({ signal }) => client.listConnectors({ search: search === "" ? undefined : search, signal }),
    placeholderData: keepPreviousData,
  });

export const connectorQuery = (client: Client, project: string, connector: string) =>
  queryOptions({
    queryKey: [...connectionKeys.connectors(project), "one", connector],
    queryFn: ({ signal }) => client.getConnector({ connector, signal }),
    staleTime: CALM_MS,
  });

export const importedConnectorsQuery = (client: Client, project: string) =>
  queryOptions({
    queryKey: [...connectionKeys.imported(project), "list"],
    queryFn: ({ signal }) => client.listImportedConnectors({ signal }),
  });

export const importedConnectorQuery = (client: Client, project: string, connector: string) =>
  queryOptions({
    queryKey: [...connectionKeys.imported(project), "one", connector],
    queryFn: ({ signal }) => client.getImportedConnector({ connector, signal }),
  });

export const oauthClientsQuery = (client: Client, project: string) =>
  queryOptions({
    queryKey: connectionKeys.clients(project),
    queryFn: ({ signal }) => client.listOAuthClients({ signal }),
  });

export const receiptsQuery = (client: Client, project: string) =>
  paged([...connectionKeys.receipts(project), "list"], (at) => client.listReceipts(at));

export const receiptQuery = (client: Client, project: string, revocation: string) =>
  queryOptions({
    queryKey: [...connectionKeys.receipts(project), "one", revocation],
    queryFn: ({ signal }) => client.getReceipt({ revocation, signal }),
    refetchInterval: ({ state }) => (state.data?.status === "waiting" ? LIVE_MS : false),
  });

import { askConsent } from "../connections/ask-consent.ts";
import { createConnection } from "../connections/create-connection.ts";
import { disconnect } from "../connections/disconnect.ts";
import { getConnection, listConnections } from "../connections/list-connections.ts";
import { getConnector, listConnectors } from "../connections/list-connectors.ts";
import { getReceipt, listReceipts } from "../connections/list-receipts.ts";
import { deleteOAuthClient, listOAuthClients, putOAuthClient } from "../connections/oauth-clients.ts";
import { pollDeviceConsent } from "../connections/poll-device-consent.ts";
import { putConnectionSecret } from "../connections/put-connection-secret.ts";
import { testConnection } from "../connections/test-connection.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Handlers } from "./route-call.ts";

type CatalogueRoutes = "listConnectors" | "getConnector";
type ConnectionRoutes =
  | "listConnections"
  | "createConnection"
  | "getConnection"
  | "askConsent"
  | "pollDeviceConsent"
  | "testConnection"
  | "putConnectionSecret"
  | "disconnect"
  | "listReceipts"
  | "getReceipt";
type ClientRoutes = "listOAuthClients" | "putOAuthClient" | "deleteOAuthClient";

/** What can be connected, what is, and what was. */
export function connectionHandlers(
  parts: HttpParts,
): Pick<Handlers, CatalogueRoutes | ConnectionRoutes | ClientRoutes> {
  return { ...ofCatalogue(parts), ...ofConnections(parts), ...ofClients(parts) };
}

function ofCatalogue(parts: HttpParts): Pick<Handlers, CatalogueRoutes> {
  return {
    listConnectors: async ({ principal, query }) => ({
      status: 200,
      body: { items: [...(await listConnectors(parts, principal.scope, query))], next: null },
    }),
    getConnector: async ({ principal, params }) => ({
      status: 200,
      body: await getConnector(parts, principal.scope, params.connector),
    }),
  };
}

function ofConnections(parts: HttpParts): Pick<Handlers, ConnectionRoutes> {
  return {
    listConnections: async ({ principal, query }) => ({
      status: 200,
      body: await listConnections(parts, principal, query),
    }),
    createConnection: async ({ principal, body }) => ({
      status: 201,
      body: await createConnection(parts, principal, body),
    }),
    getConnection: async ({ principal, params }) => ({
      status: 200,
      body: await getConnection(parts, principal, params.slug),
    }),
    askConsent: async ({ principal, params, body }) => ({
      status: 200,
      body: await askConsent(parts, principal, params.slug, body),
    }),
    pollDeviceConsent: async ({ principal, params }) => ({
      status: 200,
      body: await pollDeviceConsent(parts, principal, params.slug),
    }),
    testConnection: async ({ principal, params }) => ({
      status: 200,
      body: await testConnection(parts, principal, params.slug),
    }),
    putConnectionSecret: async ({ principal, params, body }) => ({
      status: 200,
      body: await putConnectionSecret(parts, principal, params.slug, body),
    }),
    disconnect: async ({ principal, params }) => ({
      status: 200,
      body: await disconnect(parts, principal, params.slug),
    }),
    listReceipts: async ({ principal, query }) => ({
      status: 200,
      body: await listReceipts(parts, principal.scope, query),
    }),
    getReceipt: async ({ principal, params }) => ({
      status: 200,
      body: await getReceipt(parts, principal.scope, params.revocation),
    }),
  };
}

function ofClients(parts: HttpParts): Pick<Handlers, ClientRoutes> {
  return {
    listOAuthClients: async ({ principal }) => ({
      status: 200,
      body: { items: await listOAuthClients(parts, principal.scope), next: null },
    }),
    putOAuthClient: async ({ principal, params, body }) => ({
      status: 200,
      body: await putOAuthClient(parts, principal, params.connector, body),
    }),
    deleteOAuthClient: async ({ principal, params }) => {
      await deleteOAuthClient(parts, principal, params.connector);
      return { status: 204, body: null };
    },
  };
}

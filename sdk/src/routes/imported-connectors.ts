import { z } from "zod";
import { page } from "../api.ts";
import { ConnectorId } from "../api/connections.ts";
import * as api from "../api/imported-connectors.ts";
import type { Route } from "../route.ts";

const byConnector = z.object({ connector: ConnectorId });
const JsonText = z.string().max(8_000);

/** Connectors that the project makes of OpenAPI documents. */
export const importedConnectorRoutes = {
  listImportedConnectors: {
    method: "GET",
    path: "/v1/connectors/imported",
    summary: "Connectors that the project made of OpenAPI documents",
    access: { in: "project", needs: "connection.read" },
    answers: { 200: page(api.ImportedConnector) },
  },
  importConnector: {
    method: "POST",
    path: "/v1/connectors/imported/{connector}",
    summary: "Make a connector of an OpenAPI document (3.0 or 3.1, JSON or YAML, up to 20 MB), or make it anew",
    access: { in: "project", needs: "connection.write" },
    params: byConnector,
    query: z.object({
      /** Where the document is had from, in place of a body. */
      address: z
        .url({ protocol: /^https?$/ })
        .max(2_000)
        .optional(),
      /** An absolute URL, or the number of one of the document's servers, from 0; else its first by https. */
      server: z.string().min(1).max(500).optional(),
      /** JSON: values of the server's variables by name. */
      variables: JsonText.optional(),
      /** Beginnings of the paths that are wanted, with commas: `/users,/teams`. */
      paths: z.string().max(2_000).optional(),
      /** In place of what the document says: `bearer`, `basic`, `none`, or the name of a header. */
      authentication: z.string().min(1).max(100).optional(),
      /** JSON: by action, fields that say where an outward effect goes: `{"createMessage": ["body.to"]}`. */
      destination: JsonText.optional(),
    }),
    takes: "application/octet-stream",
    answers: { 200: api.ImportedDetails },
    problems: ["body_too_large", "conflict", "overloaded", "request_timeout"],
  },
  getImportedConnector: {
    method: "GET",
    path: "/v1/connectors/imported/{connector}",
    summary: "One of them: what was said beside the document, and what of it became no action",
    access: { in: "project", needs: "connection.read" },
    params: byConnector,
    answers: { 200: api.ImportedDetails },
  },
  deleteImportedConnector: {
    method: "DELETE",
    path: "/v1/connectors/imported/{connector}",
    summary: "Erase one, once nothing is connected with it",
    access: { in: "project", needs: "connection.write" },
    params: byConnector,
    answers: { 204: z.null() },
    problems: ["conflict"],
  },
} as const satisfies Record<string, Route>;

import { z } from "zod";
import { deleteImported, getImported, listImported } from "../connections/list-imported.ts";
import { importOpenapi } from "../connections/import-openapi.ts";
import type { ImportParts } from "../connections/import-parts.ts";
import { AppError } from "../core/errors.ts";
import type { ImportChoices } from "../core/openapi/declaration.ts";
import { parseJson } from "../core/parse-json.ts";
import type { Call, Handlers } from "./route-call.ts";

type ImportedHandlers = Pick<
  Handlers,
  "listImportedConnectors" | "importConnector" | "getImportedConnector" | "deleteImportedConnector"
>;

/** Connectors of OpenAPI documents. */
export function importedConnectorHandlers(parts: ImportParts): ImportedHandlers {
  return {
    listImportedConnectors: async ({ principal }) => ({
      status: 200,
      body: { items: [...(await listImported(parts, principal.scope))], next: null },
    }),
    importConnector: async ({ principal, params, query, body }) => ({
      status: 200,
      body: await importOpenapi(parts, principal, params.connector, choicesOf(query), documentOf(query, body)),
    }),
    getImportedConnector: async ({ principal, params }) => ({
      status: 200,
      body: await getImported(parts, principal.scope, params.connector),
    }),
    deleteImportedConnector: async ({ principal, params }) => {
      await deleteImported(parts, principal, params.connector);
      return { status: 204, body: null };
    },
  };
}

const Variables = z.record(z.string().max(100), z.string().max(200));
const Destination = z.record(z.string().max(100), z.array(z.string().max(200)).max(20));

function choicesOf(query: Call<"importConnector">["query"]): ImportChoices {
  const { server, paths, authentication } = query;
  return {
    server: server === undefined ? null : /^\d{1,3}$/.test(server) ? Number(server) : server,
    variables: fromJson("variables", Variables, query.variables),
    paths: (paths ?? "")
      .split(",")
      .map((path) => path.trim())
      .filter((path) => path !== ""),
    authentication: authentication ?? null,
    destination: fromJson("destination", Destination, query.destination),
  };
}

function documentOf(
  { address }: Call<"importConnector">["query"],
  body: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> | { readonly address: string } {
  return address === undefined ? body : { address };
}

function fromJson<S extends z.ZodType>(field: string, schema: S, text: string | undefined): z.output<S> {
  const parsed = parseJson(text ?? "{}");
  const read = parsed.ok ? schema.safeParse(parsed.value) : null;
  if (read?.success === true) return read.data;
  throw new AppError("value_invalid", `${field}: write a JSON object, as the route's description has it`, { field });
}

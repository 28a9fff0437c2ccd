/** What the verbs around connectors of OpenAPI documents need of the rest. */
import { createOpenapiReader } from "./adapters/openapi/create-openapi-reader.ts";
import type { FetchParts } from "./connections/fetch-document.ts";
import type { ImportsOutside } from "./connections/import-parts.ts";
import { createImportedConnectors, type ImportedConnectors } from "./connections/imported-connectors.ts";
import { CONNECTORS } from "./connectors/catalogue.ts";
import { probe } from "./connectors/probe.ts";
import { statusFailure } from "./connectors/status-failure.ts";
import { OWN_ACTIONS } from "./core/actions/own-actions.ts";
import type { Database } from "./core/ports/database.ts";
import type { PolicyWords } from "./core/ports/policy-words.ts";
import type { Closers } from "./ground.ts";
import type { ProjectKeys } from "./keyring/keyring.ts";
import type { Scope } from "./store/scope.ts";

/** The last part of `/v1/connectors/imported`. */
const LISTED_AT = "imported";

/** What the program's own actions and steps begin with, or may come to: an imported connector by that name would pass for them. */
const KEPT_NAMES = [
  "connection",
  "approval",
  "mail",
  "event",
  "model",
  "file",
  "table",
  "memory",
  "mcp",
  "sql",
  "http",
  "flow",
  "agent",
];

type KeysOf = (scope: Scope) => Promise<ProjectKeys>;

/** Of every project, as the gate and the catalogue use them. */
export function importedConnectors(database: Database, keysOf: KeysOf): ImportedConnectors {
  return createImportedConnectors({ database, keysOf, http: { statusFailure, probe } });
}

export function importsOutside(
  connectors: ImportedConnectors,
  keysOf: KeysOf,
  words: Pick<PolicyWords, "sayChanged">,
  outside: FetchParts,
  closers: Closers,
): ImportsOutside {
  const reader = createOpenapiReader();
  closers.push(() => reader.close());
  const own = OWN_ACTIONS.map(({ id }) => id.split(".", 1)[0] ?? id);
  const taken = new Set([LISTED_AT, ...KEPT_NAMES, ...own, ...CONNECTORS.map(({ id }) => id)]);
  return { reader, outside, connectors, taken, keysOf, words };
}

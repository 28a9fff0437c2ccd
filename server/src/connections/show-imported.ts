import type { ImportedConnector, ImportedDetails } from "@steward/sdk";
import type { ImportChoices, Refused } from "../core/openapi/declaration.ts";
import { isoTime } from "../people/iso-time.ts";
import type { ImportedFacts } from "../store/imported-connectors.ts";

export function showImported(row: Omit<ImportedFacts, "digest">): ImportedConnector {
  return {
    connector: row.connector,
    title: row.title,
    base: row.base,
    apiVersion: row.apiVersion,
    version: row.version,
    operations: row.operations,
    refused: row.refusedCount,
    importedAt: isoTime(row.importedAt),
    importedBy: row.importedBy,
  };
}

export function showImportedDetails(
  row: Omit<ImportedFacts, "digest">,
  { server, variables, paths, authentication, destination }: ImportChoices,
  refused: readonly Refused[],
): ImportedDetails {
  const fields = Object.entries(destination).map(([action, names]): [string, string[]] => [action, [...names]]);
  return {
    ...showImported(row),
    choices: { server, variables, paths: [...paths], authentication, destination: Object.fromEntries(fields) },
    left: refused.map(({ operation, reason }) => ({ operation, reason })),
  };
}

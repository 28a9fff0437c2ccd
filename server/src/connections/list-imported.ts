import type { ImportedConnector, ImportedDetails } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { AppError } from "../core/errors.ts";
import { appendActs } from "../store/append-acts.ts";
import {
  deleteImported as deleteImportedRow,
  findImported,
  listImported as listRows,
} from "../store/imported-connectors.ts";
import type { Scope } from "../store/scope.ts";
import type { ImportCaller } from "./import-openapi.ts";
import type { ImportParts } from "./import-parts.ts";
import { openChoices, openRefused } from "./sealed-import.ts";
import { showImported, showImportedDetails } from "./show-imported.ts";

/** All of the project, by id. */
export async function listImported(
  { database }: Pick<ImportParts, "database">,
  scope: Scope,
): Promise<readonly ImportedConnector[]> {
  return (await listRows(database, scope)).map(showImported);
}

/** Throws `not_found`. */
export async function getImported(parts: ImportParts, scope: Scope, connector: string): Promise<ImportedDetails> {
  const [row, keys] = await Promise.all([findImported(parts.database, scope, connector), parts.imports.keysOf(scope)]);
  if (row === null) throw noImported(connector);
  return showImportedDetails(row, openChoices(keys, row), openRefused(keys, row));
}

/** Erases it; steps and grants that name its actions find none from then on. Throws `not_found`, `conflict`. */
export async function deleteImported(parts: ImportParts, caller: ImportCaller, connector: string): Promise<void> {
  const { scope, shownId } = caller;
  const nowMs = parts.clock.nowMs();
  const act = actOn(scope.project, shownId, "connector.deleted", `connector:${connector}`, {}, nowMs);
  const became = await deleteImportedRow(parts.database, scope, connector, (tx) =>
    appendActs(tx, scope.organization, [act], nowMs),
  );
  if (became === "missing") throw noImported(connector);
  if (became === "connected")
    throw new AppError("conflict", `There are connections of ${connector}: disconnect them first.`, { connector });
  await parts.imports.words.sayChanged(scope);
}

function noImported(connector: string): AppError {
  return new AppError("not_found", `There is no imported connector ${connector} in this project.`, { connector });
}

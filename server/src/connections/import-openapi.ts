import type { ImportedDetails } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { AppError } from "../core/errors.ts";
import { parseOwn } from "../core/json.ts";
import type { Declaration, ImportChoices } from "../core/openapi/declaration.ts";
import { isUniqueViolation } from "../core/ports/database.ts";
import type { ReadOpenapi } from "../core/ports/openapi-reader.ts";
import { lacking, tooMany } from "../people/refusals.ts";
import type { Permissions } from "../people/permissions-of.ts";
import { appendActs } from "../store/append-acts.ts";
import {
  countImported,
  findImported,
  type ImportedRow,
  isConnected,
  lockImported,
  putImported,
} from "../store/imported-connectors.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { fetchDocument } from "./fetch-document.ts";
import type { ImportParts } from "./import-parts.ts";
import { openDeclaration, sealImport } from "./sealed-import.ts";
import { showImportedDetails } from "./show-imported.ts";

const DOCUMENT_BYTES_MAX = 20_000_000;
/** Of one project. */
export const IMPORTED_MAX = 50;

export interface ImportCaller {
  readonly scope: Scope;
  /** As the audit names them. */
  readonly shownId: string;
  readonly permissions: Permissions;
}

/**
 * Makes a connector of a document, or makes it anew: steps, grants and connections that name its actions go on with those
 * that are still there. Throws `value_invalid` with `field`, `body_too_large`, `conflict` for an id of the program's own and for
 * more than 50, `overloaded`.
 */
export async function importOpenapi(
  parts: ImportParts,
  caller: ImportCaller,
  connector: string,
  choices: ImportChoices,
  document: AsyncIterable<Uint8Array> | { readonly address: string },
): Promise<ImportedDetails> {
  const { imports, clock } = parts;
  if (imports.taken.has(connector))
    throw new AppError("conflict", `There is a connector ${connector} here already: choose another id.`, { connector });
  const { scope, shownId, permissions } = caller;
  const bytes = "address" in document ? await had(parts, scope, document.address) : await gather(document);
  const keys = await imports.keysOf(scope);
  const digest = keys.digest("search", "openapi", bytes);
  const read = usable(await imports.reader.read(bytes, choices));
  const held = await findImported(parts.database, scope, connector);
  const { title, base, version: apiVersion } = parseOwn<Declaration>(read.declaration);
  const nowMs = clock.nowMs();
  const fresh = { id: parts.ids.uuid(), version: 0, createdAt: nowMs };
  const row = await inScope(parts.database, scope, async (tx): Promise<ImportedRow> => {
    const before = await lockImported(tx, scope, connector);
    if (before === null && (await countImported(tx, scope)) >= IMPORTED_MAX)
      throw tooMany("imported connectors", IMPORTED_MAX);
    if (before !== null && (await isConnected(tx, scope.project, connector))) {
      // Grants name its actions, and connections hold secrets for where it is: whoever redefines them decides on both.
      if (!permissions.has("grant.write")) throw lacking("grant.write", shownId);
      const old = held?.version === before.version ? (await openDeclaration(keys, held)).declaration : null;
      if (old === null || placeText(old) !== placeText(parseOwn<Declaration>(read.declaration)))
        throw new AppError(
          "conflict",
          `${connector} is connected: its address and how one proves oneself stay. Import it by another id.`,
          { connector },
        );
    }
    const { id, version, createdAt } = before ?? fresh;
    const sealed = await sealImport(keys, id, { declaration: read.declaration, choices, refused: read.refused });
    const facts = { connector, title, base, apiVersion, operations: read.operations, refusedCount: read.refusedCount };
    const times = { createdAt, importedAt: nowMs, importedBy: shownId };
    const put: ImportedRow = { id, version: version + 1, digest, ...facts, ...times, ...sealed };
    await putImported(tx, scope, put);
    const told = { version: put.version, operations: read.operations, refused: read.refusedCount };
    const act = actOn(scope.project, shownId, "connector.imported", `connector:${connector}`, told, nowMs);
    await appendActs(tx, scope.organization, [act], nowMs);
    return put;
  }).catch((error: unknown) => {
    if (!isUniqueViolation(error, "imported_connectors_project_connector_key")) throw error;
    throw new AppError("conflict", `${connector} is being imported by somebody else: look at it, then repeat it.`, {
      connector,
    });
  });
  await imports.words.sayChanged(scope);
  return showImportedDetails(row, choices, read.refused);
}

/** Where secrets of its connections go: to its calls, and to whoever gives tokens. */
function placeText({ base, authentication }: Declaration): string {
  return JSON.stringify([base, authentication]);
}

async function had({ imports }: ImportParts, { project }: Scope, address: string): Promise<Uint8Array<ArrayBuffer>> {
  const about = { project, bytesMax: DOCUMENT_BYTES_MAX };
  return Uint8Array.from(await fetchDocument(imports.outside, address, about));
}

async function gather(document: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of document) {
    length += piece.length;
    if (length > DOCUMENT_BYTES_MAX)
      throw new AppError("body_too_large", `The document is larger than ${DOCUMENT_BYTES_MAX / 1_000_000} MB.`, {
        bytesMax: DOCUMENT_BYTES_MAX,
      });
    pieces.push(piece);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

function usable(read: ReadOpenapi): Extract<ReadOpenapi, { readonly kind: "read" }> {
  if (read.kind === "read") return read;
  if (read.kind === "overloaded") throw new AppError("overloaded", `${read.message}.`, { retryAfterSeconds: 60 });
  throw new AppError("value_invalid", `document: ${read.message}`, { field: "document" });
}

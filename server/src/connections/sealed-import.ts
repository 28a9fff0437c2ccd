import { promisify } from "node:util";
import { brotliDecompress as decompress, constants, brotliCompress as compress } from "node:zlib";
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import { parseOwn } from "../core/json.ts";
import type { Declaration, ImportChoices, Refused } from "../core/openapi/declaration.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import type { ImportedRow } from "../store/imported-connectors.ts";

const DECLARATION = placeOf("imported_connectors", "declaration");
const CHOICES = placeOf("imported_connectors", "choices");
const REFUSED = placeOf("imported_connectors", "refused");
/** A document repeats itself: to an eighth, in 40 ms for a megabyte, beside the event loop. */
const QUALITY = 5;
/** Of a declaration, opened. */
const BYTES_MAX = 16_000_000;
const squeeze = promisify(compress);
const unsqueeze = promisify(decompress);

export interface ImportToSeal {
  /** JSON text of a `Declaration`. */
  readonly declaration: string;
  readonly choices: ImportChoices;
  readonly refused: readonly Refused[];
}

export async function sealImport(
  keys: ProjectKeys,
  id: string,
  { declaration, choices, refused }: ImportToSeal,
): Promise<Pick<ImportedRow, "declaration" | "choices" | "refused">> {
  const small = await squeeze(declaration, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } });
  const row = uuidBytes(id);
  return {
    declaration: keys.seal("connection", DECLARATION, row, small),
    choices: keys.seal("connection", CHOICES, row, Buffer.from(JSON.stringify(choices))),
    refused: keys.seal("connection", REFUSED, row, Buffer.from(JSON.stringify(refused))),
  };
}

/** With how many characters it has as JSON. Throws `SealError`. */
export async function openDeclaration(
  keys: ProjectKeys,
  { id, declaration }: Pick<ImportedRow, "id" | "declaration">,
): Promise<{ readonly declaration: Declaration; readonly characters: number }> {
  const small = keys.open("connection", DECLARATION, uuidBytes(id), declaration);
  const text = (await unsqueeze(small, { maxOutputLength: BYTES_MAX })).toString("utf8");
  return { declaration: parseOwn<Declaration>(text), characters: text.length };
}

/** Throws `SealError`. */
export function openChoices(keys: ProjectKeys, { id, choices }: Pick<ImportedRow, "id" | "choices">): ImportChoices {
  return parseOwn<ImportChoices>(keys.open("connection", CHOICES, uuidBytes(id), choices).toString("utf8"));
}

/** Throws `SealError`. */
export function openRefused(
  keys: ProjectKeys,
  { id, refused }: Pick<ImportedRow, "id" | "refused">,
): readonly Refused[] {
  return parseOwn<readonly Refused[]>(keys.open("connection", REFUSED, uuidBytes(id), refused).toString("utf8"));
}

import type { Slices } from "../in-turns.ts";
import { isJsonObject, type Json, type JsonObject } from "../json.ts";
import { judgeUrl } from "../egress/judge-url.ts";
import { nameActions } from "./action-names.ts";
import type { Declaration, ImportChoices, Operation, Refused } from "./declaration.ts";
import { followed, objectAt, oneLine, shown, textAt, UnusableError } from "./references.ts";
import { type OperationPlace, type Reading, readOperation } from "./read-operation.ts";
import { SchemaPool } from "./schema-pool.ts";
import { readSecurity } from "./security.ts";
import { readBase } from "./servers.ts";

export const OPERATIONS_MAX = 2_000;
/** Looked at, those that are left out counted. */
const PLACES_MAX = 50_000;
const METHODS: readonly Operation["method"][] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
const OTHER_METHODS = ["OPTIONS", "TRACE"];

export interface Imported {
  readonly declaration: Declaration;
  /** What of the document became no action, and why, in its order. */
  readonly refused: readonly Refused[];
}

/**
 * The declaration that an OpenAPI document (3.0 or 3.1) makes. A slice is one operation; its work counts schemas. Throws
 * `UnusableError` where nothing can be made of the document at all; what is wrong with a part of it is in `refused`.
 */
export function* importDocument(document: Json, choices: ImportChoices): Slices<Imported> {
  const { version, root } = readVersion(document);
  const base = readBase(root, choices);
  const pool = new SchemaPool(root, version.startsWith("3.0"));
  const security = readSecurity(root, base, choices.authentication);
  const refused: Refused[] = [...security.refused];
  const reading: Reading = { document: root, pool, security, base, choices };
  const places = gatherPlaces(root, choices.paths, refused);
  const operations: Operation[] = [];
  const keyHeaders = new Set<string>();
  for (const place of places) {
    const before = pool.work;
    try {
      const read = readOperation(reading, place);
      operations.push(read.operation);
      if (read.idempotencyHeader !== null) keyHeaders.add(read.idempotencyHeader);
    } catch (error) {
      if (!(error instanceof UnusableError)) throw error;
      refused.push({ operation: wordOf(place), reason: error.message });
    }
    yield pool.work - before + 1;
  }
  return { declaration: declare(reading, operations, [...keyHeaders][0] ?? null), refused };
}

function readVersion(document: Json): { readonly version: string; readonly root: JsonObject } {
  if (!isJsonObject(document)) throw new UnusableError("this is no OpenAPI document: it is no object");
  const version = textAt(document, "openapi");
  if (/^3\.[01]\.\d+/.test(version)) return { version, root: document };
  const other = textAt(document, "swagger");
  if (other !== "") throw new UnusableError(`this is Swagger ${shown(other)}: convert it to OpenAPI 3 first`);
  throw new UnusableError(
    version === ""
      ? "this is no OpenAPI document: it has no field openapi"
      : `OpenAPI ${shown(version)} is not read, 3.0 and 3.1 are`,
  );
}

function gatherPlaces(root: JsonObject, prefixes: readonly string[], refused: Refused[]): readonly OperationPlace[] {
  const found: Omit<OperationPlace, "id">[] = [];
  let seen = 0;
  for (const [path, given] of Object.entries(objectAt(root, "paths"))) {
    if (path.startsWith("x-") || (prefixes.length > 0 && !prefixes.some((prefix) => path.startsWith(prefix)))) continue;
    try {
      const item = followed(root, given);
      for (const method of METHODS) {
        const operation = item[method.toLowerCase()];
        if (operation === undefined) continue;
        if (++seen > PLACES_MAX) throw new UnusableError(`the document has more than ${PLACES_MAX} operations`);
        found.push({ method, path, item, operation: followed(root, operation) });
      }
      for (const method of OTHER_METHODS)
        if (item[method.toLowerCase()] !== undefined)
          refused.push({ operation: `${method} ${shown(path)}`, reason: `${method} is not sent` });
    } catch (error) {
      if (!(error instanceof UnusableError)) throw error;
      refused.push({ operation: shown(path), reason: error.message });
    }
  }
  const reason = `more than ${OPERATIONS_MAX} operations: choose some by the beginning of their paths`;
  for (const place of found.slice(OPERATIONS_MAX)) refused.push({ operation: wordOf(place), reason });
  const kept = found.slice(0, OPERATIONS_MAX);
  const names = nameActions(
    kept.map(({ method, path, operation }) => ({ operationId: textAt(operation, "operationId"), method, path })),
  );
  return kept.map((place, at) => ({ ...place, id: names[at] ?? "" }));
}

function declare(reading: Reading, operations: readonly Operation[], keyHeader: string | null): Declaration {
  const { document, pool, security, base } = reading;
  const info = objectAt(document, "info");
  const title = oneLine(textAt(info, "title"), 80) || "Imported";
  const asked = new Set(operations.flatMap(({ scopes }) => scopes));
  return {
    title,
    summary: oneLine(textAt(info, "summary") || textAt(info, "description")) || title,
    version: oneLine(textAt(info, "version"), 60),
    base,
    hosts: hostsOf([base, ...operations.map(({ path }) => path).filter((path) => !path.startsWith("/"))]),
    authentication: security.authentication,
    scopes: Object.fromEntries(Object.entries(security.scopes).filter(([scope]) => asked.has(scope))),
    idempotencyHeader: keyHeader,
    operations,
    schemas: pool.reachedFrom(operations.flatMap(({ input, answer }) => [input, answer])),
  };
}

function hostsOf(urls: readonly string[]): readonly string[] {
  const hosts = urls.flatMap((url) => {
    const judged = judgeUrl(url);
    return judged.ok ? [judged.target.host] : [];
  });
  return [...new Set(hosts)];
}

function wordOf({ method, path }: Pick<OperationPlace, "method" | "path">): string {
  return `${method} ${shown(path)}`;
}

import type { Receipt } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { parseId } from "../core/id.ts";
import { findRevocation, listRevocations } from "../store/revocations.ts";
import type { Scope } from "../store/scope.ts";
import type { ConnectionParts } from "./connection-parts.ts";
import { showReceipt } from "./show-receipt.ts";

/** Of the project's connections that were disconnected, the newest first. */
export async function listReceipts(
  parts: Pick<ConnectionParts, "database" | "connections">,
  scope: Scope,
  query: { readonly cursor?: string | undefined; readonly limit: number },
): Promise<{ readonly items: Receipt[]; readonly next: string | null }> {
  const { limit } = query;
  const before = query.cursor === undefined ? null : parseId("rev", query.cursor);
  if (query.cursor !== undefined && before === null)
    throw new AppError("invalid_request", "The cursor is not one of this list.");
  const rows = await listRevocations(parts.database, scope, { before, limit: limit + 1 });
  const items = await Promise.all(rows.slice(0, limit).map((row) => showReceipt(parts, scope, row)));
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** Throws `not_found`. */
export async function getReceipt(
  parts: Pick<ConnectionParts, "database" | "connections">,
  scope: Scope,
  shown: string,
): Promise<Receipt> {
  const id = parseId("rev", shown);
  const row = id === null ? null : await findRevocation(parts.database, scope, id);
  if (row === null) throw new AppError("not_found", `There is no receipt ${shown} here.`);
  return await showReceipt(parts, scope, row);
}

import { AppError } from "../core/errors.ts";
import { type IdKind, parseId } from "../core/id.ts";

export interface Page<Item> {
  readonly items: Item[];
  /** Where the next page begins; null on the last. */
  readonly next: string | null;
}

export interface PageQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** The UUID that a page goes on from; null for the first. Throws `invalid_request`. */
export function cursorOf(kind: IdKind, { cursor }: PageQuery): string | null {
  if (cursor === undefined) return null;
  const id = parseId(kind, cursor);
  if (id === null) throw new AppError("invalid_request", "The cursor is not one that this list gave.");
  return id;
}

/** A page from rows of which one more than `limit` was read; a cursor is the last item's shown id. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  show: (row: Row) => Item,
  cursor: (item: Item) => string,
): Page<Item> {
  const items = rows.slice(0, limit).map(show);
  return { items, next: rows.length > limit ? cursor(items.at(-1)!) : null };
}

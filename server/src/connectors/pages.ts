/** Lists that come in pages: the same three fields in every connector, and the same `next` in every output. */
import { type Calls, ProviderError } from "@steward/sdk";
import { z } from "zod";

/** Of the 20 reads that an action has. */
const PAGES_MAX = 10;
const CURSOR_CHARACTERS_MAX = 4096;

/** The fields of a list's input: how many a page, how many pages, and where to begin. */
export function pageFields(limitDefault: number, limitMax: number) {
  return {
    limit: z.int().min(1).max(limitMax).default(limitDefault).describe("How many on a page."),
    pages: z.int().min(1).max(PAGES_MAX).default(1).describe("How many pages to read at most."),
    cursor: z
      .string()
      .min(1)
      .max(CURSOR_CHARACTERS_MAX)
      .optional()
      .describe("`next` of an earlier answer, to go on where it stopped."),
  };
}

/** The field of a list's output that says whether there is more. */
export const nextField = {
  next: z.string().nullable().describe("Give it as cursor for what follows; null at the end."),
};

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

/** Reads pages until there are no more or enough; a provider that sends us in circles is stopped. */
export function* followPages<Item>(
  asked: { readonly pages: number; readonly cursor?: string | undefined },
  read: (cursor: string | null) => Calls<Page<Item>>,
): Calls<{ items: Item[]; next: string | null }> {
  const items: Item[] = [];
  let cursor = asked.cursor ?? null;
  for (let n = 0; n < asked.pages; n += 1) {
    const page = yield* read(cursor);
    items.push(...page.items);
    if (page.next !== null && page.next === cursor)
      throw new ProviderError({ kind: "unreadable", message: "the next page is the same page" });
    cursor = page.next;
    if (cursor === null) break;
  }
  return { items, next: cursor };
}

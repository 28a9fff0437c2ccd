import { type Calls, path, type PollTrigger, type TriggerEvent } from "@steward/sdk";
import { z } from "zod";
import { given } from "../given.ts";
import { jsonOf } from "../json-of.ts";
import { NotionId, type Page, pagesOf, SAMPLE } from "./page.ts";

const PAGE_SIZE = 100;
const FIRST_PAGES_MAX = 10;
const TOLD_MAX = PAGE_SIZE * FIRST_PAGES_MAX;

/**
 * Where a poll stands: pages changed at or after `since` are read in the order of their change, at `page` of the list, and
 * `newest` is the last change seen on the way. Notion rounds the time of a change down to the minute, so the last minute
 * is read again each time; `told` are its keys, which are not told twice.
 */
const Cursor = z.object({
  since: z.string().nullable(),
  page: z.string().nullable(),
  newest: z.string().nullable(),
  told: z.array(z.string()).max(TOLD_MAX),
});
type Cursor = z.output<typeof Cursor>;

interface Polled {
  readonly events: readonly TriggerEvent[];
  readonly cursor: Cursor;
  readonly more: boolean;
}

interface Settings {
  readonly data_source_id: string;
}

/** A page changed once more in the same minute has the same key: Notion does not tell the two apart. */
function keyOf(page: Page): string {
  return `${page.id}@${page.last_edited_time}`;
}

function bodyFor({ since, page }: Cursor, direction: "ascending" | "descending") {
  const filter =
    since === null ? undefined : { timestamp: "last_edited_time", last_edited_time: { on_or_after: since } };
  const sorts = [{ timestamp: "last_edited_time", direction }];
  return given({ filter, sorts, page_size: PAGE_SIZE, start_cursor: page ?? undefined });
}

/** The keys of the newest minute: those of the list, and those known where it is the same minute still. */
function toldOf(pages: readonly Page[], newest: string | null, before: Cursor): string[] {
  const keys = pages.filter(({ last_edited_time: time }) => time === newest).map(keyOf);
  return [...new Set([...before.told.filter((key) => newest !== null && key.endsWith(`@${newest}`)), ...keys])].slice(
    -PAGE_SIZE * 10,
  );
}

/** What is there already: the newest minute, and which pages were changed in it. */
function* fromNow(url: string): Calls<Cursor> {
  let cursor: Cursor = { since: null, page: null, newest: null, told: [] };
  for (let n = 0; n < FIRST_PAGES_MAX; n += 1) {
    const { items, next } = pagesOf(
      yield { method: "POST", url, body: bodyFor({ ...cursor, since: null }, "descending"), reads: true },
    );
    const newest = cursor.since ?? items[0]?.last_edited_time ?? null;
    cursor = { since: newest, page: next, newest: null, told: toldOf(items, newest, cursor) };
    if (next === null || items.at(-1)?.last_edited_time !== newest) break;
  }
  return { ...cursor, page: null };
}

function* changesSince(url: string, cursor: Cursor): Calls<Polled> {
  const { items, next } = pagesOf(yield { method: "POST", url, body: bodyFor(cursor, "ascending"), reads: true });
  const newest = items.at(-1)?.last_edited_time ?? cursor.newest ?? cursor.since;
  const told = toldOf(items, newest, cursor);
  const events = items
    .filter((page) => !cursor.told.includes(keyOf(page)))
    .map((page) => ({ key: keyOf(page), data: jsonOf(page) }));
  if (next === null) return { events, cursor: { since: newest, page: null, newest: null, told }, more: false };
  const all = [...new Set([...cursor.told, ...told])].slice(-TOLD_MAX);
  return { events, cursor: { ...cursor, page: next, newest, told: all }, more: true };
}

export const pageChanged: PollTrigger<Settings> = {
  kind: "poll",
  title: "Page changed",
  summary: "When a page of a data source is created or changed; once a minute for each page, as Notion tells it.",
  settings: z.strictObject({ data_source_id: NotionId.describe("The data source's id.") }),
  scopes: [],
  everySeconds: { default: 60, min: 30 },
  sample: jsonOf(SAMPLE),
  *poll({ data_source_id }, before) {
    const url = path`/data_sources/${data_source_id}/query`;
    if (before === null) return { events: [], cursor: yield* fromNow(url), more: false };
    return yield* changesSince(url, Cursor.parse(before));
  },
};

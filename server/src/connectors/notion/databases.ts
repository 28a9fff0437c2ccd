import { type Calls, defineAction, path, ProviderError } from "@steward/sdk";
import { z } from "zod";
import { given } from "../given.ts";
import { followPages, nextField, pageFields } from "../pages.ts";
import { readBody } from "../read-body.ts";
import { NotionId, Page, pagesOf, plain, RichText, SAMPLE, titleOf } from "./page.ts";

const StoredDatabase = z.object({
  id: z.string(),
  url: z.string().optional(),
  title: RichText,
  data_sources: z.array(z.object({ id: z.string(), name: z.string() })),
});
const Database = StoredDatabase.extend({ title: z.string() });

function* readDatabase(id: string): Calls<z.output<typeof Database>> {
  const stored = readBody(StoredDatabase, yield { method: "GET", url: path`/databases/${id}` });
  return { ...stored, title: plain(stored.title) };
}

const getDatabase = defineAction({
  title: "Read a database",
  summary: "Reads a database's title and which data sources it has.",
  class: "read",
  input: z.strictObject({ database_id: NotionId.describe("The database's id.") }),
  output: Database,
  scopes: [],
  repeat: "safe",
  destination: [],
  sample: {
    input: { database_id: "248104cd-477e-80fd-b757-e945d38000bd" },
    output: {
      id: "248104cd-477e-80fd-b757-e945d38000bd",
      title: "Stock",
      data_sources: [{ id: "1a44be12-0953-4631-b498-9e5817518db8", name: "Stock" }],
    },
  },
  *perform({ database_id }) {
    return yield* readDatabase(database_id);
  },
});

const Json = z.record(z.string(), z.json());

const queryDatabase = defineAction({
  title: "Query a database",
  summary: "Lists the pages of a data source, or of a database that has only one.",
  class: "read",
  input: z
    .strictObject({
      data_source_id: NotionId.optional().describe("The data source's id, or …"),
      database_id: NotionId.optional().describe("… the id of a database with one data source."),
      filter: Json.optional().describe('In Notion\'s form: { "property": "Done", "checkbox": { "equals": false } }.'),
      sorts: z
        .array(Json)
        .max(20)
        .optional()
        .describe('In Notion\'s form: { "property": "Name", "direction": "ascending" }.'),
      ...pageFields(50, 100),
    })
    .refine(
      (input) => (input.data_source_id === undefined) !== (input.database_id === undefined),
      "give data_source_id or database_id",
    ),
  output: z.object({ pages: z.array(Page), ...nextField }),
  scopes: [],
  repeat: "safe",
  destination: [],
  sample: {
    input: { database_id: "248104cd-477e-80fd-b757-e945d38000bd", limit: 50, pages: 1 },
    output: { pages: [SAMPLE], next: null },
  },
  *perform({ data_source_id, database_id, filter, sorts, limit, ...asked }) {
    const source = data_source_id ?? (yield* onlySourceOf(database_id ?? ""));
    const { items, next } = yield* followPages(asked, function* (cursor) {
      const body = given({ filter, sorts, page_size: limit, start_cursor: cursor ?? undefined });
      return pagesOf(yield { method: "POST", url: path`/data_sources/${source}/query`, body, reads: true });
    });
    return { pages: items, next };
  },
});

function* onlySourceOf(database: string): Calls<string> {
  const { data_sources } = yield* readDatabase(database);
  const [source] = data_sources;
  if (source === undefined || data_sources.length > 1)
    throw new ProviderError({
      kind: "rejected",
      message: `the database has ${data_sources.length} data sources: name one by data_source_id`,
    });
  return source.id;
}

const Found = z.object({
  id: z.string(),
  object: z.enum(["page", "data_source"]),
  url: z.string(),
  title: z.string(),
  last_edited_time: z.string(),
});
const StoredFound = Found.omit({ title: true }).extend({
  title: RichText.optional(),
  properties: z.record(z.string(), z.json()).optional(),
});

const search = defineAction({
  title: "Find pages and data sources",
  summary: "Finds pages and data sources that are shared with the connection, by their titles, last changed first.",
  class: "read",
  input: z.strictObject({
    query: z.string().max(500).default("").describe("Words of the title; everything when empty."),
    object: z.enum(["page", "data_source"]).optional().describe("Only the one or the other."),
    ...pageFields(50, 100),
  }),
  output: z.object({ results: z.array(Found), ...nextField }),
  scopes: [],
  repeat: "safe",
  destination: [],
  sample: {
    input: { query: "basket", limit: 50, pages: 1 },
    output: {
      results: [
        {
          id: SAMPLE.id,
          object: "page",
          url: SAMPLE.url,
          title: "Basket",
          last_edited_time: "2026-11-02T09:31:00.000Z",
        },
      ],
      next: null,
    },
  },
  *perform({ query, object, limit, ...asked }) {
    const { items, next } = yield* followPages(asked, function* (cursor) {
      const filter = object === undefined ? undefined : { property: "object", value: object };
      const sort = { timestamp: "last_edited_time", direction: "descending" };
      const body = given({ query, filter, sort, page_size: limit, start_cursor: cursor ?? undefined });
      const Answer = z.object({
        results: z.array(StoredFound),
        next_cursor: z.string().nullable(),
        has_more: z.boolean(),
      });
      const listed = readBody(Answer, yield { method: "POST", url: "/search", body, reads: true });
      return { items: listed.results, next: listed.has_more ? listed.next_cursor : null };
    });
    const results = items.map(({ title, properties, ...item }) => ({
      ...item,
      title: title === undefined ? titleOf(properties ?? {}) : plain(title),
    }));
    return { results, next };
  },
});

export const databaseActions = { get_database: getDatabase, query_database: queryDatabase, search };

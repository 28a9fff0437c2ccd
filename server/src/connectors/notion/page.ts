/** Pages, blocks and texts as Notion gives them. */
import type { ConnectorAnswer } from "@steward/sdk";
import { z } from "zod";
import { jsonOf } from "../json-of.ts";
import { readBody } from "../read-body.ts";

export const NotionId = z
  .string()
  .regex(
    /^[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$/,
    "use an id of 32 digits, as at the end of a page's address",
  );

/** Texts in pieces, each with a style of its own. */
export const RichText = z.array(z.object({ plain_text: z.string().default("") }));
const Parent = z.object({
  type: z.string(),
  page_id: z.string().optional(),
  database_id: z.string().optional(),
  data_source_id: z.string().optional(),
  block_id: z.string().optional(),
});

/** As the API answers. */
const StoredPage = z.object({
  id: z.string(),
  object: z.literal("page"),
  url: z.string(),
  created_time: z.string(),
  last_edited_time: z.string(),
  in_trash: z.boolean().optional(),
  parent: Parent.optional(),
  properties: z.record(z.string(), z.json()).default({}),
});

export const Page = StoredPage.omit({ object: true }).extend({
  title: z.string(),
  properties: z.record(z.string(), z.json()).describe("By name, as Notion's reference of page properties has them."),
});
export type Page = z.output<typeof Page>;

const TitleProperty = z.object({ type: z.literal("title"), title: RichText });

/** The title is the one property of that type, whatever its name. */
export function titleOf(properties: Readonly<Record<string, z.core.util.JSONType>>): string {
  for (const property of Object.values(properties)) {
    const parsed = TitleProperty.safeParse(property);
    if (parsed.success) return plain(parsed.data.title);
  }
  return "";
}

function pageOf(stored: z.output<typeof StoredPage>): Page {
  const { object: _, ...page } = stored;
  return { ...page, title: titleOf(page.properties) };
}

export function readPage(answer: ConnectorAnswer): Page {
  return pageOf(readBody(StoredPage, answer));
}

export function plain(texts: z.output<typeof RichText>): string {
  return texts.map(({ plain_text }) => plain_text).join("");
}

const Listed = z.object({
  results: z.array(z.looseObject({ object: z.string() })),
  next_cursor: z.string().nullable(),
  has_more: z.boolean(),
});

/** The pages of a list; what a wiki has beside them, such as data sources, is left out. */
export function pagesOf(answer: ConnectorAnswer): { readonly items: readonly Page[]; readonly next: string | null } {
  const { results, next_cursor, has_more } = readBody(Listed, answer);
  const pages = results.filter(({ object }) => object === "page");
  const stored = readBody(z.array(StoredPage), { ...answer, body: jsonOf(pages) });
  return { items: stored.map(pageOf), next: has_more ? next_cursor : null };
}

export const SAMPLE: Page = {
  id: "59833787-2cf9-4fdf-8782-e53db20768a5",
  url: "https://www.notion.so/Basket-598337872cf94fdf8782e53db20768a5",
  created_time: "2026-11-02T09:30:00.000Z",
  last_edited_time: "2026-11-02T09:31:00.000Z",
  in_trash: false,
  parent: { type: "data_source_id", data_source_id: "1a44be12-0953-4631-b498-9e5817518db8" },
  title: "Basket",
  properties: {
    Name: { id: "title", type: "title", title: [{ type: "text", plain_text: "Basket" }] },
    Price: { id: "BJXS", type: "number", number: 12 },
  },
};

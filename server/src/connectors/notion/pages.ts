import { defineAction, path } from "@steward/sdk";
import { z } from "zod";
import { given } from "../given.ts";
import { readBody } from "../read-body.ts";
import { NotionId, Page, readPage, SAMPLE } from "./page.ts";

const CONTENT_CHARACTERS_MAX = 200_000;

const pageId = NotionId.describe("The page's id.");
const Properties = z.record(z.string().min(1).max(200), z.json());
const PROPERTIES = 'By name, in Notion\'s form: { "Price": { "number": 12 } }.';

const getPage = defineAction({
  title: "Read a page's properties",
  summary: "Reads a page's title and properties.",
  class: "read",
  input: z.strictObject({ page_id: pageId }),
  output: Page,
  scopes: [],
  repeat: "safe",
  destination: [],
  sample: { input: { page_id: SAMPLE.id }, output: SAMPLE },
  *perform({ page_id }) {
    return readPage(yield { method: "GET", url: path`/pages/${page_id}` });
  },
});

const Markdown = z.object({
  markdown: z.string(),
  truncated: z.boolean(),
  unknown_block_ids: z.array(z.string()).default([]),
});

const readContent = defineAction({
  title: "Read a page's text",
  summary: "Reads what a page holds, as Markdown.",
  class: "read",
  input: z.strictObject({ page_id: pageId }),
  output: Markdown,
  scopes: [],
  repeat: "safe",
  destination: [],
  sample: {
    input: { page_id: SAMPLE.id },
    output: { markdown: "# Basket\n\nHolds six.", truncated: false, unknown_block_ids: [] },
  },
  *perform({ page_id }) {
    return readBody(Markdown, yield { method: "GET", url: path`/pages/${page_id}/markdown` });
  },
});

const createPage = defineAction({
  title: "Create a page",
  summary: "Creates a page below another page, or as a row of a data source.",
  class: "write",
  input: z
    .strictObject({
      page_id: NotionId.optional().describe("The page that it lies below, or …"),
      data_source_id: NotionId.optional().describe("… the data source that it is a row of."),
      title: z.string().max(2000).describe("Its title."),
      properties: Properties.optional().describe(PROPERTIES),
      markdown: z.string().max(CONTENT_CHARACTERS_MAX).optional().describe("What it holds."),
    })
    .refine(
      (input) => (input.page_id === undefined) !== (input.data_source_id === undefined),
      "give page_id or data_source_id",
    ),
  output: Page,
  scopes: [],
  repeat: "never",
  destination: ["page_id", "data_source_id"],
  sample: {
    input: {
      data_source_id: "1a44be12-0953-4631-b498-9e5817518db8",
      title: "Basket",
      properties: { Price: { number: 12 } },
      markdown: "Holds six.",
    },
    output: SAMPLE,
  },
  *perform({ page_id, data_source_id, title, properties, markdown }) {
    // The title's property has the id `title`, whatever it is called.
    const titled = { ...properties, title: { title: [{ type: "text", text: { content: title } }] } };
    const parent = given({ page_id, data_source_id });
    return readPage(yield { method: "POST", url: "/pages", body: given({ parent, properties: titled, markdown }) });
  },
});

const updatePage = defineAction({
  title: "Change a page",
  summary: "Changes the properties of a page that are given.",
  class: "write",
  input: z
    .strictObject({
      page_id: pageId,
      title: z.string().max(2000).optional().describe("Its title."),
      properties: Properties.optional().describe(PROPERTIES),
    })
    .refine(({ title, properties }) => title !== undefined || properties !== undefined, "give what is to change"),
  output: Page,
  scopes: [],
  repeat: "safe",
  destination: ["page_id"],
  sample: { input: { page_id: SAMPLE.id, properties: { Price: { number: 12 } } }, output: SAMPLE },
  *perform({ page_id, title, properties }) {
    const titled = title === undefined ? {} : { title: { title: [{ type: "text", text: { content: title } }] } };
    const body = { properties: { ...properties, ...titled } };
    return readPage(yield { method: "PATCH", url: path`/pages/${page_id}`, body });
  },
});

const trashPage = defineAction({
  title: "Delete a page",
  summary: "Puts a page into the bin, from which Notion lets people bring it back.",
  class: "delete",
  input: z.strictObject({ page_id: pageId }),
  output: Page,
  scopes: [],
  repeat: "safe",
  destination: ["page_id"],
  sample: { input: { page_id: SAMPLE.id }, output: { ...SAMPLE, in_trash: true } },
  *perform({ page_id }) {
    return readPage(yield { method: "PATCH", url: path`/pages/${page_id}`, body: { in_trash: true } });
  },
});

export const pageActions = {
  get_page: getPage,
  read_page: readContent,
  create_page: createPage,
  update_page: updatePage,
  trash_page: trashPage,
};

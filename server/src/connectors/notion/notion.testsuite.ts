/** What Notion answers, after the examples of its reference, to the calls that the samples make. */
import type { ConnectorAnswer } from "@steward/sdk";
import { answer } from "../drive.testsuite.ts";

const text = (content: string) => ({
  type: "text",
  text: { content, link: null },
  annotations: { bold: false, italic: false, strikethrough: false, underline: false, code: false, color: "default" },
  plain_text: content,
  href: null,
});
export const PAGE = {
  object: "page",
  id: "59833787-2cf9-4fdf-8782-e53db20768a5",
  created_time: "2026-11-02T09:30:00.000Z",
  last_edited_time: "2026-11-02T09:31:00.000Z",
  created_by: { object: "user", id: "ee5f0f84-409a-440f-983a-a5315961c6e4" },
  last_edited_by: { object: "user", id: "ee5f0f84-409a-440f-983a-a5315961c6e4" },
  cover: null,
  icon: { type: "emoji", emoji: "🧺" },
  parent: {
    type: "data_source_id",
    data_source_id: "1a44be12-0953-4631-b498-9e5817518db8",
    database_id: "248104cd-477e-80fd-b757-e945d38000bd",
  },
  in_trash: false,
  is_locked: false,
  properties: {
    Price: { id: "BJXS", type: "number", number: 12 },
    Name: { id: "title", type: "title", title: [text("Bas"), text("ket")] },
  },
  url: "https://www.notion.so/Basket-598337872cf94fdf8782e53db20768a5",
  public_url: null,
  request_id: "1d0a3f5c-1c0e-4f7c-9c3e-8a4d3a0e5b1a",
};
export const list = (results: readonly object[], next: string | null = null): ConnectorAnswer =>
  answer(
    JSON.parse(
      JSON.stringify({
        object: "list",
        results,
        next_cursor: next,
        has_more: next !== null,
        type: "page_or_data_source",
        page_or_data_source: {},
      }),
    ),
  );
const SOURCE = {
  object: "data_source",
  id: "1a44be12-0953-4631-b498-9e5817518db8",
  title: [text("Stock")],
  url: "https://www.notion.so/1a44be1209534631b4989e5817518db8",
  last_edited_time: "2026-11-02T09:31:00.000Z",
  properties: { Name: { id: "title", name: "Name", type: "title", title: {} } },
};
const DATABASE = answer({
  object: "database",
  id: "248104cd-477e-80fd-b757-e945d38000bd",
  title: [text("Stock")],
  parent: { type: "page_id", page_id: "255104cd-477e-808c-b279-d39ab803a7d2" },
  in_trash: false,
  url: "https://www.notion.so/248104cd477e80fdb757e945d38000bd",
  data_sources: [{ id: "1a44be12-0953-4631-b498-9e5817518db8", name: "Stock" }],
});
const BLOCK = {
  object: "block",
  id: "c02fc1d3-db8b-45c5-a222-27595b15aea7",
  parent: { type: "page_id", page_id: "59833787-2cf9-4fdf-8782-e53db20768a5" },
  created_time: "2026-11-02T09:30:00.000Z",
  last_edited_time: "2026-11-02T09:30:00.000Z",
  has_children: false,
  in_trash: false,
  type: "paragraph",
  paragraph: { rich_text: [text("Holds six.")], color: "default" },
};

/** By action; `whoami` too, and what polls ask for. */
export const notionAnswers: Readonly<Record<string, readonly ConnectorAnswer[]>> = {
  whoami: [
    answer({
      object: "user",
      id: "16d84278-ab0e-484c-9bdd-b35da3bd8905",
      name: "Steward",
      avatar_url: null,
      type: "bot",
      bot: { owner: { type: "workspace", workspace: true }, workspace_name: "Acme" },
    }),
  ],
  get_page: [answer(PAGE)],
  read_page: [
    answer({
      object: "page_markdown",
      id: PAGE.id,
      markdown: "# Basket\n\nHolds six.",
      truncated: false,
      unknown_block_ids: [],
    }),
  ],
  create_page: [answer(PAGE)],
  update_page: [answer(PAGE)],
  trash_page: [answer({ ...PAGE, in_trash: true })],
  get_database: [DATABASE],
  query_database: [DATABASE, list([PAGE, SOURCE], "fe2cc560-036c-44cd-90e8-294d5a74cebc")],
  search: [list([PAGE, SOURCE])],
  list_blocks: [list([BLOCK, { ...BLOCK, type: "divider", divider: {}, paragraph: undefined }])],
  append_blocks: [list([BLOCK])],
  "page_changed.first": [list([PAGE])],
  "page_changed.next": [list([PAGE, { ...PAGE, last_edited_time: "2026-11-02T09:40:00.000Z" }])],
};

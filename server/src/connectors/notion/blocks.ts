import { type ConnectorAnswer, defineAction, path } from "@steward/sdk";
import { z } from "zod";
import { given } from "../given.ts";
import { followPages, nextField, pageFields } from "../pages.ts";
import { readBody } from "../read-body.ts";
import { NotionId, plain, RichText } from "./page.ts";

const Block = z.object({
  id: z.string(),
  type: z.string(),
  has_children: z.boolean(),
  last_edited_time: z.string().optional(),
  text: z.string().describe("Its words, without their styles."),
  content: z.json().describe("What Notion keeps under the block's type."),
});
const StoredBlock = z.looseObject({
  id: z.string(),
  type: z.string(),
  has_children: z.boolean(),
  last_edited_time: z.string().optional(),
});
const Texts = z.object({ rich_text: RichText });

function blockOf(stored: z.output<typeof StoredBlock>): z.output<typeof Block> {
  const { id, type, has_children, last_edited_time } = stored;
  const content = z
    .json()
    .catch(null)
    .parse(stored[type] ?? null);
  const texts = Texts.safeParse(content);
  return Block.parse({
    id,
    type,
    has_children,
    last_edited_time,
    text: texts.success ? plain(texts.data.rich_text) : "",
    content,
  });
}

const Listed = z.object({
  results: z.array(StoredBlock),
  next_cursor: z.string().nullable(),
  has_more: z.boolean(),
});

function blocksOf(answer: ConnectorAnswer): { items: z.output<typeof Block>[]; next: string | null } {
  const { results, has_more, next_cursor } = readBody(Listed, answer);
  return { items: results.map(blockOf), next: has_more ? next_cursor : null };
}

const SAMPLE: z.output<typeof Block> = {
  id: "c02fc1d3-db8b-45c5-a222-27595b15aea7",
  type: "paragraph",
  has_children: false,
  text: "Holds six.",
  content: {
    rich_text: [{ type: "text", text: { content: "Holds six." }, plain_text: "Holds six." }],
    color: "default",
  },
};

const blockId = NotionId.describe("The id of a block, or of a page for all that it holds.");

const listBlocks = defineAction({
  title: "List blocks",
  summary: "Lists the blocks of a page, or those within a block.",
  class: "read",
  input: z.strictObject({ block_id: blockId, ...pageFields(100, 100) }),
  output: z.object({ blocks: z.array(Block), ...nextField }),
  scopes: [],
  repeat: "safe",
  destination: [],
  sample: {
    input: { block_id: "59833787-2cf9-4fdf-8782-e53db20768a5", limit: 100, pages: 1 },
    output: { blocks: [SAMPLE], next: null },
  },
  *perform({ block_id, limit, ...asked }) {
    const { items, next } = yield* followPages(asked, function* (cursor) {
      const query = { page_size: limit, start_cursor: cursor };
      return blocksOf(yield { method: "GET", url: path`/blocks/${block_id}/children`, query });
    });
    return { blocks: items, next };
  },
});

const appendBlocks = defineAction({
  title: "Append blocks",
  summary: "Puts blocks at the end of a page or block, or after one of its blocks.",
  class: "write",
  input: z
    .strictObject({
      block_id: blockId,
      text: z.string().min(1).max(100_000).optional().describe("Plain text, a paragraph a line, or …"),
      children: z
        .array(z.record(z.string(), z.json()))
        .min(1)
        .max(100)
        .optional()
        .describe("… blocks in Notion's form."),
      after: NotionId.optional().describe("The block that they follow; at the end when left out."),
    })
    .refine((input) => (input.text === undefined) !== (input.children === undefined), "give text or children")
    .refine(({ text }) => text === undefined || text.split("\n").length <= 100, "at most 100 lines"),
  output: z.object({ blocks: z.array(Block) }),
  scopes: [],
  repeat: "never",
  destination: ["block_id"],
  sample: {
    input: { block_id: "59833787-2cf9-4fdf-8782-e53db20768a5", text: "Holds six." },
    output: { blocks: [SAMPLE] },
  },
  *perform({ block_id, text, children, after }) {
    const position = after === undefined ? undefined : { type: "after_block", after_block: { id: after } };
    const body = given({ children: children ?? paragraphsOf(text ?? ""), position });
    return { blocks: blocksOf(yield { method: "PATCH", url: path`/blocks/${block_id}/children`, body }).items };
  },
});

/** Notion takes at most 2000 characters in one text, and 100 texts in a block. */
const TEXT_CHARACTERS_MAX = 2000;

function paragraphsOf(text: string) {
  return text.split("\n").map((line) => ({
    object: "block",
    type: "paragraph",
    paragraph: {
      rich_text: piecesOf(line).map((content) => ({ type: "text", text: { content } })),
    },
  }));
}

/** Cut between characters, not within one. */
function piecesOf(line: string): readonly string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const character of line) {
    if (piece.length + character.length > TEXT_CHARACTERS_MAX) {
      pieces.push(piece);
      piece = "";
    }
    piece += character;
  }
  return piece === "" ? pieces : [...pieces, piece];
}

export const blockActions = { list_blocks: listBlocks, append_blocks: appendBlocks };

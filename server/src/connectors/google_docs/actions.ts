import { defineAction, path } from "@steward/sdk";
import { z } from "zod";
import { given } from "../given.ts";
import { readBody } from "../read-body.ts";
import { contentOf, Document } from "./document.ts";

export const DOCUMENTS_SCOPE = "https://www.googleapis.com/auth/documents";
export const DOCUMENTS_READ_SCOPE = "https://www.googleapis.com/auth/documents.readonly";
export const FILE_SCOPE = "https://www.googleapis.com/auth/drive.file";

const TEXT_CHARACTERS_MAX = 1_000_000;

const DocumentId = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,200}$/, "use a document's id: what follows /d/ in its address")
  .describe("The document's id: what follows /d/ in its address.");

const Created = z.object({ documentId: z.string(), title: z.string(), url: z.string().nullable() });

/** One upload to Drive, which makes a document of the text: the Docs API itself would take one call more to fill it. */
const createDocument = defineAction({
  title: "Create a document",
  summary: "Creates a document, with a text in it.",
  class: "write",
  input: z.strictObject({
    title: z.string().min(1).max(500).describe("Its name."),
    content: z.string().max(TEXT_CHARACTERS_MAX).default("").describe("Its text."),
    format: z.enum(["markdown", "text"]).default("markdown").describe("What the text is written in."),
    folder: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,200}$/, "use a folder's id")
      .optional()
      .describe("The id of a folder that this connection made; My Drive when left out."),
  }),
  output: Created,
  scopes: [FILE_SCOPE],
  repeat: "never",
  destination: ["folder"],
  sample: {
    input: { title: "Minutes", content: "# Minutes\n\nWe met.", format: "markdown" },
    output: {
      documentId: "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
      title: "Minutes",
      url: "https://docs.google.com/document/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit",
    },
  },
  *perform({ title, content, format, folder }) {
    const parents = folder === undefined ? undefined : [folder];
    const metadata = JSON.stringify(given({ name: title, mimeType: "application/vnd.google-apps.document", parents }));
    const type = format === "markdown" ? "text/markdown" : "text/plain";
    const boundary = boundaryFor(metadata + content);
    const answer = yield {
      method: "POST",
      url: "https://www.googleapis.com/upload/drive/v3/files",
      query: { uploadType: "multipart", fields: "id,name,webViewLink" },
      headers: { "content-type": `multipart/related; boundary=${boundary}` },
      as: "text",
      body: [
        `--${boundary}`,
        "Content-Type: application/json; charset=UTF-8",
        "",
        metadata,
        `--${boundary}`,
        `Content-Type: ${type}; charset=UTF-8`,
        "",
        content.toWellFormed(),
        `--${boundary}--`,
        "",
      ].join("\r\n"),
    };
    const File = z.object({ id: z.string(), name: z.string(), webViewLink: z.string().optional() });
    const { id, name, webViewLink = null } = readBody(File, answer);
    return { documentId: id, title: name, url: webViewLink };
  },
});

/** A boundary that is nowhere in the text. */
function boundaryFor(text: string): string {
  let boundary = "steward";
  while (text.includes(boundary)) boundary += "-x";
  return boundary;
}

const readDocument = defineAction({
  title: "Read a document",
  summary: "Reads a document's text, all tabs of it.",
  class: "read",
  input: z.strictObject({
    documentId: DocumentId,
    format: z.enum(["markdown", "text"]).default("markdown").describe("What the text is given in."),
  }),
  output: z.object({
    documentId: z.string(),
    title: z.string(),
    revisionId: z.string().nullable(),
    content: z.string(),
  }),
  scopes: [DOCUMENTS_READ_SCOPE],
  repeat: "safe",
  destination: [],
  sample: {
    input: { documentId: "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms", format: "markdown" },
    output: {
      documentId: "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
      title: "Minutes",
      revisionId: "ALm37BW",
      content: "# Minutes\n\nWe met.",
    },
  },
  *perform({ documentId, format }) {
    const url = path`/documents/${documentId}`;
    const document = readBody(Document, yield { method: "GET", url, query: { includeTabsContent: true } });
    const { title, revisionId = null } = document;
    return { documentId: document.documentId, title, revisionId, content: contentOf(document, format) };
  },
});

const appendText = defineAction({
  title: "Append to a document",
  summary: "Puts plain text at the end of a document's first tab.",
  class: "write",
  input: z.strictObject({
    documentId: DocumentId,
    text: z
      .string()
      .min(1)
      .max(TEXT_CHARACTERS_MAX)
      .describe("Plain text; begin it with a line break for a new paragraph."),
  }),
  output: z.object({ documentId: z.string() }),
  scopes: [DOCUMENTS_SCOPE],
  repeat: "never",
  destination: ["documentId"],
  sample: {
    input: { documentId: "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms", text: "\nWe met again." },
    output: { documentId: "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms" },
  },
  *perform({ documentId, text }) {
    const body = { requests: [{ insertText: { text, endOfSegmentLocation: {} } }] };
    const answer = yield { method: "POST", url: `${path`/documents/${documentId}`}:batchUpdate`, body };
    return readBody(z.object({ documentId: z.string() }), answer);
  },
});

const Replies = z.object({
  documentId: z.string(),
  replies: z
    .array(z.object({ replaceAllText: z.object({ occurrencesChanged: z.int().default(0) }).optional() }))
    .default([]),
});

const replaceText = defineAction({
  title: "Replace in a document",
  summary: "Replaces texts wherever they are in a document, such as the blanks of a template.",
  class: "write",
  input: z.strictObject({
    documentId: DocumentId,
    replacements: z
      .array(
        z.strictObject({
          find: z.string().min(1).max(10_000),
          replace: z.string().max(100_000),
          matchCase: z.boolean().default(true),
        }),
      )
      .min(1)
      .max(100)
      .describe("In order: what to find, what to put in its place, and whether capitals count."),
  }),
  output: z.object({ documentId: z.string(), replaced: z.array(z.int()).describe("How often, for each replacement.") }),
  scopes: [DOCUMENTS_SCOPE],
  repeat: "never",
  destination: ["documentId"],
  sample: {
    input: {
      documentId: "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
      replacements: [{ find: "{{name}}", replace: "Ann", matchCase: true }],
    },
    output: { documentId: "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms", replaced: [2] },
  },
  *perform({ documentId, replacements }) {
    const requests = replacements.map(({ find, replace, matchCase }) => ({
      replaceAllText: { containsText: { text: find, matchCase }, replaceText: replace },
    }));
    const answer = yield { method: "POST", url: `${path`/documents/${documentId}`}:batchUpdate`, body: { requests } };
    const { replies, ...rest } = readBody(Replies, answer);
    return { ...rest, replaced: replacements.map((_, n) => replies[n]?.replaceAllText?.occurrencesChanged ?? 0) };
  },
});

export const documentActions = {
  create_document: createDocument,
  read_document: readDocument,
  append_text: appendText,
  replace_text: replaceText,
};

/** Google Docs' connector: creating against emulate's Drive, all else against the documented answers. */
import { createEmulator } from "emulate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, asking, drive, inTurn, type Driven, type Provider } from "../drive.testsuite.ts";
import { googleDocs } from "./connector.ts";
import { contentOf, Document } from "./document.ts";
import { DOCUMENT } from "./google_docs.testsuite.ts";

let origin = "";
let close: () => Promise<void>;
let provider: Provider;
beforeAll(async () => {
  const email = "ada@example.com";
  const seed = {
    tokens: { "ada-token": { login: email, scopes: [] } },
    google: { users: [{ email, name: "Ada Lovelace" }] },
  };
  const server = await createEmulator({ service: "google", port: 0, seed });
  close = async () => await server.close();
  origin = server.url;
  provider = asking(googleDocs, origin, "Bearer ada-token");
});
afterAll(async () => await close());

async function perform(name: string, input: object, by: Provider = provider): Promise<Driven<Record<string, unknown>>> {
  const action = googleDocs.actions[name]!;
  const driven = await drive(googleDocs, action.perform(action.input.parse(input), "key"), by);
  expect(action.output.parse(driven.output)).toEqual(driven.output);
  return driven as Driven<Record<string, unknown>>;
}

test("a document is made of a text in one call, whatever the text holds", async () => {
  const content = "# Grüße\r\n\r\n--steward\r\n--steward-x--\r\nEnd";
  const { output, calls } = await perform("create_document", { title: 'A "quoted" title', content });
  expect(calls).toHaveLength(1);
  const stored = await fetch(`${origin}/drive/v3/files/${String(output["documentId"])}`, {
    headers: { authorization: "Bearer ada-token" },
  });
  expect(await stored.json()).toMatchObject({
    name: 'A "quoted" title',
    mimeType: "application/vnd.google-apps.document",
  });
  const [, boundary = ""] = /boundary=(\S+)$/.exec(calls[0]?.headers?.["content-type"] ?? "") ?? [];
  const parts = (calls[0]?.body as string).split(`--${boundary}`);
  expect(parts).toHaveLength(4);
  expect(parts[2]).toBe(`\r\nContent-Type: text/markdown; charset=UTF-8\r\n\r\n${content}\r\n`);
});

test("a document is read as Markdown: headings, styles, links, lists, tables, people", () => {
  expect(contentOf(Document.parse(DOCUMENT), "markdown")).toBe(
    [
      "# Minutes",
      "",
      String.raw`We met **soon** [*there*](https://example.com/a%20%28b%29) & \*said\* 2\_3.`,
      "",
      "- One",
      "   1. Two",
      "",
      "| Day | Sum |",
      "| --- | --- |",
      String.raw`| a\|b<br>c | 2 |`,
      "",
      String.raw`Ann has [Plan](https://docs.google.com/x)`,
    ].join("\n"),
  );
});

test("a document is read as plain text", () => {
  expect(contentOf(Document.parse(DOCUMENT), "text")).toBe(
    "Minutes\nWe met soon there & *said* 2_3.\nOne\nTwo\n\nDay\tSum\na|b\nc\t2\nAnn has Plan",
  );
});

test("several tabs follow each other, tabs within tabs too", () => {
  const tab = (title: string, text: string, childTabs: object[] = []) => ({
    tabProperties: { title },
    documentTab: { body: { content: [{ paragraph: { elements: [{ textRun: { content: `${text}\n` } }] } }] } },
    childTabs,
  });
  const document = Document.parse({
    documentId: "d",
    tabs: [tab("First", "one", [tab("Within", "two")]), tab("Last", "three")],
  });
  expect(contentOf(document, "markdown")).toBe("# First\n\none\n\n# Within\n\ntwo\n\n# Last\n\nthree");
});

test("a document nested without end is cut, not followed", () => {
  let content: object[] = [];
  for (let n = 0; n < 100; n += 1)
    content = [
      { tableOfContents: { content: [{ paragraph: { elements: [{ textRun: { content: `${n}\n` } }] } }, ...content] } },
    ];
  const document = Document.parse({ documentId: "d", tabs: [{ documentTab: { body: { content } } }] });
  expect(contentOf(document, "text").split("\n").length).toBeLessThan(25);
});

test("replacing says how often, also where it was never", async () => {
  const replacements = [
    { find: "{{name}}", replace: "Ann" },
    { find: "{{day}}", replace: "" },
  ];
  const replies = answer({
    documentId: "d",
    replies: [{ replaceAllText: { occurrencesChanged: 2 } }, { replaceAllText: {} }],
  });
  const { output, calls } = await perform("replace_text", { documentId: "d", replacements }, inTurn([replies]));
  expect(output).toEqual({ documentId: "d", replaced: [2, 0] });
  expect(calls[0]).toMatchObject({
    method: "POST",
    url: "/documents/d:batchUpdate",
    body: {
      requests: [{ replaceAllText: { containsText: { text: "{{name}}", matchCase: true }, replaceText: "Ann" } }, {}],
    },
  });
});

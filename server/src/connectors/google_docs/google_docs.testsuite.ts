/** What Google Docs and Drive answer, after their APIs' reference, to the calls that the samples make. */
import type { ConnectorAnswer } from "@steward/sdk";
import { answer } from "../drive.testsuite.ts";
import { googleUser } from "../gmail/gmail.testsuite.ts";

const ID = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms";
const run = (content: string, textStyle: object = {}) => ({
  startIndex: 1,
  endIndex: 2,
  textRun: { content, textStyle },
});
const paragraph = (elements: object[], namedStyleType = "NORMAL_TEXT", bullet?: object) => ({
  startIndex: 1,
  endIndex: 9,
  paragraph: {
    elements,
    paragraphStyle: { namedStyleType, direction: "LEFT_TO_RIGHT" },
    ...(bullet === undefined ? {} : { bullet }),
  },
});

/** A document with one of everything. */
export const DOCUMENT = {
  documentId: ID,
  title: "Minutes",
  revisionId: "ALm37BW",
  suggestionsViewMode: "SUGGESTIONS_INLINE",
  tabs: [
    {
      tabProperties: { tabId: "t.0", title: "Tab 1", index: 0 },
      documentTab: {
        body: {
          content: [
            { endIndex: 1, sectionBreak: { sectionStyle: { sectionType: "CONTINUOUS" } } },
            paragraph([run("Minutes\n")], "HEADING_1"),
            paragraph([
              run("We met "),
              run("soon ", { bold: true }),
              run("there", { italic: true, link: { url: "https://example.com/a (b)" } }),
              run(" & *said* 2_3.\n"),
            ]),
            paragraph([run("One\n")], "NORMAL_TEXT", { listId: "kix.1" }),
            paragraph([run("Two\n")], "NORMAL_TEXT", { listId: "kix.1", nestingLevel: 1 }),
            paragraph([run("\n")]),
            {
              startIndex: 30,
              endIndex: 60,
              table: {
                rows: 2,
                columns: 2,
                tableRows: [
                  { tableCells: [{ content: [paragraph([run("Day\n")])] }, { content: [paragraph([run("Sum\n")])] }] },
                  {
                    tableCells: [
                      { content: [paragraph([run("a|b\n")]), paragraph([run("c\n")])] },
                      { content: [paragraph([run("2\n")])] },
                    ],
                  },
                ],
              },
            },
            paragraph([
              { person: { personId: "1", personProperties: { name: "Ann", email: "ann@example.com" } } },
              run(" has "),
              {
                richLink: { richLinkId: "2", richLinkProperties: { title: "Plan", uri: "https://docs.google.com/x" } },
              },
              run("\n"),
            ]),
          ],
        },
        lists: {
          "kix.1": {
            listProperties: { nestingLevels: [{ glyphSymbol: "●" }, { glyphType: "DECIMAL", glyphFormat: "%1." }] },
          },
        },
      },
    },
  ],
};

/** By action; `whoami` too. */
export const googleDocsAnswers: Readonly<Record<string, readonly ConnectorAnswer[]>> = {
  whoami: [googleUser],
  create_document: [
    answer({ id: ID, name: "Minutes", webViewLink: `https://docs.google.com/document/d/${ID}/edit?usp=drivesdk` }),
  ],
  read_document: [answer(JSON.parse(JSON.stringify(DOCUMENT)))],
  append_text: [answer({ replies: [{}], writeControl: { requiredRevisionId: "ALm37BX" }, documentId: ID })],
  replace_text: [
    answer({
      replies: [{ replaceAllText: { occurrencesChanged: 2 } }],
      writeControl: { requiredRevisionId: "ALm37BX" },
      documentId: ID,
    }),
  ],
};

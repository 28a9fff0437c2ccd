/** What Gmail answers, after its API's reference, to the calls that the samples make. */
import type { ConnectorAnswer } from "@steward/sdk";
import { answer } from "../drive.testsuite.ts";

export const googleUser = answer({
  id: "110248495921238986420",
  email: "ada@example.com",
  verified_email: true,
  name: "Ada Lovelace",
  picture: "https://lh3.googleusercontent.com/a",
});

const HEADERS = [
  { name: "Delivered-To", value: "shop@example.com" },
  { name: "From", value: "Ann Smith <ann@example.com>" },
  { name: "To", value: "shop@example.com" },
  { name: "Subject", value: "Where is my order?" },
  { name: "Date", value: "Mon, 2 Nov 2026 10:30:00 +0100" },
  { name: "Message-Id", value: "<CAF=1@mail.example.com>" },
];
const SUMMARY = {
  id: "18c2f5a7b1d4e9f0",
  threadId: "18c2f5a7b1d4e9f0",
  labelIds: ["INBOX", "UNREAD"],
  snippet: "I ordered a basket.",
  historyId: "1042",
  internalDate: "1793611801000",
  sizeEstimate: 4521,
  payload: { partId: "", mimeType: "multipart/mixed", filename: "", headers: HEADERS, body: { size: 0 } },
};
const FULL = {
  ...SUMMARY,
  payload: {
    ...SUMMARY.payload,
    parts: [
      {
        partId: "0",
        mimeType: "multipart/alternative",
        filename: "",
        headers: [],
        body: { size: 0 },
        parts: [
          { partId: "0.0", mimeType: "text/plain", filename: "", headers: [], body: { size: 7, data: "QmFza2V0_w" } },
          {
            partId: "0.1",
            mimeType: "text/html",
            filename: "",
            headers: [],
            body: { size: 13, data: "PGI-QmFza2V0PC9iPg" },
          },
        ],
      },
      {
        partId: "1",
        mimeType: "application/pdf",
        filename: "order.pdf",
        headers: [{ name: "Content-Disposition", value: "attachment" }],
        body: { attachmentId: "ANGjdJ8w", size: 24_000 },
      },
    ],
  },
};
const SENT = answer({ id: "18c2f5a7b1d4e9f1", threadId: "18c2f5a7b1d4e9f0", labelIds: ["SENT"] });
const LISTED = answer({
  messages: [{ id: "18c2f5a7b1d4e9f0", threadId: "18c2f5a7b1d4e9f0" }],
  nextPageToken: "09876",
  resultSizeEstimate: 201,
});
const LABELS = answer({
  labels: [
    { id: "INBOX", name: "INBOX", messageListVisibility: "hide", labelListVisibility: "labelShow", type: "system" },
    { id: "UNREAD", name: "UNREAD", type: "system" },
    { id: "Label_7", name: "Orders", type: "user" },
  ],
});
const PROFILE = { emailAddress: "ada@example.com", messagesTotal: 10, threadsTotal: 9, historyId: "1041" };

/** By action; `whoami` too, and what polls ask for. */
export const gmailAnswers: Readonly<Record<string, readonly ConnectorAnswer[]>> = {
  whoami: [googleUser],
  send: [SENT],
  reply: [answer(SUMMARY), SENT],
  create_draft: [
    answer({ id: "r-8151", message: { id: "18c2f5a7b1d4e9f0", threadId: "18c2f5a7b1d4e9f0", labelIds: ["DRAFT"] } }),
  ],
  search: [LISTED],
  list: [LISTED, answer(SUMMARY)],
  get: [answer(FULL)],
  get_attachment: [answer({ size: 5, data: "SGVsbG8" })],
  list_labels: [LABELS],
  change_labels: [
    LABELS,
    answer({ id: "18c2f5a7b1d4e9f0", threadId: "18c2f5a7b1d4e9f0", labelIds: ["INBOX", "Label_7"] }),
  ],
  "new_mail.first": [answer(PROFILE)],
  "new_mail.next": [
    answer({
      history: [
        {
          id: "1042",
          messages: [{ id: "18c2f5a7b1d4e9f0", threadId: "18c2f5a7b1d4e9f0" }],
          messagesAdded: [{ message: { id: "18c2f5a7b1d4e9f0", threadId: "18c2f5a7b1d4e9f0", labelIds: ["INBOX"] } }],
        },
      ],
      historyId: "1042",
    }),
    answer(SUMMARY),
  ],
};

import { defineConnector } from "@steward/sdk";
import {
  GOOGLE_IDENTITY_HOST,
  googleAuthentication,
  googleFailure,
  googleIdentityScopes,
  googleServiceAccount,
  googleSetUp,
  googleWhoami,
} from "../google-account.ts";
import { labelActions } from "./labels.ts";
import { newMail } from "./new-mail.ts";
import { readActions } from "./read.ts";
import { writeActions } from "./write.ts";

/** After the Gmail API, version 1. */
export const gmail = defineConnector({
  id: "gmail",
  title: "Gmail",
  summary: "Mails of a Google account: send, answer, find, read, label.",
  category: "mail",
  keywords: ["google", "mail", "email", "inbox", "attachment"],
  base: "https://gmail.googleapis.com",
  hosts: ["gmail.googleapis.com", GOOGLE_IDENTITY_HOST],
  authentication: [googleAuthentication, googleServiceAccount],
  scopes: {
    ...googleIdentityScopes,
    "https://www.googleapis.com/auth/gmail.send": "Send mail in your name",
    "https://www.googleapis.com/auth/gmail.compose": "Write drafts, and send mail in your name",
    "https://www.googleapis.com/auth/gmail.readonly": "Read all your mail and its attachments",
    "https://www.googleapis.com/auth/gmail.labels": "See and change which labels there are",
    "https://www.googleapis.com/auth/gmail.modify": "Read, send, label and bin your mail, but not delete it for good",
  },
  actions: { ...writeActions, ...readActions, ...labelActions },
  triggers: { new_mail: newMail },
  whoami: googleWhoami,
  failure: googleFailure,
  setUp: googleSetUp("the Gmail API"),
  triedAgainst: "emulate 0.12.2, and answers as the Gmail API's discovery document has them",
});

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
import { documentActions, DOCUMENTS_READ_SCOPE, DOCUMENTS_SCOPE, FILE_SCOPE } from "./actions.ts";

/** After the Google Docs API, version 1, and the Drive API, version 3. */
export const googleDocs = defineConnector({
  id: "google_docs",
  title: "Google Docs",
  summary: "Documents of a Google account: create, read, append, fill in.",
  category: "documents",
  keywords: ["google", "document", "drive", "template", "markdown"],
  base: "https://docs.googleapis.com/v1",
  hosts: ["docs.googleapis.com", GOOGLE_IDENTITY_HOST],
  authentication: [googleAuthentication, googleServiceAccount],
  scopes: {
    ...googleIdentityScopes,
    [FILE_SCOPE]: "Create files in your Drive, and see and change only those that were created here",
    [DOCUMENTS_READ_SCOPE]: "Read all your documents",
    [DOCUMENTS_SCOPE]: "Read, create, change and delete all your documents",
  },
  actions: documentActions,
  triggers: {},
  whoami: googleWhoami,
  failure: googleFailure,
  setUp: googleSetUp("the Google Docs API and the Google Drive API"),
  triedAgainst:
    "emulate 0.12.2 (create, through its Drive), and answers as the Docs API's discovery document has them (read, append, replace)",
});

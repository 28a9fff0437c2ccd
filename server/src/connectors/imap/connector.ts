import { defineConnector, performedByGate, type PollTrigger } from "@steward/sdk";
import { z } from "zod";
import { statusFailure } from "../status-failure.ts";
import { changingActions } from "./changing.ts";
import { Folder, SUMMARY, VALIDITY } from "./fields.ts";
import { readingActions } from "./reading.ts";

/** Performed by `gate/poll-imap.ts`: from the folder's numbering and the last number seen to the mails after it. */
const newMail: PollTrigger = {
  kind: "poll",
  title: "New mail",
  summary: "A mail has come into a folder.",
  settings: z.strictObject({ folder: Folder.default("INBOX") }),
  scopes: [],
  everySeconds: { default: 300, min: 60 },
  sample: { ...SUMMARY, uidValidity: VALIDITY, folder: "INBOX" },
  poll: performedByGate,
};

/** A mailbox of the project's own; performed by `gate/use-imap.ts`. */
export const imap = defineConnector({
  id: "imap",
  title: "Mailbox (IMAP)",
  summary: "Mails of any mailbox that speaks IMAP: find, read, move, mark, delete, put.",
  category: "mail",
  keywords: ["imap", "mail", "email", "inbox", "folder", "fastmail", "dovecot", "mailbox", "attachment"],
  // Never reached: each connection brings its own (RFC 6761, "invalid").
  base: "https://imap.invalid",
  hosts: ["imap.invalid"],
  ownAddress: true,
  protocol: "imap",
  authentication: [{ kind: "basic", user: "User", password: "Password" }],
  scopes: {},
  actions: { ...readingActions, ...changingActions },
  triggers: { new_mail: newMail },
  // oxlint-disable-next-line require-yield -- the gate signs in by itself (`gate/sign-in-ways.ts`)
  *whoami() {
    return { account: "imap", label: "Mailbox" };
  },
  failure: (answer) => statusFailure(answer),
  setUp: [
    "Find the address for reading at your mail provider: imaps://mail.example.com:993, or imap://mail.example.com:143 with STARTTLS.",
    "Make a password for Steward alone, where the provider has app passwords.",
    "Where it is no address of the public internet, or another port than 143 and 993, let the operator name it in STEWARD_EGRESS_ALLOW.",
  ],
  triedAgainst: "Dovecot 2.3",
});

import { defineAction, path, ProviderError } from "@steward/sdk";
import { z } from "zod";
import { readBody } from "../read-body.ts";
import { MAILBOX, MessageId } from "./mailbox.ts";

const LABELS = "https://www.googleapis.com/auth/gmail.labels";
const MODIFY = "https://www.googleapis.com/auth/gmail.modify";

const Label = z.object({ id: z.string(), name: z.string(), type: z.string().optional() });
const Listed = z.object({ labels: z.array(Label).optional() });
const Names = z.array(z.string().min(1).max(225)).max(50).default([]);

const listLabels = defineAction({
  title: "List labels",
  summary: "Lists the mailbox's labels.",
  class: "read",
  input: z.strictObject({}),
  output: z.object({ labels: z.array(Label) }),
  scopes: [LABELS],
  repeat: "safe",
  destination: [],
  sample: { input: {}, output: { labels: [{ id: "INBOX", name: "INBOX", type: "system" }] } },
  *perform() {
    const { labels = [] } = readBody(Listed, yield { method: "GET", url: `${MAILBOX}/labels` });
    return { labels };
  },
});

const changeLabels = defineAction({
  title: "Change labels",
  summary: "Adds labels to a mail and takes labels off it: INBOX off archives it, UNREAD off marks it as read.",
  class: "write",
  input: z
    .strictObject({
      id: MessageId,
      add: Names.describe("Names or ids of labels that it gets."),
      remove: Names.describe("Names or ids of labels that it loses."),
    })
    .refine(({ add, remove }) => add.length + remove.length > 0, "name a label")
    // Who may label a mail may not delete it by the way.
    .refine(({ add }) => !add.some((label) => label.toUpperCase() === "TRASH"), "TRASH would bin the mail"),
  output: z.object({ id: z.string(), threadId: z.string(), labelIds: z.array(z.string()) }),
  scopes: [MODIFY],
  repeat: "safe",
  destination: [],
  sample: {
    input: { id: "18c2f5a7b1d4e9f0", add: ["Orders"], remove: ["UNREAD"] },
    output: { id: "18c2f5a7b1d4e9f0", threadId: "18c2f5a7b1d4e9f0", labelIds: ["INBOX", "Label_7"] },
  },
  *perform({ id, add, remove }) {
    const { labels = [] } = readBody(Listed, yield { method: "GET", url: `${MAILBOX}/labels` });
    const idOf = (wanted: string): string => {
      const found =
        labels.find((label) => label.id === wanted) ??
        labels.find((label) => label.name.toLowerCase() === wanted.toLowerCase());
      if (found === undefined) throw new ProviderError({ kind: "not_found", message: `there is no label "${wanted}"` });
      return found.id;
    };
    const body = { addLabelIds: add.map(idOf), removeLabelIds: remove.map(idOf) };
    const answer = yield { method: "POST", url: `${MAILBOX}/messages/${path`${id}`}/modify`, body };
    const changed = readBody(
      z.object({ id: z.string(), threadId: z.string(), labelIds: z.array(z.string()).optional() }),
      answer,
    );
    return { ...changed, labelIds: changed.labelIds ?? [] };
  },
});

export const labelActions = { list_labels: listLabels, change_labels: changeLabels };

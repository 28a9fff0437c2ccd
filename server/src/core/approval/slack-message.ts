/** An approval as a Slack message: text, blocks and buttons. Pure; what is shown was chosen before. */
import type { Json, JsonObject } from "../json.ts";

/** What its buttons are called where Slack tells which was pressed. */
export const BUTTONS = { approve: "steward_approve", reject: "steward_reject", open: "steward_open" } as const;

export interface MessageContent {
  /** Such as `Refund mail`. */
  readonly flow: string;
  readonly step: string;
  /** What is asked, in a sentence or two. */
  readonly asks: string;
  /** Null where the rule does not show them, or they are private. */
  readonly arguments: Json | null;
  /** Each a sentence: who has said what so far, what became of it. */
  readonly notes: readonly string[];
  /** Null when nobody decides it here: only the link is shown. */
  readonly buttons: { readonly approval: string; readonly digest: string } | null;
  /** Null once it is over. */
  readonly link: string | null;
}

/** Of a section's text, by Slack's reference of blocks; what is longer is cut, and says so. */
const TEXT_CHARACTERS_MAX = 2900;

export function slackMessage(content: MessageContent): { readonly text: string; readonly blocks: readonly Json[] } {
  const { flow, step, asks, notes, buttons, link } = content;
  const title = link === null ? "Approval" : "Approval needed";
  const blocks = [
    section(`*${title}*\n${escapeText(asks)}`),
    { type: "context", elements: [plain(`${flow}, step ${step}`)] },
    ...(content.arguments === null ? [] : [{ type: "section", text: plain(shownArguments(content.arguments)) }]),
    ...notes.map((note) => section(escapeText(note))),
    ...(link === null ? [] : [{ type: "actions", block_id: "steward", elements: buttonsOf(buttons, link) }]),
  ];
  const last = notes.at(-1);
  return {
    text: escapeText(cut(link === null && last !== undefined ? `${asks} ${last}` : `${title}: ${asks}`)),
    blocks,
  };
}

function buttonsOf(buttons: MessageContent["buttons"], link: string): Json[] {
  const open = { type: "button", action_id: BUTTONS.open, text: plain("Open in Steward"), url: link };
  if (buttons === null) return [open];
  const value = `${buttons.approval}:${buttons.digest}`;
  return [
    { type: "button", action_id: BUTTONS.approve, text: plain("Approve"), style: "primary", value },
    { type: "button", action_id: BUTTONS.reject, text: plain("Reject"), style: "danger", value },
    open,
  ];
}

function section(text: string): JsonObject {
  return { type: "section", text: { type: "mrkdwn", text: cut(text), verbatim: true } };
}

/** Nothing in it is markup: what a run carries can't draw a button, name a channel or call somebody. */
function plain(text: string): JsonObject {
  return { type: "plain_text", text: cut(text), emoji: false };
}

function shownArguments(given: Json): string {
  return JSON.stringify(given, null, 2);
}

function cut(text: string): string {
  return text.length <= TEXT_CHARACTERS_MAX
    ? text
    : `${text.slice(0, TEXT_CHARACTERS_MAX).toWellFormed()}… (the page has the rest)`;
}

/** The three characters by which Slack's markup begins links, mentions and entities ("Formatting text", escaping). */
function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

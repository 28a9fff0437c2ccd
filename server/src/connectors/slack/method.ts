/** How Slack's methods are asked, and what its things are called. */
import type { ConnectorCall } from "@steward/sdk";
import { z } from "zod";

type Json = z.core.util.JSONType;
type Field = string | number | boolean | undefined;

/** A method that reads: Slack takes its arguments as a form, and not all of them as JSON. */
export function ask(method: string, fields: Readonly<Record<string, Field>>): ConnectorCall {
  const body = Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, Exclude<Field, undefined>] => field[1] !== undefined),
  );
  return { method: "POST", url: `/${method}`, body, as: "form", reads: true };
}

/** A method that changes something. */
export function tell(method: string, body: Record<string, Json>): ConnectorCall {
  return { method: "POST", url: `/${method}`, body };
}

const ID = /^[CDGUW][A-Z0-9]{2,30}$/;

export const ChannelId = z.string().regex(ID, "use a channel's id, such as C024BE91L");
export const Timestamp = z.string().regex(/^\d{1,16}\.\d{1,9}$/, "use a message's ts, such as 1503435956.000247");

export const Continued = z.object({
  response_metadata: z.object({ next_cursor: z.string().optional() }).nullish(),
});

/** Where the next page begins; Slack says the end with an empty text. */
export function nextOf(body: z.output<typeof Continued>): string | null {
  const next = body.response_metadata?.next_cursor ?? "";
  return next === "" ? null : next;
}

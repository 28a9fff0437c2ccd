import { defineAction } from "@steward/sdk";
import { z } from "zod";
import { given } from "../given.ts";
import { readBody } from "../read-body.ts";
import { ask, ChannelId, tell, Timestamp } from "./method.ts";

/** About 5 MB. */
const CONTENT_CHARACTERS_MAX = 7_000_000;

const Ticket = z.object({ upload_url: z.string(), file_id: z.string() });
const Files = z.object({ files: z.array(z.object({ id: z.string(), title: z.string().nullish() })).min(1) });

/**
 * Slack takes a file in three calls: a place for it, the bytes, and where it is shown. Nobody sees anything before the
 * last, and what is never completed is dropped by Slack, so only that one writes ("Working with files").
 */
const uploadFile = defineAction({
  title: "Share a file",
  summary: "Uploads a file and shares it in a channel or thread.",
  class: "write",
  input: z.strictObject({
    channel: ChannelId.describe("The channel's id."),
    filename: z
      .string()
      .min(1)
      .max(255)
      .regex(/^[^/\\\p{Cc}]+$/u, "leave out slashes and control characters")
      .describe("Its name."),
    content: z.string().min(1).max(CONTENT_CHARACTERS_MAX).describe("What it holds."),
    encoding: z.enum(["utf-8", "base64"]).default("utf-8").describe("base64 for what is no text."),
    title: z.string().min(1).max(255).optional().describe("What it is called in Slack; its name when left out."),
    initial_comment: z.string().min(1).max(4000).optional().describe("The message that goes with it."),
    thread_ts: Timestamp.optional().describe("The ts of the message that it answers."),
  }),
  output: z.object({ id: z.string(), title: z.string().nullish() }),
  scopes: ["files:write"],
  repeat: "never",
  destination: ["channel"],
  sample: {
    input: { channel: "C024BE91L", filename: "report.csv", content: "day,sum\n1,2\n", encoding: "utf-8" },
    output: { id: "F123ABC456", title: "report.csv" },
  },
  *perform({ channel, filename, content, encoding, title, initial_comment, thread_ts }) {
    const bytes = Buffer.from(content, encoding === "base64" ? "base64" : "utf8");
    const ticket = readBody(Ticket, yield ask("files.getUploadURLExternal", { filename, length: bytes.length }));
    yield {
      method: "POST",
      url: ticket.upload_url,
      headers: { "content-type": "application/octet-stream" },
      body: bytes.toString("base64"),
      as: "base64",
      reads: true,
    };
    const files = [{ id: ticket.file_id, title: title ?? filename }];
    const body = given({ files, channel_id: channel, initial_comment, thread_ts });
    const [file] = readBody(Files, yield tell("files.completeUploadExternal", body)).files;
    return { id: file?.id ?? ticket.file_id, title: file?.title };
  },
});

export const fileActions = { upload_file: uploadFile };

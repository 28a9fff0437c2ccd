import { type Action, defineAction } from "@steward/sdk";
import { z } from "zod";
import { given } from "../given.ts";
import { followPages, nextField, pageFields } from "../pages.ts";
import { readBody } from "../read-body.ts";
import { ask, ChannelId, Continued, nextOf, tell, Timestamp } from "./method.ts";

const TEXT_CHARACTERS_MAX = 40_000;

const Text = z
  .string()
  .min(1)
  .max(TEXT_CHARACTERS_MAX)
  .describe("In Slack's markup; what is shown where blocks are not.");
const Blocks = z.array(z.record(z.string(), z.json())).max(50).describe("Slack's blocks, shown in place of the text.");
const ts = Timestamp.describe("The message's ts.");

const Message = z.object({
  ts: z.string(),
  text: z.string().optional(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  username: z.string().optional(),
  subtype: z.string().optional(),
  thread_ts: z.string().optional(),
  reply_count: z.int().optional(),
  files: z.array(z.object({ id: z.string(), name: z.string().nullish(), mimetype: z.string().optional() })).optional(),
});
const Posted = z.object({ channel: z.string(), ts: z.string() });

const postMessage = defineAction({
  title: "Post a message",
  summary: "Posts a message to a channel, a person or a thread.",
  class: "write",
  input: z.strictObject({
    channel: z
      .string()
      .regex(/^(?:[CDGUW][A-Z0-9]{2,30}|#[^\s#@,]{1,80})$/u, "use an id such as C024BE91L, or #general")
      .describe("A channel's or person's id, or a channel's name with #."),
    text: Text,
    blocks: Blocks.optional(),
    thread_ts: Timestamp.optional().describe("The ts of the message that it answers."),
    reply_broadcast: z.boolean().optional().describe("Whether an answer in a thread is shown in the channel too."),
    unfurl_links: z.boolean().optional().describe("Whether pages that are linked to are previewed."),
  }),
  output: Posted,
  scopes: ["chat:write"],
  repeat: "never",
  destination: ["channel"],
  sample: {
    input: { channel: "C024BE91L", text: "The build is *green*." },
    output: { channel: "C024BE91L", ts: "1503435956.000247" },
  },
  *perform(input) {
    return readBody(Posted, yield tell("chat.postMessage", given(input)));
  },
});

const updateMessage = defineAction({
  title: "Change a message",
  summary: "Replaces a message that was posted with this connection.",
  class: "write",
  input: z.strictObject({
    channel: ChannelId.describe("The channel's id."),
    ts,
    text: Text,
    blocks: Blocks.optional(),
  }),
  output: Posted,
  scopes: ["chat:write"],
  repeat: "safe",
  destination: ["channel"],
  sample: {
    input: { channel: "C024BE91L", ts: "1503435956.000247", text: "The build is *red*." },
    output: { channel: "C024BE91L", ts: "1503435956.000247" },
  },
  *perform(input) {
    return readBody(Posted, yield tell("chat.update", given(input)));
  },
});

const postEphemeral = defineAction({
  title: "Post a message for one person",
  summary: "Posts a message to a channel that one person sees, until they reload.",
  class: "write",
  input: z.strictObject({
    channel: ChannelId.describe("The channel's id."),
    user: z
      .string()
      .regex(/^[UW][A-Z0-9]{2,30}$/, "use a person's id, such as U061F7AUR")
      .describe("Who sees it; a member of the channel."),
    text: Text,
  }),
  output: z.object({ message_ts: z.string() }),
  scopes: ["chat:write"],
  repeat: "never",
  destination: ["channel", "user"],
  sample: {
    input: { channel: "C024BE91L", user: "U061F7AUR", text: "This is for you alone." },
    output: { message_ts: "1503435956.000247" },
  },
  *perform(input) {
    return readBody(z.object({ message_ts: z.string() }), yield tell("chat.postEphemeral", input));
  },
});

const History = Continued.extend({ messages: z.array(Message) });

/** Public and private channels are two scopes of Slack's, so they are two actions. */
function readMessages(kind: "public" | "private", scope: string): Action {
  return defineAction({
    title: `Read messages of a ${kind} channel`,
    summary: `Reads messages of a ${kind} channel, newest first, or of one of its threads, oldest first.`,
    class: "read",
    input: z.strictObject({
      channel: ChannelId.describe("The channel's id; the app must be a member of it."),
      thread_ts: Timestamp.optional().describe("Only this message and its answers."),
      oldest: Timestamp.optional().describe("Only messages after this ts."),
      latest: Timestamp.optional().describe("Only messages before this ts."),
      ...pageFields(15, 200),
    }),
    output: z.object({ messages: z.array(Message), ...nextField }),
    scopes: [scope],
    repeat: "safe",
    destination: [],
    sample: {
      input: { channel: "C024BE91L", limit: 15, pages: 1 },
      output: { messages: [{ ts: "1503435956.000247", user: "U061F7AUR", text: "Is it green?" }], next: null },
    },
    *perform({ channel, thread_ts, oldest, latest, limit, ...asked }) {
      const { items, next } = yield* followPages(asked, function* (cursor) {
        const fields = { channel, oldest, latest, limit, cursor: cursor ?? undefined };
        const method = thread_ts === undefined ? "conversations.history" : "conversations.replies";
        const body = readBody(History, yield ask(method, { ...fields, ts: thread_ts }));
        return { items: body.messages, next: nextOf(body) };
      });
      return { messages: items, next };
    },
  });
}

export const messageActions = {
  post_message: postMessage,
  update_message: updateMessage,
  post_ephemeral: postEphemeral,
  read_messages: readMessages("public", "channels:history"),
  read_private_messages: readMessages("private", "groups:history"),
};

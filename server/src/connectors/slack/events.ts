import type { Calls, HookTrigger } from "@steward/sdk";
import { z } from "zod";
import { jsonOf } from "../json-of.ts";
import { ChannelId } from "./method.ts";

type Json = z.core.util.JSONType;

const Challenge = z.object({ type: z.literal("url_verification"), challenge: z.string().min(1).max(500) });

/** `token` is left out: it is a secret of the app, and the signature proves more. */
const Callback = z.object({
  type: z.literal("event_callback"),
  event_id: z.string().min(1).max(100),
  event_time: z.number(),
  team_id: z.string(),
  event: z.looseObject({
    type: z.string(),
    channel: z.string().optional().catch(undefined),
    item: z.object({ channel: z.string().optional() }).optional().catch(undefined),
    bot_id: z.string().optional(),
    subtype: z.string().optional(),
  }),
});

interface Settings {
  readonly channel?: string | undefined;
  readonly bots: boolean;
}

interface EventOptions {
  readonly title: string;
  readonly summary: string;
  readonly types: readonly string[];
  readonly scopes: readonly string[];
  readonly subscriptions: string;
  readonly sample: Json;
}

/** Slack has no call by which an app subscribes to events; its settings name one address for all of them. */
function events({ title, summary, types, scopes, subscriptions, sample }: EventOptions): HookTrigger<Settings> {
  return {
    kind: "hook",
    title,
    summary,
    settings: z.strictObject({
      channel: ChannelId.optional().describe("Only in this channel."),
      bots: z.boolean().default(false).describe("Also what bots do, one's own messages among them."),
    }),
    scopes,
    sample,
    signature: "slack",
    byHand: [
      "At api.slack.com/apps open your app, then Event Subscriptions, and switch Enable Events on.",
      "Put the address shown here into Request URL; it is verified at once.",
      `Under Subscribe to bot events add ${subscriptions}, and press Save Changes.`,
      "Under Basic Information, App Credentials, copy the Signing Secret and set it with the connection: with its token, or with the OAuth client.",
    ],
    register: askForNothing,
    unregister: askForNothing,
    challenge(body) {
      const asked = Challenge.safeParse(body);
      return asked.success ? asked.data.challenge : null;
    },
    read(settings, _headers, body) {
      const delivery = Callback.safeParse(body);
      if (!delivery.success) return null;
      const { event, event_id, event_time, team_id } = delivery.data;
      if (!types.includes(event.type)) return null;
      if (!settings.bots && (event.bot_id !== undefined || event.subtype === "bot_message")) return null;
      if (settings.channel !== undefined && settings.channel !== (event.channel ?? event.item?.channel)) return null;
      // Slack delivers up to four times, with the same event_id.
      return { key: event_id, data: { team_id, event_time, event: jsonOf(event) } };
    },
  };
}

function* askForNothing(): Calls<null> {
  yield* [];
  return null;
}

const SAMPLE = { channel: "C024BE91L", user: "U061F7AUR", ts: "1503435956.000247" };

export const eventTriggers = {
  message: events({
    title: "Message in a channel",
    summary: "When somebody writes in a public channel that the app is a member of.",
    types: ["message"],
    scopes: ["channels:history"],
    subscriptions: "message.channels",
    sample: {
      team_id: "T012AB3C4",
      event_time: 1503435956,
      event: { ...SAMPLE, type: "message", channel_type: "channel", text: "Is it green?" },
    },
  }),
  mention: events({
    title: "Mention",
    summary: "When somebody mentions the app.",
    types: ["app_mention"],
    scopes: ["app_mentions:read"],
    subscriptions: "app_mention",
    sample: {
      team_id: "T012AB3C4",
      event_time: 1503435956,
      event: { ...SAMPLE, type: "app_mention", text: "<@U0LAN0Z89> is it green?" },
    },
  }),
  reaction: events({
    title: "Reaction",
    summary: "When somebody adds a reaction to a message.",
    types: ["reaction_added"],
    scopes: ["reactions:read"],
    subscriptions: "reaction_added",
    sample: {
      team_id: "T012AB3C4",
      event_time: 1503435956,
      event: {
        type: "reaction_added",
        user: "U061F7AUR",
        reaction: "thumbsup",
        item: { type: "message", channel: "C024BE91L", ts: "1503435956.000247" },
      },
    },
  }),
};

/** Where messages of an approval stand in Slack, as texts among what was told of it: `slack team #approvals C024BE91L 1503435956.000247`. */
import type { SlackPlace } from "@steward/sdk";
import type { PostedMessage } from "../ports/approval-messages.ts";

export interface SlackMark extends PostedMessage {
  readonly connection: string;
  /** The channel as the rule names it. */
  readonly named: string;
}

export function slackMark({ connection, channel }: SlackPlace, posted: PostedMessage): string {
  return ["slack", connection, channel, posted.channel, posted.ts].join(" ");
}

export function slackMarks(told: readonly string[]): readonly SlackMark[] {
  return told.flatMap((text): SlackMark[] => {
    const [kind, connection, named, channel, ts, more] = text.split(" ");
    if (kind !== "slack" || ts === undefined || more !== undefined) return [];
    return [{ connection: connection!, named: named!, channel: channel!, ts }];
  });
}

/** The message that stands in a place; the last one, where a crash has posted it twice. */
export function markIn(told: readonly string[], { connection, channel }: SlackPlace): SlackMark | null {
  return slackMarks(told).findLast((mark) => mark.connection === connection && mark.named === channel) ?? null;
}

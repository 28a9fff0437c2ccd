import { GrantForm, type SlackPlace } from "@steward/sdk";
import { mergePlaces } from "../core/policy/approval.ts";
import { covers } from "../core/policy/compile-grant.ts";
import type { Party } from "../core/policy/decision.ts";
import type { Transaction } from "../core/ports/database.ts";
import { listGrantsToApprovals } from "../store/grants.ts";

/**
 * Where people are asked beside the page and mail: where the rules that ask say, else where the oldest grant to `approvals`
 * names a channel; nowhere without one. What would be sent is shown only where a rule says so.
 */
export async function slackPlaces(
  tx: Transaction,
  project: string,
  parties: readonly Party[],
  nowMs: number,
): Promise<readonly SlackPlace[]> {
  const named = mergePlaces(parties.flatMap(({ slack }) => slack ?? []));
  if (named.length > 0) return named;
  for (const { slug: connection, form } of await listGrantsToApprovals(tx, project)) {
    const { data } = GrantForm.safeParse(form);
    const channel = data === undefined || !isInForce(data, nowMs) ? null : channelOf(data);
    if (channel !== null) return [{ connection, channel, arguments: false }];
  }
  return [];
}

function isInForce({ from, until }: GrantForm, nowMs: number): boolean {
  return (from === undefined || Date.parse(from) <= nowMs) && (until === undefined || nowMs < Date.parse(until));
}

/** The first channel that a line lets be written to by name. */
function channelOf({ lines }: GrantForm): string | null {
  for (const { actions, when } of lines) {
    if (!actions.some((pattern) => covers(pattern, "slack.post_message", "write"))) continue;
    for (const condition of when)
      if (condition.field === "channel" && "in" in condition) return condition.in[0] ?? null;
  }
  return null;
}

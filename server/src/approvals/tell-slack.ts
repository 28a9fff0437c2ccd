import { markIn } from "../core/approval/slack-marks.ts";
import { listDecisions, readApproval } from "../store/approvals.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { ApprovalParts, MessageToTell } from "./approval-parts.ts";
import { presentDigest } from "./show-approval.ts";
import { slackPlaces } from "./slack-places.ts";

/**
 * What is to be told of an approval in channels, once for each state of it: where it is asked while it is open, and where it
 * was asked from then on. Its keys are the same whoever asks, so that each state is told once however many do.
 */
export async function messagesToTell(
  parts: Pick<ApprovalParts, "database" | "clock">,
  scope: Scope,
  id: string,
): Promise<readonly MessageToTell[]> {
  return await inScope(parts.database, scope, async (tx) => {
    const row = await readApproval(tx, scope.project, id);
    if (row === null) return [];
    const places = await slackPlaces(tx, scope.project, row.parties, parts.clock.nowMs());
    const told = places.filter((place) => row.status === "open" || markIn(row.told, place) !== null);
    if (told.length === 0) return [];
    const digest = presentDigest(row).toString("hex");
    const said = (await listDecisions(tx, scope.project, id)).length;
    return told.map((place) => ({
      key: [id, place.connection, place.channel, digest, row.status, String(said)],
      body: { ...scope, approval: id, ...place },
    }));
  });
}

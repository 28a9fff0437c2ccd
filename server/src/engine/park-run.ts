/** Parks runs that were held through three crashes: they stand visibly until a person lets them go on. */
import type { AuditEntry } from "../core/audit-entry.ts";
import { parkRun } from "../store/parked-runs.ts";
import { claimPoison, type ClaimedRun } from "../store/queue.ts";
import { claimerOf } from "./claimer-of.ts";
import type { EngineParts } from "./engine-parts.ts";
import { isPassing } from "./is-passing.ts";
import { RunLostError } from "./live-run.ts";
import { loadRun } from "./load-run.ts";

const PARKED_AT_ONCE = 10;
/** The error code of a run whose records can't be opened or don't fit each other. */
export const RUN_UNREADABLE = "run_unreadable";

export async function parkPoison(parts: EngineParts): Promise<void> {
  for (const claimed of await claimPoison(parts.dispatch, claimerOf(parts), PARKED_AT_ONCE)) {
    try {
      await park(parts, claimed);
    } catch (error) {
      if (error instanceof RunLostError) continue;
      parts.log(`run ${claimed.run} can't be parked as it should`, error);
      // One that can't even be read is parked all the same, or it would be taken up for ever.
      if (!isPassing(error)) await parkRun(parts.database, claimed, RUN_UNREADABLE);
    }
  }
}

async function park(parts: EngineParts, claimed: ClaimedRun): Promise<void> {
  const run = await loadRun(parts, claimed);
  run.status = "parked";
  run.error = {
    code: "run_poisonous",
    message:
      "its worker died three times while it led this run: look at its last step, then resolve it to go on, or cancel it",
  };
  run.disposition = { kind: "release", dueMs: null };
  const entry: AuditEntry = {
    atMs: parts.clock.nowMs(),
    project: claimed.project,
    actor: "system",
    action: "run.parked",
    target: run.shownId,
    facts: { crashes: claimed.crashes },
  };
  run.unsaved.audit.push(entry);
  await parts.journal.commit(run);
}

/** How a look at a trigger ends: what people see of it, and when it is looked at again. */
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import type { EventEnd } from "../core/ports/events.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import {
  type ClaimedEvent,
  dropLook,
  endLook,
  type EventStatus,
  lockClaim,
  type LookedAt,
} from "../store/event-triggers.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { EngineParts, EventWorks } from "./engine-parts.ts";

/** One look at one trigger, under the claim `by`. */
export interface EventLook {
  readonly scope: Scope;
  readonly by: string;
  readonly row: ClaimedEvent;
  readonly keys: ProjectKeys;
  readonly events: EventWorks;
  readonly signal: AbortSignal;
}

/** What keeps a trigger from going on is asked of the database alone: again after that long, if nothing wakes it before. */
export const AGAIN_MS = 300_000;
/** A failing provider is asked after a minute, two, four, … */
const FAILING_MS = 60_000;
const FAILING_MS_MAX = 3_600_000;
const MESSAGE_CHARACTERS_MAX = 500;
const ERROR = placeOf("event_triggers", "error");

/** Codes of what keeps a trigger from going on, until somebody does something; all others are for the provider to mend. */
const PAUSES: Readonly<Record<string, string>> = {
  reauth_required: "reauth_required",
  connection_missing: "disconnected",
  connection_pending: "disconnected",
  connection_unreadable: "reauth_required",
  not_granted: "not_granted",
  limit_refused: "not_granted",
  connection_not_allowed: "not_granted",
  not_available: "not_available",
  arguments_invalid: "invalid",
  action_unavailable: "invalid",
};
/** Why a trigger is paused for what was refused; null where it is for others to mend. */
export const pausedFor = (code: string): string | null => PAUSES[code] ?? null;

/** Whoever stopped it says when to look again; nothing was wrong. */
const STOPPED: ReadonlySet<string> = new Set(["cancelled", "revoked"]);
const STOPPED_MS = 1000;

export type LookEnd = Pick<LookedAt, "kind" | "used"> &
  (
    | { readonly end: Exclude<EventEnd<unknown>, { readonly kind: "done" }> }
    /** `againMs` null: not before it is woken. */
    | {
        readonly status: EventStatus;
        readonly why: string | null;
        readonly failures: number;
        readonly againMs: number | null;
      }
  );

/** Under the claim; where that is gone, nothing is written. */
export async function endLookAs(parts: EngineParts, look: EventLook, ended: LookEnd): Promise<void> {
  const { scope, by, row } = look;
  const nowMs = parts.clock.nowMs();
  if ("end" in ended && STOPPED.has(ended.end.code))
    return await dropLook(parts.database, scope, row.trigger, by, nowMs + STOPPED_MS);
  const now = { ...ended, ...("end" in ended ? outcomeOf(look, ended.end, nowMs) : plainOf(ended, nowMs)) };
  await inScope(parts.database, scope, async (tx) => {
    if (await lockClaim(tx, scope.project, row.trigger, by)) await tx.query(endLook(scope.project, row.trigger, now));
  });
}

type Outcome = Omit<LookedAt, "kind" | "used">;

function plainOf(ended: Extract<LookEnd, { readonly status: EventStatus }>, nowMs: number): Outcome {
  const { status, why, failures, againMs } = ended;
  return { status, why, failures, error: null, dueAt: againMs === null ? null : nowMs + againMs };
}

function outcomeOf({ keys, row }: EventLook, end: Extract<LookEnd, { end: unknown }>["end"], nowMs: number): Outcome {
  const message = Buffer.from(end.message.slice(0, MESSAGE_CHARACTERS_MAX).toWellFormed());
  const error = keys.seal("trigger", ERROR, uuidBytes(row.trigger), message);
  const why = pausedFor(end.code);
  if (why !== null) return { status: "paused", why, error, failures: 0, dueAt: nowMs + AGAIN_MS };
  const failures = Math.min(row.failures + 1, 1000);
  const waitMs = Math.min(FAILING_MS * 2 ** Math.min(failures - 1, 10), FAILING_MS_MAX);
  const afterMs = end.kind === "failed" ? (end.afterMs ?? 0) : 0;
  return { status: "failing", why: end.code, error, failures, dueAt: nowMs + Math.max(waitMs, afterMs) };
}

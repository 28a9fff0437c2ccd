/** The runs of what a poll has found, with the new cursor, in one transaction under the look's claim (P2). */
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import type { Json } from "../core/json.ts";
import type { EventAsk, Polled } from "../core/ports/events.ts";
import { claimDeliveries } from "../store/deliveries.ts";
import { endLook, lockClaim } from "../store/event-triggers.ts";
import { insertQueue } from "../store/queue.ts";
import { insertRuns } from "../store/runs.ts";
import { insertSegments } from "../store/segments.ts";
import { inScope } from "../store/scope.ts";
import type { EventLook } from "./end-look.ts";
import { type EngineParts, RUN_CHANNEL } from "./engine-parts.ts";
import { queuedRows } from "./flush-item.ts";
import type { Version } from "./versions.ts";

const CURSOR = placeOf("event_triggers", "cursor");

export interface FoundEvents {
  readonly polled: Polled;
  /** The connection (UUID) that was asked. */
  readonly connection: string;
  readonly version: Version;
  /** When to ask again. */
  readonly againMs: number;
}

/** An event that was told before starts nothing; nothing at all is written where the claim is gone. */
export async function beginEvents(
  parts: EngineParts,
  { scope, by, row, keys }: EventLook,
  ask: EventAsk,
  { polled, connection, version, againMs }: FoundEvents,
): Promise<void> {
  const { project } = scope;
  const held = await parts.projects.get(scope);
  const found = polled.events.map((event) => ({
    event,
    run: parts.ids.uuid(),
    key: keys.digest("delivery", row.trigger, event.key),
  }));
  const cursor = keys.seal("trigger", CURSOR, uuidBytes(row.trigger), Buffer.from(JSON.stringify(polled.cursor)));
  const nowMs = parts.clock.nowMs();
  const runs = await inScope(parts.database, scope, async (tx) => {
    if (!(await lockClaim(tx, project, row.trigger, by))) return [];
    const wanted = found.map(({ run, key }) => ({ trigger: row.trigger, key, digest: null, run }));
    const first = wanted.length === 0 ? new Set<string>() : await claimDeliveries(tx, project, wanted, nowMs);
    const begun = found.filter(({ run }) => first.has(run));
    const rows = begun.map(({ run, event }) => {
      const accepted = { t: "accepted", at: nowMs, trigger: row.name, input: eventInput(ask, event) };
      return queuedRows(held, { id: run, version, trigger: row.name, record: JSON.stringify(accepted), parent: null });
    });
    const statements = [
      ...insertRuns(
        project,
        rows.map((one) => one.row),
      ),
      ...insertSegments(
        project,
        rows.map((one) => one.segment),
      ),
      ...insertQueue(
        project,
        begun.map(({ run }) => ({ run, dueMs: 0, worker: null })),
      ),
      endLook(project, row.trigger, {
        kind: "poll",
        used: connection,
        status: "active",
        why: null,
        error: null,
        cursor,
        failures: 0,
        seenAt: nowMs,
        dueAt: nowMs + againMs,
      }),
    ];
    for (const statement of statements) await tx.query(statement);
    return begun.map(({ run }) => run);
  });
  if (runs.length > 0) parts.announce(RUN_CHANNEL, runs);
}

/** What expressions see as `trigger`: what happened is its body, as a webhook's is. */
export function eventInput(
  { event, connection }: Pick<EventAsk, "event" | "connection">,
  { key, data }: { readonly key: string; readonly data: Json },
): Json {
  return { method: null, path: null, headers: {}, query: {}, body: data, deliveryId: key, event, connection };
}

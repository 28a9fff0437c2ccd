/**
 * Looks at triggers of connectors that are due: polls providers, has hooks registered and taken away, and starts runs.
 * P1 One looks at a trigger at a time, by a claim in its row for a minute of the database's clock; nothing is locked while a
 *    provider thinks. Who dies with a claim is waited for no longer.
 * P2 What comes of a look is committed under its claim, in one transaction: the runs, their events' keys, and the cursor. So
 *    whatever is killed when, an event starts one run, and none is passed over.
 * P3 A trigger that is paused has no claim on it: whoever looks at it asks for nothing more, and commits nothing.
 */
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import { parseOwn, type Json } from "../core/json.ts";
import { isConnectionLost } from "../core/ports/database.ts";
import type { EventAsk, Polled } from "../core/ports/events.ts";
import { claimEvent, type ClaimedEvent, claimStands, dropLook, dueEvents } from "../store/event-triggers.ts";
import { listHooks } from "../store/event-hooks.ts";
import type { Scope } from "../store/scope.ts";
import { beginEvents } from "./begin-events.ts";
import { endLookAs, type EventLook } from "./end-look.ts";
import type { EngineParts, EventWorks } from "./engine-parts.ts";
import { keepHook, takeHooksAway } from "./keep-hooks.ts";

/** Of one worker at once. */
const LOOKS_MAX = 32;
/** A look that could not be made, for a fault here. */
const FAULT_MS = 60_000;
const CURSOR = placeOf("event_triggers", "cursor");

export interface TriggerPoller {
  /** Begins to look at what is due, as far as there is room. */
  look(): Promise<void>;
  /** Settles when no look is under way. */
  settled(): Promise<void>;
  /** Breaks off what is under way: others go on with it. */
  stop(): Promise<void>;
}

export function createTriggerPoller(parts: EngineParts): TriggerPoller {
  const { events } = parts;
  const underWay = new Map<string, Promise<void>>();
  const stopping = new AbortController();
  return {
    async look() {
      const room = LOOKS_MAX - underWay.size;
      if (events === undefined || room <= 0 || stopping.signal.aborted) return;
      const region = parts.place?.region ?? null;
      const due = await dueEvents(parts.dispatch, parts.clock.nowMs(), region, room);
      for (const { trigger, ...scope } of due) {
        if (underWay.has(trigger)) continue;
        const looking = lookAt(parts, events, scope, trigger, stopping.signal)
          .catch((error: unknown) => parts.log(`trigger ${trigger} can't be looked at`, error))
          .finally(() => underWay.delete(trigger));
        underWay.set(trigger, looking);
      }
    },
    settled: async () => void (await Promise.all(underWay.values())),
    async stop() {
      stopping.abort(new Error("this worker stops"));
      await Promise.all(underWay.values());
    },
  };
}

async function lookAt(
  parts: EngineParts,
  events: EventWorks,
  scope: Scope,
  trigger: string,
  signal: AbortSignal,
): Promise<void> {
  const by = parts.ids.uuid();
  const row = await claimEvent(parts.database, scope, trigger, by, parts.clock.nowMs());
  if (row === null) return;
  try {
    const { keys } = await parts.projects.get(scope);
    await lookAtClaimed(parts, { scope, by, row, keys, events, signal });
  } catch (error) {
    if (isConnectionLost(error)) throw error; // the claim lapses
    await dropLook(parts.database, scope, trigger, by, parts.clock.nowMs() + FAULT_MS);
    throw error;
  }
}

async function lookAtClaimed(parts: EngineParts, look: EventLook): Promise<void> {
  const { scope, row, events } = look;
  const hooks = await listHooks(parts.database, scope, row.trigger);
  if (!row.active) {
    const left = await takeHooksAway(parts, look, hooks);
    return await endLookAs(parts, look, { status: "paused", why: "flow_paused", failures: 0, againMs: left });
  }
  const ask = await askOf(parts, look);
  const described = await events.gate.describe(scope, row.event);
  if (described?.kind === "hook") return await keepHook(parts, look, ask, { described, hooks });
  await takeHooksAway(parts, look, hooks);
  const judged = await events.gate.judge(ask);
  if (described === null || judged.kind !== "done") {
    invariant(judged.kind !== "done", "an event that is not there was judged as one that is");
    return await endLookAs(parts, look, { end: judged, kind: "poll" });
  }
  const { connection } = judged.value;
  // Of another account there is no saying where this one stands.
  const cursor = row.used === connection ? openCursor(look, row) : null;
  const end = await events.gate.poll(ask, cursor);
  if (end.kind !== "done") return await endLookAs(parts, look, { end, kind: "poll", used: connection });
  const { everySeconds } = ask.definition;
  const seconds = Math.max(everySeconds ?? described.everySeconds.default, described.everySeconds.min);
  await beginEvents(parts, look, ask, {
    polled: end.value,
    connection,
    againMs: waitOf(end.value, seconds),
    version: ask.of,
  });
}

function waitOf({ more }: Polled, seconds: number): number {
  return more ? 0 : seconds * 1000;
}

function openCursor({ keys }: EventLook, { trigger, cursor }: ClaimedEvent): Json {
  if (cursor === null) return null;
  return parseOwn<Json>(keys.open("trigger", CURSOR, uuidBytes(trigger), cursor).toString());
}

/** As published; each call is asked for only while the claim stands. */
async function askOf(parts: EngineParts, { scope, row, by, signal }: EventLook) {
  const version = await parts.versions.get(scope, row.flow, row.version);
  const definition = version.compiled.triggers.get(row.name);
  invariant(definition?.kind === "event", `version ${row.version} of flow ${row.flow} has no event ${row.name}`);
  const ask: EventAsk = {
    organization: scope.organization,
    project: scope.project,
    trigger: row.trigger,
    name: row.name,
    flow: version.slug,
    isAgent: version.isAgent === true,
    version: version.number,
    event: definition.event,
    connection: definition.connection,
    settings: definition.settings,
    look: row.tries,
    by: null,
    signal,
    stillMay: async () => !signal.aborted && (await claimStands(parts.database, scope, row.trigger, by)),
    mayProceed: () => parts.mayAct(),
  };
  return { ...ask, definition, of: version };
}

import type { FlowEvent } from "@steward/sdk";
import { placeOf } from "../catalogue/tables.ts";
import { uuidBytes } from "../core/id.ts";
import type { EventAsk } from "../core/ports/events.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { pausedFor } from "../engine/end-look.ts";
import type { Version } from "../engine/versions.ts";
import { type EventTriggerRow, listEventTriggers } from "../store/event-triggers.ts";
import { findFlow } from "../store/flows.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { listTriggers, type TriggerRow } from "../store/triggers.ts";
import type { FlowParts } from "./flow-parts.ts";
import { showTime } from "./show-flow.ts";
import { openWebhookToken, webhookUrl } from "./webhook-token.ts";

const ERROR = placeOf("event_triggers", "error");

export type ListEventsParts = Pick<FlowParts, "database" | "projects" | "versions" | "publicUrl" | "eventGate">;

/**
 * The published version's triggers of connectors, by name, and how they stand. One that nobody has looked at yet is judged
 * now, so that whoever publishes learns at once what is missing; no provider is asked.
 */
export async function listEvents(parts: ListEventsParts, scope: Scope, slug: string): Promise<FlowEvent[]> {
  const { keys } = await parts.projects.get(scope);
  const flow = await findFlow(parts.database, scope, slug);
  if (flow === null || flow.version === null) return [];
  const [triggers, rows] = await inScope(parts.database, scope, (tx) =>
    Promise.all([listTriggers(tx, scope.project, flow.id), listEventTriggers(tx, scope.project, flow.id)]),
  );
  const byTrigger = new Map(rows.map((row) => [row.trigger, row]));
  const own = triggers.filter(({ kind, version }) => kind === "event" && version === flow.version);
  if (own.length === 0) return [];
  const version = await parts.versions.get(scope, flow.id, flow.version);
  const shown: FlowEvent[] = [];
  for (const trigger of own) {
    const row = byTrigger.get(trigger.id);
    if (row === undefined) continue;
    const event = showEvent(keys, trigger, row);
    shown.push(
      trigger.active ? await withHints(parts, scope, { keys, version, trigger, row }, event) : asPaused(event),
    );
  }
  return shown;
}

/** Pausing a flow is seen at once, whatever is still to be done for it. */
function asPaused(event: FlowEvent): FlowEvent {
  return { ...event, status: "paused", why: "flow_paused", error: null, nextAt: null };
}

function showEvent(keys: ProjectKeys, { name }: TriggerRow, row: EventTriggerRow): FlowEvent {
  const { trigger, event, connection, kind, status, why, error, seenAt, dueAt, refused } = row;
  return {
    trigger: name,
    event,
    connection,
    kind,
    status,
    why,
    error: error && keys.open("trigger", ERROR, uuidBytes(trigger), error).toString(),
    lastAt: seenAt === null ? null : showTime(seenAt),
    nextAt: dueAt === null || kind === "hook" ? null : showTime(dueAt),
    refused,
    url: null,
    steps: [],
  };
}

interface Around {
  readonly keys: ProjectKeys;
  readonly version: Version;
  readonly trigger: TriggerRow;
  readonly row: EventTriggerRow;
}

/** What a person has to do: at the provider, or here. */
async function withHints(
  { eventGate, publicUrl }: ListEventsParts,
  scope: Scope,
  { keys, version, trigger, row }: Around,
  event: FlowEvent,
): Promise<FlowEvent> {
  const definition = version.compiled.triggers.get(trigger.name);
  if (eventGate === undefined || definition?.kind !== "event" || row.kind === "poll") return event;
  const described = await eventGate.describe(scope, event.event);
  const { event: name, connection, settings } = definition;
  if (event.status === "starting") {
    const about = { trigger: trigger.id, name: trigger.name, flow: version.slug, version: version.number };
    const judged = await eventGate.judge({ ...scope, ...about, ...NOBODY, event: name, connection, settings });
    const why = judged.kind === "done" ? null : pausedFor(judged.code);
    if (judged.kind !== "done" && why !== null)
      return { ...event, kind: described?.kind ?? null, status: "paused", why, error: judged.message };
  }
  if (described?.kind !== "hook" || described.byHand === null || trigger.token === null) return event;
  const url = webhookUrl(publicUrl, openWebhookToken(keys, trigger.id, trigger.token));
  return { ...event, kind: "hook", url, steps: [...described.byHand] };
}

/** Nobody is asked outside. */
const NOBODY: Pick<EventAsk, "look" | "by" | "signal" | "stillMay" | "mayProceed"> = {
  look: 0,
  by: null,
  signal: new AbortController().signal,
  stillMay: () => Promise.resolve(false),
  mayProceed: () => false,
};

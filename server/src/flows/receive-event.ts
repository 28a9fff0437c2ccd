/** Receives what a provider tells of: its signature first, by the bytes as they came; then whether it is let in, and read. */
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import type { Json } from "../core/json.ts";
import type { Database } from "../core/ports/database.ts";
import type { EventAsk, EventGate } from "../core/ports/events.ts";
import type { Engine } from "../engine/engine.ts";
import { eventInput } from "../engine/begin-events.ts";
import type { Versions } from "../engine/versions.ts";
import { type EventTriggerRow, findEventTrigger, listBeside } from "../store/event-triggers.ts";
import type { EventNotes } from "./event-notes.ts";
import type { WebhookAnswer } from "./webhook-answer.ts";
import type { WebhookRequest } from "./receive-webhook.ts";
import type { EventRoute } from "./webhook-routes.ts";
import { webhookUrl } from "./webhook-token.ts";

export interface ReceiveEventParts {
  readonly engine: Pick<Engine, "startRun">;
  /** Left out where no connector tells anything. */
  readonly events?: {
    readonly gate: EventGate;
    readonly notes: EventNotes;
    readonly database: Database;
    readonly versions: Pick<Versions, "get">;
    /** Where this installation is called from outside, without a slash at the end. */
    readonly publicUrl: () => string;
  };
}
type Parts = ReceiveEventParts & Required<Pick<ReceiveEventParts, "events">>;

interface Happened {
  readonly key: string;
  readonly data: Json;
}

const GUARD = { "content-security-policy": "sandbox", "x-content-type-options": "nosniff" } as const;

/**
 * Begins the run of what happened, or finds the one it already had. What is not signed is refused, counted and not read.
 * Throws `not_found` for a trigger that is paused in whatever way, `method_not_allowed`, `signature_invalid`,
 * `invalid_request`, `overloaded`.
 */
export async function receiveEvent(
  { engine, events }: ReceiveEventParts,
  route: EventRoute,
  request: WebhookRequest,
): Promise<WebhookAnswer> {
  if (events === undefined) throw nothingHere();
  const parts: Parts = { engine, events };
  if (request.method !== "POST")
    throw new AppError("method_not_allowed", `this address takes POST, not ${request.method.slice(0, 20)}`, {
      allow: ["POST"],
    });
  const { scope, trigger } = route;
  const row = await findEventTrigger(events.database, scope, trigger);
  const ask = askOf(route);
  const isShared = row !== null && row.secret === null && row.used !== null;
  if (row === null || row.kind === "poll" || !(route.active || isShared)) throw nothingHere();
  const url = webhookUrl(events.publicUrl(), request.token) + request.path;
  const { headers, rawBody, nowMs } = request;
  const read = await parts.events.gate.read(ask, row.secret, { headers, rawBody, url, nowMs });
  if (read.kind === "unsigned" || read.kind === "unreadable") {
    parts.events.notes.refused(scope, trigger);
    throw read.kind === "unsigned"
      ? new AppError("signature_invalid", "the delivery was refused: it carries no valid signature")
      : new AppError("invalid_request", "the delivery is neither JSON nor a form");
  }
  if (read.kind === "challenge") {
    if (read.signed) parts.events.notes.seen(scope, trigger);
    return said(200, "text/plain; charset=utf-8", read.answer, "");
  }
  const answer = await begin(parts, route, { row, ask, event: read.event });
  // Where the provider was told no secret of ours it has one address for all that its app tells.
  const beside =
    row.secret === null && row.used !== null
      ? await beginBeside(parts, route, { ...row, used: row.used }, request)
      : false;
  if (answer !== null) return answer;
  if (beside) return said(200, JSON_TYPE, IGNORED, "");
  parts.events.notes.refused(scope, trigger);
  throw nothingHere();
}

/** Of one connection. */
const BESIDE_MAX = 100;

/** What one address is told is for every trigger of its connection; each is let in, read and started by itself. True when any was. */
async function beginBeside(
  parts: Parts,
  { scope, keys, trigger }: EventRoute,
  { used }: { readonly used: string },
  { headers, rawBody, nowMs }: WebhookRequest,
): Promise<boolean> {
  const { events } = parts;
  let letIn = false;
  for (const other of await listBeside(events.database, scope, { trigger, used }, BESIDE_MAX)) {
    const version = await events.versions.get(scope, other.flow, other.version);
    const definition = version.compiled.triggers.get(other.name);
    if (definition?.kind !== "event") continue;
    const route: EventRoute = { active: true, scope, trigger: other.trigger, version, definition, keys };
    const ask = askOf(route);
    const read = await events.gate.read(ask, null, { headers, rawBody, url: "", nowMs });
    if (read.kind !== "event") continue;
    const judged = await events.gate.judge(ask);
    if (judged.kind !== "done" || judged.value.connection !== used) continue;
    letIn = true;
    events.notes.seen(scope, other.trigger);
    if (read.event !== null) await start(parts, route, ask, read.event);
  }
  return letIn;
}

/** Null where the trigger itself is paused, in whatever way. */
async function begin(
  parts: Parts,
  route: EventRoute,
  { row, ask, event }: { readonly row: EventTriggerRow; readonly ask: EventAsk; readonly event: Happened | null },
): Promise<WebhookAnswer | null> {
  const { scope, trigger, active } = route;
  if (!active) return null;
  // Asked anew for each, so that a revoke counts at once; and the address is of the connection that it was made with.
  const judged = await parts.events.gate.judge(ask);
  if (judged.kind !== "done" || (row.used !== null && judged.value.connection !== row.used)) return null;
  parts.events.notes.seen(scope, trigger);
  if (event === null) return said(200, JSON_TYPE, IGNORED, "");
  const run = await start(parts, route, ask, event);
  return said(200, JSON_TYPE, `{"run":"${run}"}`, run);
}

/** Once for each key, whatever comes again. Gives the run's id. */
async function start(parts: Parts, route: EventRoute, ask: EventAsk, event: Happened): Promise<string> {
  const { scope, trigger, version, keys, definition } = route;
  const delivery = { trigger, key: keys.digest("delivery", trigger, event.key), digest: null };
  const input = eventInput(ask, event);
  const started = await parts.engine.startRun({ scope, version, trigger: definition.id, input, delivery }, null, 0);
  return showId("run", started.run);
}

const IGNORED = '{"ignored":true}';
const JSON_TYPE = "application/json; charset=utf-8";

function said(status: number, type: string, body: string, run: string): WebhookAnswer {
  return { status, headers: { ...GUARD, "content-type": type }, body, run };
}

function askOf({ scope, trigger, version, definition }: EventRoute): EventAsk {
  return {
    ...scope,
    trigger,
    name: definition.id,
    flow: version.slug,
    isAgent: version.isAgent === true,
    version: version.number,
    event: definition.event,
    connection: definition.connection,
    settings: definition.settings,
    look: 0,
    by: null,
    signal: NEVER,
    stillMay: () => Promise.resolve(false),
    mayProceed: () => false,
  };
}

const NEVER = new AbortController().signal;

function nothingHere(): AppError {
  return new AppError("not_found", "there is nothing at this address");
}

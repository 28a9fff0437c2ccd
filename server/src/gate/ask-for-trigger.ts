/**
 * What a connector's triggers ask of providers, as effects of no run: an event is polled for, a hook registered or taken
 * away. Granted, limited, audited and revoked like every other effect; each call is made only while the trigger still is to
 * be asked for.
 */
import type { Calls, Connector, ConnectorCall, HookTrigger, PollTrigger } from "@steward/sdk";
import { invariant } from "../core/invariant.ts";
import { issueText } from "../core/issue-text.ts";
import type { Json, JsonObject } from "../core/json.ts";
import { plainArguments } from "../core/policy/canonical.ts";
import type { Connectors } from "../core/ports/connectors.ts";
import type { EventEffect, EventWork, Polled } from "../core/ports/events.ts";
import { openCredential } from "../keyring/open-credential.ts";
import { placeOf } from "../catalogue/tables.ts";
import { parseId, uuidBytes } from "../core/id.ts";
import type { ConnectionRow } from "../store/connections.ts";
import { type ActionPerformer, type Check, endedAs, type EffectEnd, type Matter } from "./action.ts";
import { askProvider, type AskProviderParts, missingScopes, type Provider } from "./ask-provider.ts";
import { judgeCancelled } from "./checks.ts";
import { isRead } from "./connector-request.ts";
import { type Asked, driveCalls, type Driven } from "./drive-calls.ts";
import { endOfCalls } from "./provider-outcome.ts";

/** A poll of an event of another protocol than HTTP: gives `polledEnd`, or why there is nothing. */
export type PollPerformer = (matter: Matter, settings: unknown, cursor: Json) => Promise<EffectEnd>;

export interface AskForTriggerParts extends AskProviderParts {
  readonly connectors: Connectors;
  /** By event: `imap.new_mail`. */
  readonly polls?: Readonly<Record<string, PollPerformer>>;
  readonly log: (message: string, error?: unknown) => void;
}

export interface EventSubject {
  readonly connector: Connector | null;
  readonly trigger: PollTrigger | HookTrigger | null;
  readonly settings: { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly message: string };
}
type EventMatter = Matter<EventSubject>;

const EVENTS_MAX = 100;
const KEY_CHARACTERS_MAX = 500;
export const EVENT_SECRET = placeOf("event_triggers", "secret");

/** Polls and registers: judged as an action of class `read` of the event's name. */
export function askForTrigger(parts: AskForTriggerParts): ActionPerformer<EventSubject> {
  return {
    gather: ({ organization, project, effect }) =>
      findTrigger(parts.connectors, { organization, project }, effect.action, effect.arguments),
    act: ({ settings }) =>
      settings.ok
        ? {
            class: "read",
            destination: [],
            literal: new Set(),
            // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- settings are an object (`PollTrigger.settings`)
            arguments: plainArguments(settings.value as Readonly<Record<string, unknown>>),
            estimate: null,
          }
        : null,
    usable: [CHECK_EVENT, CHECK_SETTINGS],
    checks: [CHECK_SCOPES],
    facts: placeFacts,
    intentFacts: () => ({}),
    perform: (matter) => perform(parts, matter),
  };
}

/** Takes a hook away, which no grant is about: it must be possible when none is left. */
export function unregisterHook(parts: AskForTriggerParts): ActionPerformer<EventSubject> {
  return {
    gather: ({ organization, project, effect }) =>
      findTrigger(parts.connectors, { organization, project }, effect.action, effect.arguments),
    usable: [CHECK_EVENT],
    checks: [],
    facts: placeFacts,
    intentFacts: () => ({}),
    perform: (matter) => perform(parts, matter),
  };
}

export async function findTrigger(
  connectors: Connectors,
  place: { readonly organization: string; readonly project: string },
  event: string,
  given: JsonObject,
): Promise<EventSubject> {
  const [id = "", name = ""] = event.split(".");
  const connector = await connectors.find(place, id);
  const trigger = connector !== null && Object.hasOwn(connector.triggers, name) ? connector.triggers[name]! : null;
  const parsed = trigger?.settings.safeParse(given);
  if (parsed?.success) return { connector, trigger, settings: { ok: true, value: parsed.data } };
  const issue = parsed?.error.issues[0];
  const message = issue === undefined ? "there is no such event" : `${issue.path.join(".")}: ${issueText(issue)}`;
  return { connector, trigger, settings: { ok: false, message } };
}

/** What a performer of another protocol gives for a poll. */
export function polledEnd({ events, cursor, more }: Polled): EffectEnd {
  return { outcome: { kind: "done", result: { events: events.map((one) => ({ ...one })), cursor, more } }, facts: {} };
}

const CHECK_EVENT: Check<EventSubject> = {
  name: "event",
  judge({ call, connection, subject: { connector, trigger } }) {
    const { action } = call.effect;
    if (connector === null || trigger === null)
      return { code: "action_unavailable", message: `this installation has no event ${action}` };
    if (connection?.connector === connector.id) return null;
    const message = `${action} needs a connection of ${connector.title}, and ${connection?.slug ?? "none"} is another's`;
    return { code: "connection_not_allowed", message };
  },
};
const CHECK_SETTINGS: Check<EventSubject> = {
  name: "settings",
  judge: ({ subject: { settings } }) => (settings.ok ? null : { code: "arguments_invalid", message: settings.message }),
};
const CHECK_SCOPES: Check<EventSubject> = {
  name: "scope",
  judge({ connection, subject: { trigger } }) {
    if (connection === null || trigger === null) return { code: "not_available", message: "there is no connection" };
    return missingScopes(connection, trigger.scopes);
  },
};

function placeFacts({ connector }: EventSubject): { readonly host: string | null } {
  return { host: URL.parse(connector?.base ?? "")?.hostname ?? null };
}

/** For all calls of one look; a claim lasts a minute. */
async function perform(parts: AskForTriggerParts, matter: EventMatter): Promise<EffectEnd> {
  const { call, connection, subject } = matter;
  const { connector, trigger, settings } = subject;
  const { event } = call;
  invariant(connector !== null && trigger !== null && connection !== null && event !== undefined, "checked before");
  const { work } = event;
  invariant(settings.ok || work.does === "unregister", "checked before");
  const given = settings.ok ? settings.value : call.effect.arguments;
  const own = parts.polls?.[call.effect.action];
  if (own !== undefined && work.does === "poll") return await own(matter, given, work.cursor);
  const provider = askProvider(parts, {
    connector,
    connection: { organization: call.organization, project: call.project, id: connection.id },
    timeoutMs: call.effect.timeoutMs,
    signal: call.signal,
    mayProceed: () => judgeCancelled(call) === null,
    scopes: work.does === "unregister" ? [] : trigger.scopes,
    idempotencyKey: null,
  });
  const driven = await driveCalls<unknown, EffectEnd>(
    connector,
    () => callsOf(trigger, given, work, () => openSecret(matter, work)),
    (each) => askWhileWanted(provider, event, each),
  );
  if (driven.kind === "broken") parts.log(`${call.effect.action} is at fault`, placeOfError(driven.error));
  const read = work.does === "poll" ? readPolled(driven) : driven;
  const end: EffectEnd = endOfCalls(read, parts.clock.nowMs()) ?? {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a trigger's generator returns JSON, by its contract
    outcome: { kind: "done", result: read.kind === "output" ? (read.output as Json) : null },
    facts: {},
  };
  const told = work.does === "unregister" ? end : withWayOn(end, connection, trigger.scopes);
  return { ...told, facts: { ...told.facts, ...provider.facts(), does: work.does } };
}

/**
 * Where the provider says that the account may not, as it does of a hook that nobody but an owner registers: its own words,
 * and what the connection needs.
 */
function withWayOn(end: EffectEnd, { slug }: ConnectionRow, scopes: readonly string[]): EffectEnd {
  const { outcome } = end;
  if (outcome.kind !== "failed" || outcome.code !== "not_available") return end;
  const rights = scopes.length === 0 ? "an account that may" : `an account or key that has ${scopes.join(", ")} there`;
  return { ...end, outcome: { ...outcome, message: `${outcome.message}; connect ${slug} again with ${rights}` } };
}

function callsOf(
  trigger: PollTrigger | HookTrigger,
  settings: unknown,
  work: EventWork,
  secret: () => string,
): Calls<unknown> {
  invariant((trigger.kind === "poll") === (work.does === "poll"), "a hook is registered, anything else polled");
  if (trigger.kind === "poll") return trigger.poll(settings, work.does === "poll" ? writable(work.cursor) : null);
  if (work.does === "register") return trigger.register(settings, work.url, secret());
  const { kept, url } = work.does === "unregister" ? work : { kept: null, url: "" };
  return trigger.unregister(settings, writable(kept), url);
}

type Writable = Parameters<PollTrigger["poll"]>[1];

/** The contract's type of JSON knows no readonly. */
function writable(value: Json): Writable {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same JSON
  return value as Writable;
}

/** Opened as it is sent to the provider, which signs with it from then on. */
function openSecret({ call, keys }: EventMatter, work: EventWork): string {
  invariant(work.does === "register", "only a registration tells the secret");
  const trigger = parseId("trg", call.run.split(".")[0] ?? "");
  invariant(trigger !== null, "an event's call is named by its trigger");
  const plain = openCredential(keys, EVENT_SECRET, uuidBytes(trigger), work.secret);
  const text = plain.toString("utf8");
  plain.fill(0);
  return text;
}

async function askWhileWanted(provider: Provider, event: EventEffect, call: ConnectorCall): Promise<Asked<EffectEnd>> {
  invariant(event.work.does !== "poll" || isRead(call), "a poll asks for a call that writes");
  if (await event.stillMay()) return await provider.ask(call);
  const message = "the trigger was paused, or somebody else asks for it";
  return { kind: "stopped", end: endedAs("refused", { code: "cancelled", message }) };
}

/** What a poll has given, held to its contract. */
function readPolled(driven: Driven<unknown, EffectEnd>): Driven<Json, EffectEnd> {
  if (driven.kind !== "output") return driven;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- read field by field below
  const { events, cursor, more } = driven.output as Polled;
  const broken = whyNot(events);
  if (broken !== null) return { kind: "broken", error: new Error(broken), wrote: false };
  const output: Json = JSON.parse(JSON.stringify({ events, cursor: cursor ?? null, more }));
  return { kind: "output", output, wrote: false };
}

const isKey = (key: unknown): boolean => typeof key === "string" && key !== "" && key.length <= KEY_CHARACTERS_MAX;

function whyNot(events: Polled["events"]): string | null {
  if (!Array.isArray(events)) return "a poll gives no list of events";
  if (events.length > EVENTS_MAX) return `a poll gives more than ${EVENTS_MAX} events`;
  return events.every((one: Polled["events"][number]) => isKey(one.key)) ? null : "an event has no key";
}

/** Where it was thrown, without its message: that may quote what the provider answered. */
function placeOfError(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames.slice(0, 5).map((line) => line.trim())].join(" ");
}

import type { Action, Authentication, Calls, Connector, HookTrigger, PollTrigger } from "@steward/sdk";
import { type ConnectorPlacement, hostsOf } from "./parse-places.ts";

/**
 * The connector at another place: its base, the hosts that it may reach, where it asks for consent and tokens, and every
 * whole URL that its actions and triggers ask for, so that nobody else has to know. A URL below the old base goes below the
 * new one, any other with its host.
 */
export function placeConnector(connector: Connector, place: ConnectorPlacement): Connector {
  const move = mover(connector, place);
  const moved = <Output>(calls: Calls<Output>): Calls<Output> => moveCalls(calls, move);
  const base = move(connector.base);
  return {
    ...connector,
    base,
    placed: true,
    hosts: [...new Set([base, ...connector.hosts.map((host) => move(`https://${host}/`))].map(hostOf))],
    authentication: connector.authentication.map((way) => placeAuthentication(way, place, move)),
    actions: mapValues(connector.actions, (action): Action => ({
      ...action,
      perform: (input, key) => moved(action.perform(input, key)),
    })),
    triggers: mapValues(connector.triggers, (trigger) => placeTrigger(trigger, moved)),
    whoami: () => moved(connector.whoami()),
  };
}

type Move = (url: string) => string;
type Moved = <Output>(calls: Calls<Output>) => Calls<Output>;

/** Addresses end without a slash. */
function mover(connector: Connector, { base: given, hosts: origins = {} }: ConnectorPlacement): Move {
  const old = trim(connector.base);
  const base = given === undefined ? null : trim(given);
  const { pathname, hostname } = new URL(old);
  const roots = new Map(Object.entries(origins).map(([host, root]) => [host, trim(root)]));
  if (base !== null && !roots.has(hostname)) {
    // `https://eu.example.com/api/v3` in the place of `https://example.com/v3`: what else is there lies below `/api`.
    const below = trim(pathname);
    roots.set(hostname, base.endsWith(below) ? base.slice(0, base.length - below.length) : new URL(base).origin);
  }
  const known = hostsOf(connector);
  return (url) => {
    if (base !== null && (url === old || url.startsWith(`${old}/`))) return base + url.slice(old.length);
    const parsed = URL.parse(url);
    const root = parsed !== null && known.has(parsed.hostname) ? roots.get(parsed.hostname) : undefined;
    // As it is written: `{client_id}` stays what it is.
    return root === undefined || parsed === null ? url : root + url.slice(parsed.origin.length);
  };
}

function trim(url: string): string {
  return url.replace(/\/+$/, "");
}

function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, "$1");
}

function placeAuthentication(way: Authentication, place: ConnectorPlacement, move: Move): Authentication {
  if (way.kind === "client_credentials" || way.kind === "service_account")
    return { ...way, tokenUrl: orNull(place.tokenUrl, way.tokenUrl, move) };
  if (way.kind !== "oauth2") return way;
  const { revocation, revocationUrl, deviceUrl } = way;
  const own = revocation && place.revocationUrl !== null;
  const { revocation: _, ...rest } = way;
  return {
    ...rest,
    authorizationUrl: place.authorizationUrl ?? move(way.authorizationUrl),
    tokenUrl: place.tokenUrl ?? move(way.tokenUrl),
    revocationUrl: revocation ? null : orNull(place.revocationUrl, revocationUrl, move),
    deviceUrl: orNull(place.deviceUrl, deviceUrl, move),
    ...(own ? { revocation: { ...revocation, url: place.revocationUrl ?? move(revocation.url) } } : {}),
  };
}

/** Null where the operator says that there is none, or the connector has none. */
function orNull(given: string | null | undefined, own: string | null, move: Move): string | null {
  if (given !== undefined) return given;
  return own === null ? null : move(own);
}

function placeTrigger(trigger: PollTrigger | HookTrigger, moved: Moved): PollTrigger | HookTrigger {
  if (trigger.kind === "poll") return { ...trigger, poll: (settings, cursor) => moved(trigger.poll(settings, cursor)) };
  return {
    ...trigger,
    register: (settings, url, secret) => moved(trigger.register(settings, url, secret)),
    unregister: (settings, kept, url) => moved(trigger.unregister(settings, kept, url)),
  };
}

function* moveCalls<Output>(calls: Calls<Output>, move: Move): Calls<Output> {
  let turn = calls.next();
  while (turn.done !== true) {
    const call = turn.value;
    turn = calls.next(yield call.url.startsWith("/") ? call : { ...call, url: move(call.url) });
  }
  return turn.value;
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, make: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, make(value)]));
}

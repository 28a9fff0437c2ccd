/** What somebody of one tenant tries with the other's names, and the same with names that nobody has. */
import { type Route, routes } from "@steward/sdk";
import { type IdKind, parseId, showId } from "../src/core/id.ts";
import { systemIds } from "../src/adapters/system/system-ids.ts";
import type { Answer } from "./tenant-objects-server.ts";
import { bodyOf, type Forced } from "./tenant-objects-bodies.ts";
import { type Document, type Operation, operationsOf, type Slot, slotsOf } from "./tenant-objects-slots.ts";
import { openapiOf } from "./tenant-objects-connections.ts";
import type { ThingKind } from "./tenant-objects-making.ts";
import type { Tenant } from "./tenant-objects.ts";

/** The other's name, and one of the same form that nobody has. */
export type Side = "theirs" | "nobodys";

export interface Try {
  readonly name: string;
  /** One place by itself, all of a path, or the project's header. */
  readonly of: "place" | "path" | "header";
  readonly operation: Operation;
  readonly kinds: readonly ThingKind[];
  build(side: Side): Sent;
}

export interface Sent {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** The names that are told apart: what an answer may say again. */
  readonly named: readonly string[];
  /** Own things of which each side has had another. */
  readonly alike: readonly string[];
}

/** Whose things stand in the places that are not tried. */
export interface Ground {
  readonly document: Document;
  readonly own: Tenant;
  readonly other: Tenant;
}

const ids = systemIds(() => Date.now());
/** Names that need not be there: whoever gives one makes the thing. */
export const MAKING: ReadonlySet<ThingKind> = new Set(["name", "email", "domainName", "groupName", "sinkAddress"]);
/** Numbers within a thing. */
const COUNTED: ReadonlySet<ThingKind> = new Set(["flowVersion", "fileVersion"]);
/** In a body, own things stand in the other places of these kinds; elsewhere the sample's texts do. */
const REFERENCES: ReadonlySet<ThingKind> = new Set(["filePath", "folder", "row"]);

/** Of every operation: each of its places by itself, all of its path at once, and the project's header. */
export function triesOf(ground: Ground, valuesMax: number): Try[] {
  const { slots } = slotsOf(ground.document);
  const tries = slots.flatMap((slot) =>
    ground.other.things[slot.kind].slice(0, valuesMax).map((value) => tryOne(ground, slot, value)),
  );
  for (const operation of operationsOf(ground.document)) {
    const inPath = slots.filter((slot) => slot.in === "path" && slot.operation.operationId === operation.operationId);
    if (inPath.length > 1) tries.push(tryAll(ground, operation, inPath));
    const route: Route | undefined = routes[operation.operationId as keyof typeof routes];
    if (route?.access.in !== "project") continue;
    for (const project of ground.other.things.project.slice(0, valuesMax))
      for (const whose of [ground.own, ground.other]) tries.push(tryHeader(ground, operation, inPath, project, whose));
  }
  return tries;
}

function tryOne(ground: Ground, slot: Slot, value: string): Try {
  const { operation, kind } = slot;
  const place = slot.way.length > 0 ? slot.way.join(".") : slot.name;
  return {
    name: `${operation.operationId} ${slot.in} ${place} = ${kind} ${short(value)}`,
    of: "place",
    operation,
    kinds: [kind],
    build: (side) =>
      build(ground, operation, side, new Map([[slot, side === "theirs" ? value : nobodys(kind, value)]])),
  };
}

function tryAll(ground: Ground, operation: Operation, slots: readonly Slot[]): Try {
  return {
    name: `${operation.operationId} with all of its path`,
    of: "path",
    operation,
    kinds: slots.map((slot) => slot.kind),
    build: (side) =>
      build(
        ground,
        operation,
        side,
        new Map(
          slots.map((slot) => {
            const value = ownOf(ground.other, slot.kind, 0);
            return [slot, side === "theirs" || COUNTED.has(slot.kind) ? value : nobodys(slot.kind, value)];
          }),
        ),
      ),
  };
}

function tryHeader(ground: Ground, operation: Operation, slots: readonly Slot[], project: string, whose: Tenant): Try {
  return {
    name: `${operation.operationId} in ${short(project)}, with ${whose.letter}'s things`,
    of: "header",
    operation,
    kinds: ["project"],
    build: (side) => {
      const given = new Map(slots.map((slot) => [slot, ownOf(whose, slot.kind, 0)]));
      const sent = build(ground, operation, side, given);
      const named = side === "theirs" ? project : nobodys("project", project);
      return { ...sent, headers: { ...sent.headers, "steward-project": named }, named: [named] };
    },
  };
}

/** A call of that operation as it may be made, with own things in its places. */
export function plainCall(ground: Ground, operation: Operation): Sent {
  return build(ground, operation, "theirs", new Map());
}

/** What a path names that belongs to nobody. */
const OF_THE_PROGRAM: Readonly<Record<string, string>> = { connector: "gmail", trigger: "sample" };

/** A call with the given values in their places; two sides have own things alike in the others. */
function build({ document, own }: Ground, operation: Operation, side: Side, given: ReadonlyMap<Slot, string>): Sent {
  const { slots } = slotsOf(document);
  const twin = side === "theirs" ? 0 : 1;
  const mine: string[] = [];
  const valueAt = (place: Slot["in"], name: string): string | null => {
    for (const [slot, value] of given) if (slot.in === place && slot.name === name) return value;
    return null;
  };
  const ownAt = (slot: Slot): string => {
    const value = ownOf(own, slot.kind, twin);
    mine.push(value);
    return value;
  };
  const here = slots.filter((slot) => slot.operation.operationId === operation.operationId);
  const target = operation.path.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const slot = here.find((one) => one.in === "path" && one.name === name);
    return encodeURIComponent(valueAt("path", name) ?? (slot ? ownAt(slot) : (OF_THE_PROGRAM[name] ?? "1")));
  });
  const query = new URLSearchParams();
  for (const parameter of operation.parameters.filter((one) => one.in === "query")) {
    const value = valueAt("query", parameter.name);
    const slot = here.find((one) => one.in === "query" && one.name === parameter.name);
    if (value !== null) query.set(parameter.name, value);
    else if (parameter.required && slot) query.set(parameter.name, ownAt(slot));
  }
  const forced: Forced[] = [];
  const tried = [...given].filter(([slot]) => slot.in === "body");
  for (const slot of here.filter((one) => one.in === "body" && one.way.length === 1 && REFERENCES.has(one.kind)))
    if (!given.has(slot) && tried.every(([one]) => one.name !== slot.name))
      forced.push({ way: slot.way, value: ownAt(slot) });
  for (const [{ way }, value] of tried) forced.push({ way, value });
  const plain = operation.takes === null ? bodyOf(operation, document.components.schemas, forced) : textOf(operation);
  const body = operation.method === "GET" || plain === null ? undefined : twinned(plain, fresh[twin]);
  return {
    method: operation.method,
    target: query.size > 0 ? `${target}?${query.toString()}` : target,
    headers: operation.takes === null ? {} : { "content-type": operation.takes },
    body,
    named: [...given.values(), ...mine, fresh[twin]],
    alike: ALIKE.flatMap((kind) => own.things[kind]),
  };
}

/** A body that is no JSON of ours: a CSV or a file, which any text is, or a document. */
function textOf({ operationId }: Operation): string {
  return operationId === "importConnector" ? openapiOf("sample") : "title\nsample\n";
}

/** Two names for what a call makes beside what is tried. */
const fresh = ["sample1", "sample2"] as const;
const ALIKE = ["tableName", "filePath", "folder", "flow", "agent"] as const;

function twinned(body: unknown, name: string): unknown {
  if (typeof body === "string") return body;
  return JSON.parse(JSON.stringify(body), (_key, value: unknown) => (value === "sample" ? name : value));
}

/** Which of a tenant's things stands in a place; `twin` is 0 or 1. */
function ownOf({ things }: Tenant, kind: ThingKind, twin: number): string {
  const at = { member: 1 + twin, row: 2 * twin, project: 1 }[kind as string] ?? twin;
  if (COUNTED.has(kind)) return "1";
  const list = things[kind];
  return list[at] ?? list[0]!;
}

/** A value of the same form and length that nobody has. Of a cursor: one at the same place of a list. */
export function nobodys(kind: ThingKind, value: string): string {
  const shown = /^([a-z]{3})_[0-9a-hjkmnp-tv-z]{26}$/.exec(value);
  if (shown) {
    const prefix = shown[1] as IdKind;
    const uuid = parseId(prefix, value);
    if (uuid !== null) return showId(prefix, kind === "cursor" ? near(uuid) : ids.uuid());
  }
  if (/^[0-9a-f]{8}-[0-9a-f]{4}-/.test(value)) return ids.uuid();
  const named = /^(?:flow|agent|member|role):/.exec(value)?.[0];
  if (named !== undefined) return `${named}${nobodys(kind, value.slice(named.length))}`;
  const head = /^https?:\/\//.exec(value)?.[0] ?? "";
  const rest = value.slice(head.length);
  return `${head}${rest.replace(/[a-z0-9]/gi, nextLetter)}`;
}

function nextLetter(letter: string): string {
  const round: Readonly<Record<string, string>> = { z: "a", Z: "A", "9": "1" };
  return round[letter] ?? String.fromCodePoint(letter.codePointAt(0)! + 1);
}

function near(uuid: string): string {
  return uuid.slice(0, -1) + (uuid.endsWith("0") ? "1" : "0");
}

function short(value: string): string {
  return value.length > 20 ? `${value.slice(0, 4)}…` : value;
}

/** What of an answer two callers could tell apart, without times, new ids and the names that were sent. */
export function sameness({ status, headers, text }: Answer, { named, alike }: Sent): string {
  const kept = JSON.stringify(Object.entries(headers).filter(([name]) => !TIMELY.has(name)));
  const names = named.flatMap((name) => [name, name.split(/[/:]/).at(-1)!]);
  return `${status} ${clean(kept, names.filter(isTelling), alike)} ${clean(text, names, alike)}`;
}

const TIMELY: ReadonlySet<string> = new Set(["date", "connection", "keep-alive", "content-length"]);

/** A number is all over the headers. */
function isTelling(name: string): boolean {
  return name.length > 2;
}

function clean(text: string, named: readonly string[], alike: readonly string[]): string {
  let cleaned = text;
  const put = (names: readonly string[], word: string): void => {
    const spelled = names.flatMap((one) => [one, encodeURIComponent(one), JSON.stringify(one).slice(1, -1)]);
    for (const name of spelled.toSorted(longestFirst))
      cleaned = isTelling(name)
        ? cleaned.replaceAll(name, word)
        : cleaned.replaceAll(new RegExp(`\\b${name}\\b`, "g"), word);
  };
  put(named, "<named>");
  put(alike, "<named>");
  return cleaned
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>")
    .replaceAll(/\b[a-z]{3}_[0-9a-z]{26}\b/g, "<id>")
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}\b/g, "<id>")
    .replaceAll(/<id>\.\d+\.\d+/g, "<entry>")
    .replaceAll(/\b(?:wh_0_|sk_0_|steward-verification=|invitation#)[0-9A-Za-z_-]+/g, "<secret>")
    .replaceAll(/"(durationMs|bytes|atMs)":[\d.]+/g, '"$1":0');
}

function longestFirst(one: string, other: string): number {
  return other.length - one.length;
}

/** Where two texts part. */
export function parting(one: string, other: string): string {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const from = Math.max(0, at - 30);
  return `…${one.slice(from, at + 120)}… and …${other.slice(from, at + 120)}…`;
}

/**
 * Every place in a call that can name a thing, found in the OpenAPI document: parameters of path and query, and the
 * texts of bodies, nested ones too. Each is of a kind, or is known to name nothing; a place that is neither is a fault,
 * so that a new route is covered or noticed.
 */
import type { JsonSchema } from "./arbitrary-of-schema.ts";
import type { ThingKind } from "./tenant-objects-making.ts";

export interface Operation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  /** Of JSON. */
  readonly body: JsonSchema | null;
  /** The media type of a body that is no JSON. */
  readonly takes: string | null;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

export interface Document {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly operationId: string;
            readonly parameters?: readonly Parameter[];
            readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
          }
        >
      >
    >
  >;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

/** A way into a body: fields by name, `[]` for an item, `{}` for a value under any name, `|n` for the nth alternative. */
export type Way = readonly string[];

export interface Slot {
  readonly operation: Operation;
  readonly in: "path" | "query" | "body";
  /** Of the parameter, or of the field. */
  readonly name: string;
  readonly way: Way;
  readonly kind: ThingKind;
}

export function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId, parameters = [], requestBody }]): Operation => {
      const content = requestBody?.content ?? {};
      const body = content["application/json"]?.schema ?? null;
      const takes = body === null ? (Object.keys(content)[0] ?? null) : null;
      return { operationId, method: method.toUpperCase(), path, parameters, body, takes };
    }),
  );
}

type Found = ThingKind | "nothing" | null;

/** By the kind that an id's own form names. */
const BY_PREFIX: Readonly<Record<string, ThingKind>> = {
  org: "organization",
  prj: "project",
  mem: "member",
  rol: "role",
  inv: "invitation",
  sup: "consent",
  key: "key",
  sso: "connection",
  dom: "domain",
  snk: "sink",
  fil: "file",
  run: "run",
  msg: "message",
  acc: "account",
  rev: "receipt",
};

/** Where a name means another thing than elsewhere: first match counts. */
const BY_PLACE: readonly (readonly [path: RegExp, name: string, kind: Found])[] = [
  [/^\/v1\/runs\//, "id", "run"],
  [/^\/v1\/agents\//, "slug", "agent"],
  [/^\/v1\/agents\//, "version", "flowVersion"],
  [/^\/v1\/agents\//, "message", "nothing"], // what it is told
  [/^\/v1\/flows\//, "slug", "flow"],
  [/^\/v1\/flows\//, "version", "flowVersion"],
  [/^\/v1\/flows\/[^/]*\/triggers\//, "trigger", "nothing"], // of the file
  [/^\/v1\/credentials\//, "slug", "credential"],
  [/^\/v1\/variables\//, "name", "variable"],
  [/^\/v1\/files\//, "version", "fileVersion"],
  [/\/projects(\/|$)/, "slug", "projectSlug"],
  [/\/scim-tokens\//, "token", "scimToken"],
  // Whoever holds the token is let look; what else is known of an invitation lets nobody.
  [/^\/v1\/invitations\/look$/, "token", "invitation"],
  [/^\/v1\/invitations\/accept$/, "token", "invitationToken"],
  [/^\/v1\/tables/, "columns.name", "column"],
  [/^\/v1\/tables(\/\{table\})?$/, "name", "tableName"],
  [/^\/v1\/tables/, "name", "column"],
  [/^\/v1\/tables/, "sort", "column"],
  [/^\/v1\/tables/, "ids", "row"],
  [/\/audit\/sinks$/, "address", "sinkAddress"],
  [/^\/v1\/files\/delete-folder$/, "path", "folder"],
  [/^\/v1\/runs\//, "from", "nothing"], // a step
  [/^\/v1\/runs\//, "name", "nothing"], // an event
  [/\/sign-on\/domains$/, "domain", "domainName"],
  [/^\/v1\/files\//, "from", "filePath"],
  [/^\/v1\/files\//, "to", "filePath"],
  [/^\/v1\/organizations\/.*\/limits\//, "id", "organizationLimit"],
  [/^\/v1\/organizations\/.*\/budgets\//, "budget", "organizationBudget"],
  [/^\/v1\/limits\//, "id", "limit"],
  [/\/(?:grants|limits)(\/|$)/, "connection", "connectionSlug"],
  [/\/(?:grants|limits)(\/|$)/, "lines.approval.escalate.to", "approver"],
  [/\/(?:grants|limits)(\/|$)/, "form.lines.approval.escalate.to", "approver"],
  [/\/(?:grants|limits)(\/|$)/, "by", "approver"],
  [/\/(?:grants|limits)(\/|$)/, "to", "grantee"],
  [/\/limits(\/|$)/, "on", "grantee"],
  [/^\/v1\/grants(\/|$)/, "principal", "grantee"],
  [/^\/v1\/connections(\/|$)/, "slug", "keyedConnection"],
  [/^\/v1\/connections(\/|$)/, "actions", "nothing"],
  [/^\/v1\/connectors$/, "search", "nothing"], // in the program's own words
  [/^\/v1\/connectors\/imported\//, "connector", "importedConnector"],
  [/^\/v1\/outbound$/, "connection", "connectionSlug"],
  [/^\/v1\/outbound$/, "cause", "run"],
  [/^\/v1\/outbound$/, "host", "nothing"], // of the outside
  [/^\/v1\/budgets$/, "subject", "flow"],
  [/^\/v1\/approval-links\//, "token", "approval"], // whoever holds a token is let look; an id is none
  [/^\/v1\/approvals\//, "arguments", "nothing"],
  [/^\/v1\/grants\/simulate$/, "arguments", "nothing"],
];

/** What a name means everywhere else. */
const BY_NAME: Readonly<Record<string, Found>> = {
  organization: "organization",
  project: "project",
  member: "member",
  invitation: "invitation",
  role: "role",
  defaultRole: "role",
  consent: "consent",
  key: "key",
  connection: "connection",
  domain: "domain",
  file: "file",
  table: "table",
  row: "row",
  column: "column",
  sink: "sink",
  session: "session",
  message: "message",
  flow: "flow",
  flows: "flow",
  run: "run",
  grant: "grant",
  budget: "budget",
  approval: "approval",
  agent: "agent",
  credential: "credential",
  errorFlow: "flow",
  path: "filePath",
  folder: "folder",
  email: "email",
  group: "groupName",
  name: "name",
  search: "word",
  actor: "principal",
  principal: "principal",
  target: "target",
  cursor: "cursor",
  // These name nothing that is somebody's.
  ...nothing(
    "limit from to since until open status action route address sort filter count onError map delimiter formulas",
  ),
  ...nothing("forever version step how result data input value values rows region timeZone reason kind secret user"),
  ...nothing("category connector owner device apiKey password"),
  ...nothing("server variables paths authentication destination channel signingSecret"),
  ...nothing("query tokenUrl scopes privateKey keyId serviceAccount certificate passphrase authority"),
  ...nothing("actions field domains in prefix matches currency note literal at digest subject"),
  ...nothing("header hosts issuer clientId clientSecret signOnUrl certificates emailAttribute nameAttribute only"),
  ...nothing("groupsAttribute options type enabled reach permissions since pinned wait description id next labels"),
};

function nothing(names: string): Record<string, Found> {
  return Object.fromEntries(names.split(" ").map((name) => [name, "nothing"]));
}

/** A flow file has places of its own, which cross-tenant-flows.test.ts fills. */
const FILES: ReadonlySet<string> = new Set(["putFlow", "putAgent"]);
const OF_FLOW_FILES: ReadonlySet<string> = new Set([
  "credential",
  "connection",
  "errorFlow",
  "reportsTo",
  "connections",
]);
const FREE_IN_FLOW_FILES: ReadonlySet<string> = new Set(
  `format at cron event everySeconds settings method zone timeZone missed dedupeBy header headers body reply
    methods position steps output ifUnknown onError note notes private label labels secret
    role displayName title bio tone responsibilities signature instructions model tools tags parameters`.split(/\s+/),
);

/** The slots of a document, and what of it is of no kind that is known. */
export function slotsOf(document: Document): { readonly slots: readonly Slot[]; readonly unknown: readonly string[] } {
  const slots: Slot[] = [];
  const unknown: string[] = [];
  const take = (operation: Operation, place: Slot["in"], name: string, way: Way, found: Found): void => {
    const { operationId } = operation;
    if (found === null) unknown.push(`${operationId} ${place} ${way.length > 0 ? way.join(".") : name}`);
    else if (found !== "nothing") slots.push({ operation, in: place, name, way, kind: found });
  };
  for (const operation of operationsOf(document)) {
    for (const { name, in: place, schema } of operation.parameters) {
      if (place === "header" && name === "Idempotency-Key") continue; // cross-tenant-reuse.test.ts
      if (place !== "path" && place !== "query") unknown.push(`${operation.operationId} ${place} ${name}`);
      else take(operation, place, name, [], kindOf(operation.path, name, schema));
    }
    if (operation.body === null) continue;
    for (const { way, schema } of leavesOf(operation.body, document.components.schemas)) {
      const names = way.filter((one) => !/^[|[{]/.test(one));
      const name = names.at(-1) ?? "";
      if (FILES.has(operation.operationId)) {
        if (OF_FLOW_FILES.has(name) || FREE_IN_FLOW_FILES.has(name)) continue;
        if ((BY_NAME[name] ?? null) === null) unknown.push(`${operation.operationId} body ${way.join(".")}`);
        continue;
      }
      take(operation, "body", name, way, kindOf(operation.path, names.join("."), schema));
    }
  }
  return { slots, unknown };
}

function kindOf(path: string, names: string, { pattern, enum: among }: JsonSchema): Found {
  const prefix = /^\^([a-z]{3})_/.exec(pattern ?? "")?.[1];
  if (prefix !== undefined) return BY_PREFIX[prefix] ?? null;
  if (among) return "nothing";
  const name = names.split(".").at(-1)!;
  const placed = BY_PLACE.find(([where, which]) => where.test(path) && (which === names || which === name));
  return placed ? placed[2] : (BY_NAME[name] ?? null);
}

/** The ways to the objects of a schema that say which fields they have; one that holds itself is gone into once. */
export function objectsOf(
  schema: JsonSchema,
  schemas: Document["components"]["schemas"],
  way: Way = [],
  inside: ReadonlySet<string> = new Set(),
): { readonly way: Way; readonly schema: JsonSchema }[] {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1)!;
    return inside.has(name) ? [] : objectsOf(schemas[name]!, schemas, way, new Set([...inside, name]));
  }
  const further = (one: JsonSchema, step: string) => objectsOf(one, schemas, [...way, step], inside);
  const alternatives = schema.anyOf ?? schema.oneOf ?? [];
  return [
    ...(schema.properties ? [{ way, schema }] : []),
    ...alternatives.flatMap((one, n) => further(one, `|${n}`)),
    ...Object.entries(schema.properties ?? {}).flatMap(([name, one]) => further(one, name)),
    ...(schema.items ? further(schema.items, "[]") : []),
  ];
}

interface Leaf {
  readonly way: Way;
  readonly schema: JsonSchema;
}

/** The texts and the JSON of anybody's that a schema holds; one that holds itself is gone through once. */
function leavesOf(
  schema: JsonSchema,
  schemas: Document["components"]["schemas"],
  way: Way = [],
  inside: ReadonlySet<string> = new Set(),
): Leaf[] {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1)!;
    if (inside.has(name)) return [];
    const found = schemas[name];
    if (!found) throw new Error(`no component ${schema.$ref}`);
    return leavesOf(found, schemas, way, new Set([...inside, name]));
  }
  const further = (one: JsonSchema, step: string): Leaf[] => leavesOf(one, schemas, [...way, step], inside);
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) return alternatives.flatMap((one, n) => further(one, `|${n}`));
  if ("const" in schema) return [];
  const leaves = Object.entries(schema.properties ?? {}).flatMap(([name, one]) => further(one, name));
  if (schema.items) leaves.push(...further(schema.items, "[]"));
  if (typeof schema.additionalProperties === "object") leaves.push(...further(schema.additionalProperties, "{}"));
  if (leaves.length > 0 || schema.properties) return leaves;
  const { type } = schema;
  const isText = type === "string" || (Array.isArray(type) && type.includes("string"));
  return isText || type === undefined ? [{ way, schema }] : [];
}

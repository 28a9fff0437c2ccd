/** A body that a route takes, made of its schema: the least that is right, with one place filled by force. */
import { z } from "zod";
import type { JsonSchema } from "./arbitrary-of-schema.ts";
import type { Document, Operation, Way } from "./tenant-objects-slots.ts";

export interface Forced {
  readonly way: Way;
  readonly value: unknown;
}

/** What a schema doesn't say of the bodies that are right; merged over what is made of it. */
const SAID: Readonly<Record<string, object>> = {
  putFlow: { format: 1, name: "Sample", steps: [{ id: "out", kind: "set", input: {} }] },
  // It can't be published: a turn of it would leave what it is called in the digests of its effects.
  putAgent: {
    format: 1,
    kind: "agent",
    name: "Sample",
    model: { connection: "shared", model: "sample" },
    tools: ["flow:nobody"],
  },
  startTurn: { message: "sample" },
  changeAccount: { name: "Person" },
  createInvitation: { email: "somebody@sample.test", role: "viewer" },
  createProject: { slug: "sample" },
  addSignOnDomain: { domain: "sample.test" },
  createAuditSink: { kind: "http", address: "https://sample.test/log" },
  sendEvent: { name: "nothing waits for this" },
  resolveEffect: { step: "call", how: "fail" },
  insertRows: { rows: [{ title: "sample" }] },
  deleteRows: { ids: ["01900000-0000-7000-8000-000000000000"] },
  updateRow: { version: 0, values: { title: "sample" } },
  changeColumn: { required: false },
  addColumn: { name: "sample", type: "text" },
  createServiceAccount: { role: "viewer" },
  createTable: { name: "sample", columns: [] },
  setProjectMember: { role: "viewer" },
  changeMember: { role: "viewer" },
  shredProject: { slug: "sample" },
  retireEncryptionKey: { class: "content", epoch: 1 },
  createConnection: { connector: "openai_compatible", slug: "sample", address: "http://127.0.0.1:9/v1" },
  putConnectionSecret: { apiKey: "sample" },
  giveGrant: { to: "project", connection: "shared", lines: [{ actions: ["gmail.send"] }] },
  changeGrant: { version: 1, form: { to: "project", connection: "shared", lines: [{ actions: ["gmail.send"] }] } },
  simulate: { principal: "project", action: "http.request", arguments: { url: "https://sample.test/" } },
  setLimit: { lines: [{ actions: ["gmail.send"] }] },
  changeLimit: { version: 1, form: { lines: [{ actions: ["gmail.send"] }] } },
  setOrganizationLimit: { lines: [{ actions: ["gmail.send"] }] },
  changeOrganizationLimit: { version: 1, form: { lines: [{ actions: ["gmail.send"] }] } },
  setBudget: { level: "flow", subject: "shared", unit: "calls", amount: 1000, period: "total" },
  setOrganizationBudget: { unit: "calls", amount: 1_000_000, period: "total" },
  changeBudget: { amount: 1000 },
  changeOrganizationBudget: { amount: 1_000_000 },
  decideApproval: { decision: "approve", digest: "0".repeat(64) },
  decideByLink: { decision: "approve", digest: "0".repeat(64) },
  createSupportConsent: { reason: "Sample", hours: 1 },
};

type Schemas = Document["components"]["schemas"];

/** Null for a route that takes none. */
export function bodyOf({ operationId, body }: Operation, schemas: Schemas, forced: readonly Forced[] = []): unknown {
  if (body === null) return null;
  const made = forced.length === 0 ? sample(body, schemas, null) : undefined;
  if (made !== undefined) return { ...(made as object), ...SAID[operationId] };
  let whole: Record<string, unknown> = { ...(sample(body, schemas, null) as object), ...SAID[operationId] };
  for (const { way, value } of forced) {
    const without = Object.hasOwn(INSTEAD, way.at(-1)!) ? omit(whole, INSTEAD[way.at(-1)!]!) : whole;
    whole = putAt(without, sample(body, schemas, { way, value }), way) as Record<string, unknown>;
  }
  return whole;
}

/** Of two fields that exclude each other, which one goes for the other. */
const INSTEAD: Readonly<Record<string, string>> = { credential: "connection" };

function omit(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const kept = Object.entries(value).filter(([field]) => field !== name);
  return Object.fromEntries(kept.map(([field, inner]) => [field, omit(inner, name)]));
}

/** What stands at the way in `part`, put into `whole`; what `whole` lacks around it is `part`'s. */
function putAt(whole: unknown, part: unknown, [step, ...rest]: Way): unknown {
  // Another alternative has other fields.
  if (step === undefined || step.startsWith("|") || step === "{}") return part;
  if (step === "[]") {
    const [first] = Array.isArray(whole) ? whole : [];
    return [putAt(first, (part as unknown[])[0], rest)];
  }
  const fields = typeof whole === "object" && whole !== null ? (whole as Record<string, unknown>) : {};
  const inner = (part as Record<string, unknown>)[step];
  return { ...(part as object), ...fields, [step]: putAt(fields[step], inner, rest) };
}

/** The least that is right by a schema, with what is forced in its place. */
export function sample(schema: JsonSchema, schemas: Schemas, forced: Forced | null, depth = 0): unknown {
  if (depth > 12) return null;
  if (schema.$ref !== undefined) return sample(schemas[schema.$ref.split("/").at(-1)!]!, schemas, forced, depth + 1);
  const further = (one: JsonSchema, step: string): unknown => {
    const [next, ...rest] = forced?.way ?? [];
    return sample(one, schemas, next === step && forced ? { way: rest, value: forced.value } : null, depth + 1);
  };
  if (forced?.way.length === 0) return forced.value;
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives) {
    const chosen = forced?.way[0]?.startsWith("|") ? Number(forced.way[0].slice(1)) : 0;
    return further(alternatives[chosen]!, `|${chosen}`);
  }
  if ("const" in schema) return schema.const;
  if (schema.enum) return schema.enum[0];
  const type = typeof schema.type === "string" ? schema.type : schema.type?.[0];
  switch (type) {
    case "object":
      return Object.fromEntries([
        ...Object.entries(schema.properties ?? {}).flatMap(([name, one]) =>
          schema.required?.includes(name) || forced?.way[0] === name ? [[name, further(one, name)] as const] : [],
        ),
        ...(forced?.way[0] === "{}" && typeof schema.additionalProperties === "object"
          ? [["title", further(schema.additionalProperties, "{}")] as const]
          : []),
      ]);
    case "array":
      return (schema.minItems ?? 0) > 0 || forced?.way[0] === "[]" ? [further(schema.items ?? {}, "[]")] : [];
    case "string":
      return textOf(schema);
    case "integer":
    case "number":
      return Math.max(1, schema.minimum ?? 1);
    case "boolean":
      return false;
    case undefined:
    default:
      return null;
  }
}

function textOf({ format, pattern = "" }: JsonSchema): string {
  if (format === "uri") return "https://sample.test/";
  if (format === "uuid") return "01900000-0000-7000-8000-000000000000";
  if (format === "date-time") return "2026-01-01T00:00:00.000Z";
  const prefix = /^\^([a-z]{3})_/.exec(pattern)?.[1];
  if (prefix !== undefined) return `${prefix}_${"0".repeat(26)}`;
  if (pattern.includes("project|")) return "project";
  if (pattern.includes("granter|")) return "granter";
  if (pattern.includes("read|write")) return "gmail.send";
  return pattern.includes("@") ? "somebody@sample.test" : "sample";
}

/** Values that the sign-in's schemas take. */
const FOR_SIGN_IN: Readonly<Record<string, unknown>> = {
  email: "somebody@sample.test",
  newEmail: "other@sample.test",
  password: "a password of ours",
  newPassword: "another password",
  currentPassword: "a password of ours",
  name: "Somebody",
  token: "0123456789abcdef",
  code: "123456",
  provider: "oidc",
  response: { id: "x", type: "public-key" },
  id: "01900000-0000-7000-8000-000000000000",
};

/** A body that a path of the sign-in takes, and the fields that it may have. */
export function signInBody(body: z.ZodType = z.strictObject({})): {
  readonly body: object;
  readonly fields: readonly string[];
} {
  const schema = z.toJSONSchema(body, { io: "input", unrepresentable: "any" }) as JsonSchema;
  const needed = Object.keys(sample(schema, {}, null) as object);
  return {
    body: Object.fromEntries(needed.map((name) => [name, FOR_SIGN_IN[name]])),
    fields: Object.keys(schema.properties ?? {}),
  };
}

/** Bodies that say more than they may, twice, or as something else: made of the server's own document and of the sign-in's paths. */
import { type Route, routes } from "@steward/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AUTH_PATHS } from "../src/adapters/identity/auth-paths.ts";
import type { JsonSchema } from "./arbitrary-of-schema.ts";
import { bodyOf, sample, signInBody } from "./tenant-objects-bodies.ts";
import type { Answer } from "./tenant-objects-server.ts";
import { type Document, objectsOf, type Operation, operationsOf } from "./tenant-objects-slots.ts";
import { plainCall } from "./tenant-objects-tries.ts";
import { startTenants, type Tenants } from "./tenant-objects.ts";

/** What nobody gives a thing by themselves. */
const FIELDS: Readonly<Record<string, unknown>> = {
  id: "01900000-0000-7000-8000-000000000001",
  organization: "another",
  organizationId: "another",
  project: "another",
  projectId: "another",
  owner: "another",
  account: "another",
  role: "owner",
  permissions: ["organization.delete"],
  operator: true,
  emailVerified: true,
  secondFactor: true,
  signOnEnforced: false,
  createdAt: "2020-01-01T00:00:00.000Z",
  deletedAt: null,
  constructor: { prototype: { operator: true } },
  prototype: { operator: true },
};

let it: Tenants;
let document: Document;
let operations: readonly Operation[];

beforeAll(async () => {
  it = await startTenants();
  const { steward, a } = it;
  document = (
    await steward.call("GET", "/v1/openapi.json", { headers: a.owner.headers })
  ).json() as unknown as Document;
  operations = operationsOf(document).filter(({ method }) => method !== "GET");
});
afterAll(async () => await it?.close());

/** As whoever may make the call; every call from an address of its own, since some are counted by it. */
let calls = 0;
async function send(
  operation: Operation,
  text: string | undefined,
  more: Record<string, string> = {},
): Promise<Answer> {
  const { steward, a, b } = it;
  const { method, target } = plainCall({ document, own: a, other: b }, operation);
  const route: Route = routes[operation.operationId as keyof typeof routes];
  const by = route.access.in === "installation" ? { authorization: `Bearer ${steward.key}` } : a.owner.headers;
  calls++;
  const from = { "x-forwarded-for": `10.2.${calls >> 8}.${calls & 255}` };
  const headers = { ...by, ...from, "content-type": "application/json", ...more };
  return await steward.call(method, target, { headers, ...(text === undefined ? {} : { body: text }) });
}

/** A text of JSON in which the object also has a field of that name, whatever JavaScript makes of such a one. */
function withField(body: unknown, name: string, value: unknown): string {
  const text = JSON.stringify(body);
  const separator = text === "{}" ? "" : ",";
  return `${text.slice(0, -1)}${separator}${JSON.stringify(name)}:${JSON.stringify(value)}}`;
}

test("no body takes a field that its schema doesn't name, at any depth", { timeout: 90_000 }, async () => {
  const faults: string[] = [];
  let tried = 0;
  for (const operation of operations.filter(({ takes }) => takes === null)) {
    const { schemas } = document.components;
    const objects =
      operation.body === null ? [{ way: [], schema: { properties: {} } }] : objectsOf(operation.body, schemas);
    for (const { way, schema } of objects)
      for (const [field, value] of Object.entries(FIELDS)) {
        if (field in (schema.properties ?? {})) continue;
        const inner = withField(sample(schema, schemas, null) ?? {}, field, value);
        const text = placed(operation, way, inner);
        const answer = await send(operation, text);
        tried++;
        // Refused for this field, not for another reason.
        if (answer.status !== 422 || !answer.text.includes(field))
          faults.push(
            `${operation.operationId} ${way.join(".")} ${field}: ${answer.status} ${answer.text.slice(0, 300)}`,
          );
      }
  }
  expect(faults).toEqual([]);
  expect(tried).toBeGreaterThan(1000);
});

/** The body of an operation in which an object stands at a place, by its text. */
function placed(operation: Operation, way: readonly string[], inner: string): string {
  if (way.every((step) => step.startsWith("|"))) return inner;
  const hole = "§hole§";
  return JSON.stringify(bodyOf(operation, document.components.schemas, [{ way, value: hole }])).replace(
    `"${hole}"`,
    inner,
  );
}

test("a prototype in a body changes nothing and gives nothing", { timeout: 60_000 }, async () => {
  const faults: string[] = [];
  for (const operation of operations.filter(({ body }) => body !== null)) {
    const body = bodyOf(operation, document.components.schemas);
    const polluting = {
      operator: true,
      role: "owner",
      organization: "x",
      polluted: "yes",
      name: "polluted",
      slug: "polluted",
    };
    for (const name of ["__proto__", "__PROTO__", "constructor.prototype", "__proto__.polluted", "__defineGetter__"]) {
      const { status, text } = await send(operation, withField(body, name, polluting));
      if (status >= 500 || text.includes(`"polluted":`))
        faults.push(`${operation.operationId} ${name}: ${status} ${text}`);
    }
    // What is dropped is not there: what the body lacks then is still missed.
    const required = resolved(operation.body!).required ?? [];
    if (required.length > 0) {
      const { status, text } = await send(operation, `{"__proto__":${JSON.stringify(body)}}`);
      if (status !== 422) faults.push(`${operation.operationId} by its prototype: ${status} ${text}`);
    }
  }
  expect(faults).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(["polluted", "operator", "role"].filter((name) => name in {})).toEqual([]);
});

function resolved(schema: JsonSchema): JsonSchema {
  return schema.$ref === undefined ? schema : resolved(document.components.schemas[schema.$ref.split("/").at(-1)!]!);
}

test("no address takes a parameter that it doesn't name", { timeout: 60_000 }, async () => {
  const { steward, a, b } = it;
  const faults: string[] = [];
  for (const operation of operationsOf(document)) {
    const { method, target, headers, body } = plainCall({ document, own: a, other: b }, operation);
    const route: Route = routes[operation.operationId as keyof typeof routes];
    const by = route.access.in === "installation" ? { authorization: `Bearer ${steward.key}` } : a.owner.headers;
    for (const extra of [
      "organization=x",
      "project=x&project=y",
      "role=owner",
      "__proto__=x",
      "constructor=x",
      "__proto__[x]=y",
    ]) {
      const [name] = extra.split("=", 1);
      if (operation.parameters.some((one) => one.in === "query" && one.name === name)) continue;
      calls++;
      const from = { "x-forwarded-for": `10.3.${calls >> 8}.${calls & 255}` };
      const answer = await steward.call(method, `${target}${target.includes("?") ? "&" : "?"}${extra}`, {
        headers: { ...by, ...headers, ...from },
        ...(body === undefined ? {} : { body }),
      });
      // A run that isn't there is told before what is asked of it.
      if (answer.status !== 422 && operation.operationId !== "runEvents")
        faults.push(`${operation.operationId} ?${extra}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
  }
  expect(faults).toEqual([]);
});

const NO_JSON = [
  "text/plain",
  "text/plain; charset=application/json",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "text/json",
  "application/xml",
  "application/jsonp",
  "application/json-patch",
  "application/octet-stream",
  "json",
  "text/plain;application/json",
  "text/plain, application/json",
];

test("a body that does not say it is JSON is none, on every route", { timeout: 60_000 }, async () => {
  const faults: string[] = [];
  for (const operation of operations.filter(({ body }) => body !== null)) {
    const body = bodyOf(operation, document.components.schemas);
    for (const type of NO_JSON) {
      const { status, text } = await send(operation, JSON.stringify(body), { "content-type": type });
      if (status !== 415) faults.push(`${operation.operationId} ${type}: ${status} ${text.slice(0, 200)}`);
    }
  }
  expect(faults).toEqual([]);
});

test("of a field that is there twice the last one counts, for what is checked and for what is done", async () => {
  const { a, steward } = it;
  const organization = a.things.organization[0]!;
  const admin = a.callers.find(({ name }) => name === "admin by session")!;
  const invite = async (text: string): Promise<Answer> =>
    await steward.call("POST", `/v1/organizations/${organization}/invitations`, {
      headers: { ...admin.headers, "content-type": "application/json" },
      body: text,
    });
  const [up, down] = [`"role":"owner"`, `"role":"viewer"`];
  expect((await invite(`{"email":"x@dup.test",${down},${up}}`)).status).toBe(403);
  expect((await invite(`{"email":"x@dup.test",${up},${down}}`)).json()).toMatchObject({ role: "viewer" });
  expect((await invite(`{"email":"x@dup.test","rol\\u0065":"viewer",${up}}`)).status).toBe(403);
  // Of every body: what is not valid is not, with a valid one before it.
  const faults: string[] = [];
  for (const operation of operations.filter(({ body }) => body !== null)) {
    const body = bodyOf(operation, document.components.schemas) as Record<string, unknown>;
    for (const [name, value] of Object.entries(body)) {
      if (["value", "input", "data"].includes(name)) continue; // anything goes there
      const wrong = typeof value === "object" ? 7 : { not: "this" };
      const { status } = await send(operation, withField(body, name, wrong));
      if (status !== 422) faults.push(`${operation.operationId} ${name}: ${status}`);
    }
  }
  expect(faults).toEqual([]);
});

test("the sign-in's bodies take no more either", async () => {
  const { steward } = it;
  const faults: string[] = [];
  let at = 0;
  for (const [path, { method, body }] of Object.entries(AUTH_PATHS)) {
    if (method !== "POST") continue;
    const { body: right, fields } = signInBody(body);
    const post = async (text: string, type = "application/json"): Promise<Answer> => {
      at++;
      const from = { "x-forwarded-for": `10.4.${at >> 8}.${at & 255}`, origin: steward.address };
      return await steward.call("POST", `/v1/auth${path}`, { headers: { ...from, "content-type": type }, body: text });
    };
    const plain = await post(JSON.stringify(right));
    if (plain.status === 422) faults.push(`${path}: its own body is refused: ${plain.text}`);
    const more = {
      ...FIELDS,
      callbackURL: "https://evil.test",
      redirectTo: "/",
      image: "x",
      userId: "x",
      rememberMe: true,
    };
    for (const [field, value] of Object.entries(more)) {
      if (fields.includes(field)) continue;
      const { status, text } = await post(withField(right, field, value));
      if (status !== 422 || !text.includes(field)) faults.push(`${path} ${field}: ${status} ${text.slice(0, 200)}`);
    }
    for (const type of NO_JSON) {
      const { status } = await post(JSON.stringify(right), type);
      if (status !== 415) faults.push(`${path} ${type}: ${status}`);
    }
  }
  expect(faults).toEqual([]);
});

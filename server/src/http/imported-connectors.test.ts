import type { ImportedDetails } from "@steward/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CallOptions, testHttp, type TestAnswer, type TestHttp } from "../../test/http-server.ts";
import { IMPORTED_MAX } from "../connections/import-openapi.ts";
import { documentOf, vendor } from "../core/openapi/openapi.testsuite.ts";
import { showId } from "../core/id.ts";
import type { JsonObject } from "../core/json.ts";
import type { Egress } from "../core/ports/egress.ts";
import { readActs } from "../people/people.testsuite.ts";

let http: TestHttp;
beforeAll(async () => {
  http = await testHttp();
});
afterAll(async () => await http.close());

const AT = "/v1/connectors/imported";
const call = (method: string, path: string, options: CallOptions = {}): Promise<TestAnswer> =>
  http.call(method, AT + path, options);
const sent = (document: unknown): CallOptions => ({
  headers: { "content-type": "application/octet-stream" },
  body: typeof document === "string" ? document : JSON.stringify(document),
});
const imported = (path: string, document: unknown): Promise<TestAnswer> => call("POST", path, sent(document));
const oneOperation = (more: JsonObject = {}): JsonObject =>
  documentOf({ "/things": { get: { operationId: "list", summary: "canary-of-content" } } }, more);

test("a vendor's document becomes a connector, and what of it does not is told", async () => {
  const answer = await imported("/stripe", vendor("stripe"));
  expect(answer.status).toBe(200);
  expect(answer.json()).toMatchObject({
    connector: "stripe",
    title: "Stripe API",
    base: "https://api.stripe.com",
    version: 1,
    operations: 3,
    refused: 1,
    left: [{ operation: "POST /v1/files", reason: "it takes multipart/form-data" }],
  });
  expect((await call("GET", "/stripe")).json()).toEqual(answer.json());
  expect((await call("GET", "")).json()["items"]).toMatchObject([{ connector: "stripe", operations: 3 }]);
  const scope = { organization: http.installed.organization, project: http.installed.project };
  const found = await http.parts.imports.connectors.find(scope, "stripe");
  expect(Object.keys(found?.actions ?? {})).toEqual(["getCharges", "postRefunds", "deleteCustomersCustomer"]);
  expect(await http.parts.imports.connectors.find(scope, "gmail")).toBeNull();
  const acts = await readActs(http.db, scope.organization);
  expect(acts.filter(({ action }) => action === "connector.imported")).toMatchObject([
    { target: "connector:stripe", facts: { version: 1, operations: 3, refused: 1 } },
  ]);
});

const answering =
  (body: Uint8Array): Egress["request"] =>
  ({ url }) =>
    Promise.resolve({ kind: "answer", status: 200, headers: [], body, url });

test("a document is had from its address, or it is said why not", async () => {
  const { outside } = http.parts.imports;
  const { egress } = outside;
  const at = (address: string): Promise<TestAnswer> =>
    call("POST", `/by_address?address=${encodeURIComponent(address)}`, sent(""));
  expect((await at("https://shop.example/openapi.json")).json()).toMatchObject({
    code: "value_invalid",
    field: "address",
  });
  expect((await at("file:///etc/passwd")).status).toBe(422);
  try {
    const body = Buffer.from(JSON.stringify(oneOperation({ servers: [{ url: "https://api.shop.example" }] })));
    Object.assign(outside, { egress: { ...egress, request: answering(body) } });
    const answer = await at("https://shop.example/openapi.json");
    expect([answer.status, answer.text]).toEqual([200, answer.text]);
    expect(answer.json()).toMatchObject({ connector: "by_address", base: "https://api.shop.example", operations: 1 });
  } finally {
    Object.assign(outside, { egress });
  }
});

test("choices are kept and shown; YAML does as well", async () => {
  const destination = encodeURIComponent(JSON.stringify({ list: ["q"] }));
  const query = `?server=https://eu.shop.example&authentication=bearer&paths=/things&destination=${destination}`;
  const yaml =
    "openapi: 3.1.0\ninfo: {title: Shop, version: '1'}\npaths: {/things: {get: {operationId: list}}, /x: {get: {}}}\n";
  const { json } = await imported(`/shop${query}`, yaml);
  expect((json() as ImportedDetails).choices).toEqual({
    server: "https://eu.shop.example",
    variables: {},
    paths: ["/things"],
    authentication: "bearer",
    destination: { list: ["q"] },
  });
  expect(json()).toMatchObject({ operations: 1, base: "https://eu.shop.example" });
});

test("imported anew it counts on, and whoever held it sees the new one", async () => {
  const scope = { organization: http.installed.organization, project: http.installed.project };
  await imported("/anew", oneOperation());
  const before = await http.parts.imports.connectors.find(scope, "anew");
  expect(await http.parts.imports.connectors.find(scope, "anew")).toBe(before);
  const document = documentOf({ "/other": { get: { operationId: "other" } } });
  expect((await imported("/anew", document)).json()).toMatchObject({ version: 2, operations: 1 });
  const after = await http.parts.imports.connectors.find(scope, "anew");
  expect(Object.keys(after?.actions ?? {})).toEqual(["other"]);
  expect((await http.parts.imports.connectors.list(scope)).map(({ id }) => id)).toContain("anew");
});

test("what is connected is imported anew by who may grant alone, to the same place and proof", async () => {
  const secured = (scheme: string): JsonObject => ({
    components: { securitySchemes: { k: { type: "http", scheme } } },
  });
  await imported("/held", oneOperation(secured("bearer")));
  const { organization, project } = http.installed;
  await http.db.admin.query({
    text: `insert into steward.connections (organization, project, id, slug, connector, authentication, status, created_at, created_by)
      values ($1, $2, $3, 'held', 'held', 'none', 'active', now(), 'test')`,
    values: [organization, project, http.parts.ids.uuid()],
  });
  const builder = await http.signIn({ role: "builder" });
  const { headers, body } = sent(oneOperation(secured("bearer")));
  const theirs = await http.call("POST", `${AT}/held`, {
    headers: { ...builder.headers, ...headers },
    body,
    anonymous: true,
  });
  expect([theirs.status, theirs.json()["needs"]]).toEqual([403, "grant.write"]);
  expect(
    (await imported("/held?server=https://api.shop.example:8443/v1", oneOperation(secured("bearer")))).status,
  ).toBe(409);
  expect((await imported("/held", oneOperation(secured("basic")))).status).toBe(409);
  expect((await call("GET", "/held")).json()["version"]).toBe(1);
  const other = documentOf({ "/other": { get: { operationId: "other" } } }, secured("bearer"));
  expect((await imported("/held", other)).json()).toMatchObject({ version: 2 });
  await http.db.admin.query({ text: "update steward.connections set status = 'disconnected' where slug = 'held'" });
  expect((await imported("/held", oneOperation(secured("basic")))).json()).toMatchObject({ version: 3 });
});

test("of two imports of one new id at once, one is told to look again or both count", async () => {
  const answers = await Promise.all([imported("/race", oneOperation()), imported("/race", oneOperation())]);
  const statuses = answers.map(({ status }) => status).toSorted((one, other) => one - other);
  expect([
    [200, 200],
    [200, 409],
  ]).toContainEqual(statuses);
  expect((await call("GET", "/race")).json()["version"]).toBe(statuses[1] === 200 ? 2 : 1);
});

test.each([
  "connection",
  "approval",
  "mail",
  "event",
  "model",
  "file",
  "table",
  "memory",
  "mcp",
  "sql",
  "http",
  "flow",
  "agent",
])("%s names no imported connector: the program's own actions begin so, or may", async (name) => {
  expect((await imported(`/${name}`, oneOperation())).status).toBe(409);
});

test("nothing of a document lies in the database as it was written", async () => {
  await imported("/sealed", oneOperation());
  const { rows } = await http.db.admin.query<{ text: string }>({
    text: "select string_agg(t::text, ' ') as text from steward.imported_connectors t",
  });
  expect(rows[0]?.text).toContain("shop.example");
  expect(rows[0]?.text).not.toContain("canary");
  expect(rows[0]?.text).not.toContain(Buffer.from("canary-of-content").toString("hex"));
});

test("another project has none of it", async () => {
  await imported("/mine", oneOperation());
  const owner = await http.signIn();
  const at = `/v1/organizations/${showId("org", http.installed.organization)}/projects`;
  const made = await owner.call("POST", at, { body: { name: "Other", slug: "other" } });
  expect([made.status, made.text]).toEqual([201, made.text]);
  const headers = { ...owner.headers, "steward-project": String(made.json()["id"]) };
  const other = await http.call("GET", `${AT}/mine`, { headers, anonymous: true });
  const nobody = await http.call("GET", `${AT}/nobody`, { headers, anonymous: true });
  expect([other.status, other.text.replaceAll("mine", "nobody")]).toEqual([404, nobody.text]);
});

test("it can be erased once nothing is connected with it", async () => {
  await imported("/gone", oneOperation());
  const { organization, project } = http.installed;
  await http.db.admin.query({
    text: `insert into steward.connections (organization, project, id, slug, connector, authentication, status, created_at, created_by)
      values ($1, $2, $3, 'gone', 'gone', 'none', 'active', now(), 'test')`,
    values: [organization, project, http.parts.ids.uuid()],
  });
  expect((await call("DELETE", "/gone")).json()).toMatchObject({ code: "conflict" });
  await http.db.admin.query({ text: "update steward.connections set status = 'disconnected' where slug = 'gone'" });
  expect((await call("DELETE", "/gone")).status).toBe(204);
  expect((await call("DELETE", "/gone")).status).toBe(404);
  expect(await http.parts.imports.connectors.find({ organization, project }, "gone")).toBeNull();
});

test.each<[string, string, unknown, number, string]>([
  ["an id of the program's own", "/gmail", oneOperation(), 409, "There is a connector gmail here already"],
  ["an id of its own actions", "/http", oneOperation(), 409, "There is a connector http here already"],
  ["an id that can't be one", "/Shop", oneOperation(), 404, "There is nothing of that name"],
  ["what is no document", "/bad", "hello", 422, "this is no OpenAPI document"],
  ["a server that it has not", "/bad?server=7", oneOperation(), 422, "the document has 1 servers"],
  ["choices that are none", "/bad?variables=%5B%5D", oneOperation(), 422, "variables: write a JSON object"],
  ["an authentication that is none", "/bad?authentication=a%20b", oneOperation(), 422, "a key is sent in a header"],
])("%s is refused", async (_what, path, document, status, words) => {
  const answer = await imported(path, document);
  expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(words)]);
  expect((await call("GET", "/bad")).status).toBe(404);
});

test("more than 20 MB are not read", async () => {
  const answer = await imported("/large", `{"openapi":"3.0.0","x":"${"y".repeat(20_000_000)}"}`);
  expect([answer.status, answer.json()["code"]]).toEqual([413, "body_too_large"]);
});

test("a project has at most 50", async () => {
  const { count } = await http.db.admin.query({ text: "select from steward.imported_connectors" });
  await http.db.admin.query({
    text: `insert into steward.imported_connectors (organization, project, id, connector, title, base, api_version, declaration,
        choices, refused, digest, operations, refused_count, created_at, imported_at, imported_by)
      select organization, project, gen_random_uuid(), 'filler_' || n, title, base, api_version, declaration, choices, refused,
        digest, operations, refused_count, now(), now(), 'test'
      from steward.imported_connectors, generate_series(1, $1::int) n where connector = 'mine'`,
    values: [IMPORTED_MAX - count],
  });
  expect((await imported("/onemore", oneOperation())).json()).toMatchObject({ code: "conflict" });
  expect((await imported("/mine", oneOperation())).status).toBe(200);
});

import { afterAll, beforeAll, expect, test } from "vitest";
import { testHttp, type CallOptions, type TestHttp } from "../../test/http-server.ts";
import { ownServer, type OwnServer } from "../adapters/project-databases/project-server.testsuite.ts";

let server: OwnServer;
let http: TestHttp;
beforeAll(async () => {
  server = await ownServer();
  http = await testHttp({ projectServer: server.projects });
});
afterAll(async () => {
  await http.close();
  await server.stop();
});

const call = async (method: string, path: string, options: CallOptions = {}) => {
  const answer = await http.call(method, `/v1/tables${path}`, options);
  return {
    status: answer.status,
    headers: answer.headers,
    text: answer.text,
    body: answer.text === "" ? null : read(answer.text),
  };
};
// oxlint-disable-next-line typescript/no-explicit-any -- whatever the API answers
function read(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
const csv = (body: string): CallOptions => ({ headers: { "content-type": "text/csv" }, body });

test("a table is made, filled, asked, changed, taken out and dropped through the API", async () => {
  expect((await call("GET", "")).body).toEqual({ items: [], next: null });
  expect((await call("GET", "/database")).body).toMatchObject({ state: "none" });
  const columns = [
    { name: "name", type: "text", required: true },
    { name: "Größe", type: "integer" },
  ];
  const made = await call("POST", "", { body: { name: "things", columns } });
  expect(made).toMatchObject({
    status: 201,
    body: { name: "things", columns: [{ unique: false }, { type: "integer" }] },
  });
  const table = `/${made.body.id}`;
  const added = await call("POST", `${table}/rows`, { body: { rows: [{ name: "a", Größe: 1 }, { name: "b" }] } });
  expect(added).toMatchObject({
    status: 201,
    body: { items: [{ values: { name: "a", Größe: 1 } }, { values: { name: "b" } }] },
  });
  const [row] = added.body.items;
  const changed = await call("PATCH", `${table}/rows/${row.id}`, {
    body: { version: row.version, values: { name: "c" } },
  });
  expect(changed).toMatchObject({ status: 200, body: { values: { name: "c", Größe: 1 } } });
  expect(
    (await call("PATCH", `${table}/rows/${row.id}`, { body: { version: row.version, values: { name: "d" } } })).status,
  ).toBe(409);
  const filter = encodeURIComponent(JSON.stringify([{ field: "Größe", op: "gte", value: 1 }]));
  expect(
    (await call("GET", `${table}/rows?filter=${filter}&sort=${encodeURIComponent("Größe")}&count=true`)).body,
  ).toMatchObject({
    items: [{ id: row.id }],
    next: null,
    count: { rows: 1, more: false },
  });
  expect((await call("POST", `${table}/import`, csv("name,Größe\nx,1\ny,2\n"))).body).toEqual({
    imported: 2,
    rejected: 0,
    problems: [],
  });
  const out = await call("GET", `${table}/export`);
  expect(out.headers["content-type"]).toContain("text/csv");
  expect(out.headers["content-disposition"]).toBe("attachment; filename*=UTF-8''things.csv");
  expect(out.text.split("\r\n")).toHaveLength(6);
  const column = `${table}/columns/${encodeURIComponent("Größe")}`;
  expect((await call("PATCH", column, { body: { type: "boolean", dryRun: true } })).body).toMatchObject({
    changed: false,
    failures: 1,
  });
  expect((await call("DELETE", column)).body.columns).toHaveLength(1);
  expect((await call("PATCH", table, { body: { name: "others" } })).body.name).toBe("others");
  expect((await call("POST", `${table}/rows/delete`, { body: { ids: [row.id] } })).body).toEqual({ deleted: 1 });
  expect((await call("GET", "/database")).body).toMatchObject({ state: "ready", tables: 1 });
  expect((await call("DELETE", table)).status).toBe(204);
  expect((await call("GET", table)).status).toBe(404);
});

test("a body of 20 MB streams in", async () => {
  const made = await call("POST", "", { body: { name: "big", columns: [{ name: "text", type: "text" }] } });
  const body = `text\n${`${"x".repeat(1000)}\n`.repeat(20_000)}`;
  expect((await call("POST", `/${made.body.id}/import`, csv(body))).body).toMatchObject({ imported: 20_000 });
  expect((await call("POST", `/${made.body.id}/import`, csv('text\na\n"b\n'))).body).toMatchObject({
    code: "value_invalid",
    line: expect.any(Number) as number,
  });
  expect((await call("POST", `/${made.body.id}/import`, { body: { text: "x" } })).status).toBe(415);
  await call("DELETE", `/${made.body.id}`);
});

test("each permission is asked for: who sees changes nothing, who changes rows designs nothing", async () => {
  const made = await call("POST", "", { body: { name: "guarded", columns: [{ name: "a", type: "text" }] } });
  const table = `/v1/tables/${made.body.id}`;
  const viewer = await http.signIn({ role: "viewer" });
  const operator = await http.signIn({ role: "operator" });
  const auditor = await http.signIn({ role: "auditor" });
  expect((await viewer.call("GET", `${table}/rows`)).status).toBe(200);
  expect((await auditor.call("GET", `${table}/rows`)).status).toBe(403);
  const rows = { body: { rows: [{ a: "x" }] } };
  expect((await viewer.call("POST", `${table}/rows`, rows)).status).toBe(403);
  expect((await operator.call("POST", `${table}/rows`, rows)).status).toBe(201);
  expect((await operator.call("DELETE", table)).status).toBe(403);
  expect((await operator.call("POST", `${table}/columns`, { body: { name: "b", type: "text" } })).status).toBe(403);
});

test("without a server for them, tables are told to be unavailable and why", async () => {
  const bare = await testHttp();
  const answer = await bare.call("POST", "/v1/tables", { body: { name: "a", columns: [] } });
  expect(answer.status).toBe(503);
  expect(answer.text).toContain("DATABASE_DATABASES_URL");
  expect((await bare.call("GET", "/v1/tables")).json()).toEqual({ items: [], next: null });
  await bare.close();
});

/** Secrets whose provider nobody reaches: kept and said to be unreached, or refused where nobody may go there. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestHttp, testHttp, type TestPerson } from "../../test/http-server.ts";
import { commandLine } from "../../test/command-line.ts";
import { anthropic } from "../connectors/anthropic/connector.ts";
import { openaiCompatible } from "../connectors/openai_compatible/connector.ts";

let http: TestHttp;
let ann: TestPerson;
beforeAll(async () => {
  http = await testHttp({ connections: { connectors: [openaiCompatible, anthropic] } });
  ann = await http.signIn();
});
afterAll(() => http.close());

async function connect(slug: string, address: string) {
  const body = { connector: "openai_compatible", slug, address, secret: { apiKey: "a-key-of-length" } };
  return await ann.call("POST", "/v1/connections", { body });
}

test("where nobody answers, the connection is kept, and the answer and its row say that it was not reached", async () => {
  const made = await connect("off", "http://127.0.0.1:9/v1");
  expect([made.status, made.json()]).toMatchObject([
    201,
    { notReached: expect.stringContaining("No connection to 127.0.0.1"), connection: { status: "active" } },
  ]);
  const shown = await ann.call("GET", "/v1/connections/off");
  expect(shown.json()).toMatchObject({ status: "active", errorCode: "provider_unavailable" });
});

test("of an address that the egress forbids, it is said which setting opens it", async () => {
  const made = await connect("inside", "http://10.20.30.40:11434/v1");
  expect([made.status, made.json()]).toMatchObject([
    201,
    { notReached: expect.stringContaining("STEWARD_EGRESS_ALLOW=10.20.30.40:11434") },
  ]);
  expect((await ann.call("GET", "/v1/connections/inside")).json()).toMatchObject({ errorCode: "provider_unavailable" });
});

test("the command line says by which flag a secret is given", async () => {
  const where = { cwd: "/", address: http.address, key: http.apiKey };
  const made = await commandLine(where, {}, ["connection", "create", "anthropic", "brain"]);
  expect([made.code, made.err.join("\n")]).toEqual([
    2,
    expect.stringContaining("steward connection create anthropic brain --by key"),
  ]);
});

test("where nobody can tell whose account a secret is, only who may grant swaps it under others' grants", async () => {
  expect((await connect("swapped", "http://127.0.0.1:9/v1")).status).toBe(201);
  const bea = await http.signIn({ role: "builder" });
  const put = (who: TestPerson) =>
    who.call("PUT", "/v1/connections/swapped/secret", { body: { apiKey: "another-key-of-length" } });
  expect((await put(bea)).status).toBe(200);
  const grant = { to: "project", connection: "swapped", lines: [{ actions: ["model.generate"] }] };
  const given = await ann.call("POST", "/v1/grants", { body: grant });
  expect([given.status, given.text]).toEqual([201, expect.anything()]);
  const refused = await put(bea);
  expect([refused.status, refused.json()]).toMatchObject([403, { code: "forbidden", needs: "grant.write" }]);
  expect((await put(ann)).status).toBe(200);
});

import { afterEach, beforeEach, expect, test } from "vitest";
import { parseId, showId } from "../core/id.ts";
import { readActs } from "../people/people.testsuite.ts";
import { testHttp, type TestHttp, type TestPerson } from "../../test/http-server.ts";

let it: TestHttp;
let organization: string;
let project: string;
let owner: TestPerson;
beforeEach(async () => {
  it = await testHttp();
  organization = `/v1/organizations/${showId("org", it.installed.organization)}`;
  project = showId("prj", it.installed.project);
  owner = await it.signIn();
});
afterEach(async () => await it.close());

const consent = async (hours = 2) => {
  const made = await owner.call("POST", `${organization}/support-consents`, { body: { reason: "Look", hours } });
  expect(made.status).toBe(201);
  return String(made.json()["id"]);
};
const entered = async () =>
  (await readActs(it.db, it.installed.organization)).filter((one) => one.action === "support.entered");
const NO_ORGANIZATION = { status: 404, detail: "There is no such organization, or you are not in it." };
const shown = ({ status, json }: { status: number; json: () => Record<string, unknown> }) => ({
  status,
  detail: json()["detail"],
});

test("an operator sees nothing of an organization without its consent", async () => {
  const operator = await it.signIn({ role: null, operator: true, secondFactor: true });
  expect(shown(await operator.call("GET", organization))).toEqual(NO_ORGANIZATION);
  expect((await operator.call("GET", "/v1/flows")).status).toBe(404);
  expect(await entered()).toEqual([]);
});

test("with consent an operator sees as a viewer does, which the audit has once a session, hour and project", async () => {
  const operator = await it.signIn({ role: null, operator: true, secondFactor: true });
  await consent(3);
  const seen = await Promise.all(Array.from({ length: 5 }, () => operator.call("GET", "/v1/flows")));
  expect(seen.map((one) => one.status)).toEqual([200, 200, 200, 200, 200]);
  expect((await operator.call("GET", organization)).json()).toMatchObject({ role: "support" });
  expect((await operator.call("GET", `${organization}/projects`)).json()).toMatchObject({
    items: [{ id: project, role: "support" }],
  });
  const actor = showId("acc", operator.account);
  expect(await entered()).toMatchObject([
    { actor, project: parseId("prj", project) },
    { actor, project: null },
  ]);
  expect(JSON.stringify(await entered())).not.toContain(operator.session);
  it.clock.advance(3_600_001);
  await operator.call("GET", "/v1/flows");
  expect(await entered()).toHaveLength(3);
});

test("the audit has every project that an operator looks into, not the first alone", async () => {
  const operator = await it.signIn({ role: null, operator: true, secondFactor: true });
  await consent(3);
  const body = { slug: "second", name: "Second", timeZone: "UTC" };
  const second = String((await owner.call("POST", `${organization}/projects`, { body })).json()["id"]);
  for (let time = 0; time < 2; time++)
    for (const one of [project, second])
      expect((await operator.call("GET", "/v1/flows", { headers: { "steward-project": one } })).status).toBe(200);
  const ids = [project, second].map((one) => parseId("prj", one));
  expect((await entered()).map((one) => one.project)).toEqual(ids);
});

test("consent gives no keys, no secrets to set and nobody to manage", async () => {
  const operator = await it.signIn({ role: null, operator: true, secondFactor: true });
  await consent();
  for (const [method, target] of [
    ["GET", "/v1/keys"],
    ["POST", "/v1/keys"],
    ["PUT", "/v1/credentials/mail"],
    ["GET", `${organization}/members`],
    ["POST", `${organization}/support-consents`],
    ["POST", `${organization}/leave`],
    ["DELETE", `${organization}/projects/${project}`],
  ] as const) {
    const answer = await operator.call(method, target, method === "GET" ? {} : { body: {} });
    expect([target, answer.status >= 400 && answer.status !== 500]).toEqual([target, true]);
    expect(["forbidden", "not_found"]).toContain(answer.json()["code"]);
  }
});

test("a consent that was revoked or is over, no second factor, and no operator: each is answered as what isn't there", async () => {
  const operator = await it.signIn({ role: null, operator: true, secondFactor: true });
  const id = await consent(1);
  const weak = await it.signIn({ role: null, operator: true, secondFactor: false });
  const nobody = await it.signIn({ role: null, secondFactor: true });
  for (const other of [weak, nobody]) expect(shown(await other.call("GET", organization))).toEqual(NO_ORGANIZATION);
  expect((await operator.call("GET", organization)).status).toBe(200);
  expect((await owner.call("DELETE", `${organization}/support-consents/${id}`)).status).toBe(204);
  expect(shown(await operator.call("GET", organization))).toEqual(NO_ORGANIZATION);
  await consent(1);
  expect((await operator.call("GET", organization)).status).toBe(200);
  it.clock.advance(3_600_001);
  expect(shown(await operator.call("GET", organization))).toEqual(NO_ORGANIZATION);
});

test("a consent opens its own organization only", async () => {
  const operator = await it.signIn({ role: null, operator: true, secondFactor: true });
  await consent();
  const other = (await owner.call("POST", "/v1/organizations", { body: { name: "Other" } })).json();
  expect(other).toMatchObject({ name: "Other", role: "owner" });
  expect(shown(await operator.call("GET", `/v1/organizations/${String(other["id"])}`))).toEqual(NO_ORGANIZATION);
});

test("whoever demands a second factor has one; then who has none stays outside", async () => {
  const demand = { body: { secondFactorRequired: true } };
  const refused = await owner.call("PATCH", organization, demand);
  expect(refused.json()).toMatchObject({ code: "second_factor_required" });
  const strong = await it.signIn({ secondFactor: true });
  expect((await strong.call("PATCH", organization, demand)).json()).toMatchObject({ secondFactorRequired: true });
  expect((await owner.call("GET", organization)).json()).toMatchObject({ code: "second_factor_required" });
  expect((await strong.call("GET", organization)).status).toBe(200);
});

test("two people: one invites, the other accepts and sees what the role allows", async () => {
  const invited = await owner.call("POST", `${organization}/invitations`, {
    body: { email: "Grace@People.test", role: "viewer" },
  });
  const token = String(invited.json()["url"]).split("#")[1]!;
  const grace = await it.signIn({ role: null, email: "grace@people.test" });
  expect((await grace.call("GET", organization)).status).toBe(404);
  const look = await it.call("POST", "/v1/invitations/look", { anonymous: true, body: { token } });
  expect(look.json()).toMatchObject({ role: "viewer", email: "Grace@People.test" });
  expect((await grace.call("POST", "/v1/invitations/accept", { body: { token } })).status).toBe(200);
  expect((await grace.call("POST", "/v1/invitations/accept", { body: { token } })).status).toBe(404);
  expect((await grace.call("GET", organization)).json()).toMatchObject({ role: "viewer" });
  expect((await grace.call("GET", `${organization}/members`)).status).toBe(403);
  expect((await grace.call("GET", "/v1/organizations")).json()).toMatchObject({ items: [{ role: "viewer" }] });
});

test("a key made over HTTP works until the request after it is revoked", async () => {
  const { key, id } = (await owner.call("POST", "/v1/keys", { body: { name: "ci" } })).json();
  const me = () => it.call("GET", "/v1/me", { headers: { authorization: `Bearer ${String(key)}` } });
  expect((await me()).status).toBe(200);
  expect((await owner.call("DELETE", `/v1/keys/${String(id)}`)).status).toBe(204);
  expect((await me()).status).toBe(401);
});

test("an organization that was deleted is hidden from all but its owners, who bring it back", async () => {
  const viewer = await it.signIn({ role: "viewer" });
  expect((await owner.call("DELETE", organization)).status).toBe(204);
  const gone = shown(await viewer.call("GET", organization));
  expect(gone).toEqual(NO_ORGANIZATION);
  expect(shown(await viewer.call("POST", `${organization}/restore`))).toEqual(gone);
  expect((await owner.call("GET", "/v1/flows")).status).toBe(404);
  expect((await it.call("GET", "/v1/flows")).status).toBe(401);
  expect((await owner.call("POST", `${organization}/restore`)).status).toBe(200);
  expect((await viewer.call("GET", "/v1/flows")).status).toBe(200);
});

/** Grants over HTTP: who gives them, what they may say, versions, and that a revoked one is over. */
import type { Grant, GrantVersion, RevokedGrant } from "@steward/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { showId } from "../core/id.ts";
import type { PolicyPlace, RevokedThing } from "../core/ports/policy-words.ts";
import type { TestAnswer } from "../../test/http-server.ts";
import { accountText, grantWorld, type GrantWorld, refusal } from "./grants.testsuite.ts";
import { nobodyToTell } from "./nobody-to-tell.testsuite.ts";

let it: GrantWorld;
const said: { readonly place: PolicyPlace; readonly revoked?: RevokedThing }[] = [];

beforeAll(async () => {
  it = await grantWorld();
  const { words } = it.http.parts.grants;
  words.sayChanged = (place) => Promise.resolve(void said.push({ place }));
  words.sayRevoked = async (place, revoked) => {
    said.push({ place, revoked });
    const fate = { run: "run_1", step: "send", path: [2], action: "gmail.send", fate: "unknown" as const };
    return { ...(await nobodyToTell(it.http.clock).sayRevoked(place, revoked)), inFlight: [fate], silent: ["wrk_2"] };
  };
  await it.connect("mail");
  await it.flow("refund-mail", "Refund mail");
});
afterAll(async () => await it.close());

const SEND = {
  actions: ["gmail.send"],
  when: [{ field: "to", domains: ["example.com"] }],
  rate: [{ times: 20, per: "day" }],
};
const FORM = { to: "flow:refund-mail", connection: "mail", lines: [SEND] };

const give = (body: unknown, as = it.owner): Promise<TestAnswer> => as.call("POST", "/v1/grants", { body });

async function given(body: unknown = FORM): Promise<Grant> {
  const answer = await give(body);
  expect([answer.status, answer.text]).toEqual([201, answer.text]);
  return answer.json() as Grant;
}

async function caps(of: string): Promise<object[]> {
  const { rows } = await it.http.db.admin.query<object>({
    text: `select level, subject, unit, currency, period, amount, ended_at is not null as ended
      from steward.caps where starts_with(subject, $1) order by subject, unit, period`,
    values: [of],
  });
  return [...rows];
}

test("a grant is given, shown as a sentence with the names people know, listed, and audited", async () => {
  const grant = await given();
  expect(grant).toMatchObject({
    id: expect.stringMatching(/^grt_/),
    givenBy: accountText(it.owner),
    stands: true,
    version: 1,
    revokedAt: null,
    form: { ...FORM, note: "" },
    sentences: ["Refund mail may send a mail with mail (Gmail) to example.com, at most 20 times a day."],
  });
  expect((await it.owner.call("GET", `/v1/grants/${grant.id}`)).json()).toEqual(grant);
  const of = async (query: string): Promise<string[]> =>
    ((await it.owner.call("GET", `/v1/grants?${query}`)).json() as { items: Grant[] }).items.map(({ id }) => id);
  expect(await of("")).toContain(grant.id);
  expect(await of("connection=mail&principal=flow:refund-mail")).toContain(grant.id);
  expect(await of("connection=other")).toEqual([]);
  expect(await of("principal=project")).not.toContain(grant.id);
  expect(await it.acts("grant.given")).toContainEqual(
    expect.objectContaining({
      actor: showId("mem", it.owner.member!),
      target: grant.id,
      facts: { to: "flow:refund-mail", about: expect.stringMatching(/^con_/), lines: 1 },
    }),
  );
  expect(JSON.stringify(await it.acts())).not.toContain("example.com");
  const { organization, project } = it.http.installed;
  expect(said.at(-1)).toEqual({ place: { organization, project } });
});

test("its rates and sums become caps, which go on counting when it changes and end with it", async () => {
  const money = [{ amount: 12.5, currency: "EUR", per: "month" }];
  const grant = await given({ ...FORM, lines: [{ ...SEND, money }] });
  const of = `grant:${grant.id}:`;
  const cap = { level: "grant", subject: `${of}0`, ended: false };
  const calls = { ...cap, unit: "calls", currency: null, period: "day" };
  expect(await caps(of)).toEqual([
    { ...calls, amount: 20 },
    { ...cap, unit: "money", currency: "EUR", period: "month", amount: 12_500_000 },
  ]);
  const { rows } = await it.http.db.admin.query<{ id: string }>({
    text: "select id from steward.caps where subject = $1 and unit = 'calls'",
    values: [`${of}0`],
  });
  const change = async (version: number, lines: unknown): Promise<void> => {
    const answer = await it.owner.call("PUT", `/v1/grants/${grant.id}`, {
      body: { version, form: { ...FORM, lines } },
    });
    expect([answer.status, answer.text]).toEqual([200, answer.text]);
  };
  await change(1, [{ ...SEND, rate: [{ times: 5, per: "day" }] }]);
  expect(await caps(of)).toEqual([{ ...calls, amount: 5 }, expect.objectContaining({ unit: "money", ended: true })]);
  await change(2, [{ ...SEND, rate: [] }]);
  expect(await caps(of)).toMatchObject([{ ended: true }, { ended: true }]);
  await change(3, [SEND]);
  const back = await it.http.db.admin.query<{ id: string }>({
    text: "select id from steward.caps where subject = $1 and unit = 'calls' and ended_at is null and amount = 20",
    values: [`${of}0`],
  });
  expect(back.rows).toEqual(rows); // the same counter, so that a change there and back gives nobody a new day
  await it.owner.call("DELETE", `/v1/grants/${grant.id}`);
  expect(await caps(of)).toMatchObject([{ ended: true }, { ended: true }]);
});

test("revoking is at once and once: the word goes out, and the answer says who heard and what was in flight", async () => {
  const grant = await given();
  const answer = await it.owner.call("DELETE", `/v1/grants/${grant.id}`);
  expect(answer.status).toBe(200);
  const { grant: after, stopped } = answer.json() as RevokedGrant;
  expect(after).toMatchObject({ id: grant.id, stands: false, revokedAt: expect.stringMatching(/Z$/) });
  expect(stopped).toMatchObject({ silent: ["wrk_2"], inFlight: [{ run: "run_1", fate: "unknown" }] });
  expect(said.at(-1)?.revoked?.kind).toBe("grant");
  expect(showId("grt", said.at(-1)!.revoked!.id)).toBe(grant.id);
  expect(refusal(await it.owner.call("DELETE", `/v1/grants/${grant.id}`))).toBe("conflict");
  const again = { version: 1, form: FORM };
  expect(refusal(await it.owner.call("PUT", `/v1/grants/${grant.id}`, { body: again }))).toBe("conflict");
  const shown = (await it.owner.call("GET", "/v1/grants")).text;
  expect(shown).not.toContain(grant.id);
  expect((await it.owner.call("GET", "/v1/grants?ended=true")).text).toContain(grant.id);
  expect(await it.acts("grant.revoked")).toContainEqual(expect.objectContaining({ target: grant.id }));
});

test("a change needs the version that was read, and is told as what it widens and narrows", async () => {
  const grant = await given();
  const wider = { ...FORM, lines: [{ ...SEND, rate: [{ times: 30, per: "day" }] }] };
  const changed = await it.owner.call("PUT", `/v1/grants/${grant.id}`, { body: { version: 1, form: wider } });
  expect(changed.json()).toMatchObject({ version: 2, form: wider });
  const late = await it.owner.call("PUT", `/v1/grants/${grant.id}`, { body: { version: 1, form: FORM } });
  expect(late.json()).toMatchObject({ code: "precondition_failed", version: 2 });
  const { items } = (await it.owner.call("GET", `/v1/grants/${grant.id}/versions`)).json() as { items: GrantVersion[] };
  expect(items.map(({ version, changes }) => [version, changes])).toEqual([
    [2, [{ change: "wider", sentence: expect.stringContaining("30 times a day") }]],
    [1, []],
  ]);
  expect(items[1]).toMatchObject({ form: FORM, sentences: grant.sentences, by: showId("mem", it.owner.member!) });
  const page = await it.owner.call("GET", `/v1/grants/${grant.id}/versions?limit=1`);
  expect(page.json()).toMatchObject({ items: [{ version: 2, changes: [{ change: "wider" }] }], next: "2" });
  const older = await it.owner.call("GET", `/v1/grants/${grant.id}/versions?limit=1&cursor=2`);
  expect(older.json()).toMatchObject({ items: [{ version: 1 }], next: null });
  expect(refusal(await it.owner.call("GET", `/v1/grants/${grant.id}/versions?cursor=x`))).toBe("invalid_request");
});

describe("what a grant may not say", () => {
  const cases: readonly (readonly [what: string, form: object, field: string])[] = [
    ["a connection that is not there", { ...FORM, connection: "nope" }, "connection"],
    ["a credential that is not there", { to: "project", credential: "nope", lines: [SEND] }, "credential"],
    ["an action that the connection has not", { ...FORM, lines: [{ actions: ["slack.post"] }] }, "lines[0].actions[0]"],
    [
      "a field that the action has not",
      { ...FORM, lines: [SEND, { ...SEND, when: [{ field: "recipient", domains: ["a.com"] }] }] },
      "lines[1].when[0].field",
    ],
    [
      "a pattern where an address is meant",
      { ...FORM, lines: [{ ...SEND, when: [{ field: "to", matches: ["*@a.com"] }] }] },
      "lines[0].when[0].matches[0]",
    ],
    ["a flow that is not there", { ...FORM, to: "flow:nope" }, "to"],
    ["a member that is not there", { ...FORM, to: `member:acc_${"0".repeat(26)}` }, "to"],
    [
      "a role that is not there",
      { ...FORM, lines: [{ ...SEND, approval: { when: "always", by: ["granter", "role:boss"] } }] },
      "lines[0].approval.by[1]",
    ],
    [
      "more people than are named",
      { ...FORM, lines: [{ ...SEND, approval: { when: "always", by: ["granter"], quorum: 2 } }] },
      "lines[0].approval.quorum",
    ],
    ["another person beside none", { ...FORM, lines: [{ ...SEND, approval: { when: "above" } }] }, "lines[0].approval"],
  ];
  test.each(cases)("%s", async (_what, form, field) => {
    expect(refusal(await give(form))).toEqual(["value_invalid", field]);
  });

  test("a connection that only one flow may use is granted to that flow", async () => {
    await it.flow("only");
    await it.connect("narrow", { flow: "only" });
    const form = { ...FORM, connection: "narrow" };
    expect(refusal(await give({ ...form, to: "project" }))).toEqual(["value_invalid", "to"]);
    expect(refusal(await give({ ...form, to: "flow:only" }))).toBe(201);
  });

  test("another connection: a grant stays with its own", async () => {
    await it.connect("other");
    const grant = await given();
    const moved = { version: 1, form: { ...FORM, connection: "other" } };
    const answer = await it.owner.call("PUT", `/v1/grants/${grant.id}`, { body: moved });
    expect(refusal(answer)).toEqual(["value_invalid", "form.connection"]);
  });

  test("one that was disconnected, whose name another one has by now", async () => {
    const id = await it.connect("again");
    const grant = await given({ ...FORM, connection: "again" });
    await it.http.db.admin.query({
      text: "update steward.connections set status = 'disconnected' where id = $1",
      values: [id],
    });
    expect((await it.owner.call("GET", `/v1/grants/${grant.id}`)).json()).toMatchObject({ stands: false });
    expect(refusal(await give({ ...FORM, connection: "again" }))).toEqual(["value_invalid", "connection"]);
    await it.connect("again");
    expect((await it.owner.call("GET", `/v1/grants/${grant.id}`)).json()).toMatchObject({ stands: false });
  });
});

describe("who may", () => {
  test("whoever builds flows gives no grants, and the refusal is audited", async () => {
    const denied: unknown[] = [];
    it.http.parts.denials.note = (_organization, entry) => void denied.push(entry);
    const builder = await it.http.signIn({ role: "builder" });
    const grant = await given();
    const refused = { code: "forbidden", needs: "grant.write" };
    expect((await give(FORM, builder)).json()).toMatchObject(refused);
    expect(
      (await builder.call("PUT", `/v1/grants/${grant.id}`, { body: { version: 1, form: FORM } })).json(),
    ).toMatchObject(refused);
    expect((await builder.call("DELETE", `/v1/grants/${grant.id}`)).json()).toMatchObject(refused);
    expect(denied.map((one) => (one as { target: string }).target)).toEqual([
      "giveGrant",
      "changeGrant",
      "revokeGrant",
    ]);
    expect((await builder.call("GET", `/v1/grants/${grant.id}`)).json()).toMatchObject({ stands: true });
  });

  test("a person's own connection is theirs to grant, and nobody else's", async () => {
    const builder = await it.http.signIn({ role: "builder", name: "Bea" });
    const viewer = await it.http.signIn({ role: "viewer" });
    await it.connect("beas", { owner: builder.account });
    await it.connect("viewers", { owner: viewer.account });
    const form = { ...FORM, connection: "beas" };
    expect(refusal(await give(form))).toBe("forbidden"); // an owner of the organization, too
    const answer = await give(form, builder);
    expect(answer.json()).toMatchObject({ givenBy: accountText(builder), stands: true });
    const { id } = answer.json() as Grant;
    expect(refusal(await it.owner.call("PUT", `/v1/grants/${id}`, { body: { version: 1, form } }))).toBe("forbidden");
    expect((await give({ ...FORM, connection: "viewers" }, viewer)).json()).toMatchObject({
      needs: "connection.write",
    });
    expect(refusal(await it.owner.call("DELETE", `/v1/grants/${id}`))).toBe(200); // taking away is for both
    expect(refusal(await viewer.call("DELETE", `/v1/grants/${id}`))).toBe("forbidden");
  });

  test("names of people are for those who may see members", async () => {
    const viewer = await it.http.signIn({ role: "viewer" });
    const approval = { when: "always", by: ["granter", `member:${accountText(it.owner)}`] };
    const grant = await given({ ...FORM, lines: [{ ...SEND, approval }] });
    expect(grant.sentences[0]).toContain("each time Olive or Olive must approve");
    const seen = (await viewer.call("GET", `/v1/grants/${grant.id}`)).text;
    expect(seen).not.toContain("Olive");
  });
});

describe("a credential", () => {
  const SECRET = { kind: "bearer", secret: "s3cret", hosts: ["api.example.com"] };
  const put = (slug: string, more: object = {}): Promise<TestAnswer> =>
    it.owner.call("PUT", `/v1/credentials/${slug}`, { body: { ...SECRET, ...more } });
  const on = async (slug: string, ended = false): Promise<Grant[]> =>
    ((await it.owner.call("GET", `/v1/grants?credential=${slug}&ended=${ended}`)).json() as { items: Grant[] }).items;

  test("comes with a grant to every flow, which a new secret does not bring back once it was narrowed", async () => {
    await put("api");
    const [grant, ...others] = await on("api");
    expect(others).toEqual([]);
    expect(grant).toMatchObject({
      givenBy: null,
      stands: true,
      form: { to: "project", credential: "api", lines: [{ actions: ["http.request"] }] },
      sentences: ["Every flow of the project may send an HTTP request with the credential api."],
    });
    const when = [{ field: "url", prefix: ["https://api.example.com/orders"] }];
    const form = { to: "flow:refund-mail", credential: "api", lines: [{ actions: ["read"], when }] };
    const narrowed = await it.owner.call("PUT", `/v1/grants/${grant!.id}`, { body: { version: 1, form } });
    expect([narrowed.status, narrowed.text]).toEqual([200, narrowed.text]);
    await put("api", { secret: "another" });
    expect(await on("api")).toMatchObject([{ id: grant!.id, version: 2, form: { to: "flow:refund-mail" } }]);
  });

  test("is for the flows that are named with it, which are there", async () => {
    expect(refusal(await put("named", { flows: ["nope"] }))).toEqual(["value_invalid", "flows"]);
    await put("named", { flows: ["refund-mail", "refund-mail"] });
    expect((await on("named")).map(({ form }) => form.to)).toEqual(["flow:refund-mail"]);
  });

  test("takes its grants with it, so that another one of its name has none of them", async () => {
    await put("gone");
    const [before] = await on("gone");
    await it.owner.call("DELETE", "/v1/credentials/gone");
    expect(await on("gone")).toEqual([]);
    expect(await on("gone", true)).toMatchObject([{ id: before!.id, stands: false }]);
    await put("gone");
    expect((await on("gone")).map(({ id }) => id)).not.toContain(before!.id);
  });

  test("that is never sent has no grant", async () => {
    await it.owner.call("PUT", "/v1/credentials/hook", { body: { kind: "secret", secret: "s" } });
    expect(await on("hook")).toEqual([]);
    const form = { to: "project", credential: "hook", lines: [{ actions: ["http.request"] }] };
    expect(refusal(await give(form))).toEqual(["value_invalid", "credential"]);
  });
});

test("a project keeps no more caps than what is in force can be read at once", async () => {
  const world = await grantWorld();
  try {
    await world.connect("mail");
    const { organization, project } = world.http.installed;
    await world.http.db.admin.query({
      text: `insert into steward.caps (organization, id, project, level, source, unit, period, amount, created_at, updated_at, updated_by)
        select $1, gen_random_uuid(), $2, 'project', 'grant', 'calls', 'day', 1, now(), now(), 'test' from generate_series(1, 7499)`,
      values: [organization, project],
    });
    const body = (rates: number) => {
      const rate = [
        { times: 1, per: "day" },
        { times: 2, per: "hour" },
      ].slice(0, rates);
      return { to: "project", connection: "mail", lines: [{ actions: ["gmail.send"], rate }] };
    };
    expect(refusal(await world.owner.call("POST", "/v1/grants", { body: body(2) }))).toBe("conflict");
    expect(refusal(await world.owner.call("POST", "/v1/grants", { body: body(1) }))).toBe(201);
    expect(refusal(await world.owner.call("POST", "/v1/grants", { body: body(1) }))).toBe("conflict");
    expect(refusal(await world.owner.call("POST", "/v1/grants", { body: body(0) }))).toBe(201);
  } finally {
    await world.close();
  }
});

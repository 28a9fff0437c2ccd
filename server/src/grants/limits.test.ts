/** Limits over HTTP, of a project and of its organization: nobody below widens what is set above. */
import type { Limit, LimitVersion } from "@steward/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { showId } from "../core/id.ts";
import type { PolicyPlace } from "../core/ports/policy-words.ts";
import type { TestAnswer } from "../../test/http-server.ts";
import { accountText, grantWorld, type GrantWorld, refusal } from "./grants.testsuite.ts";

let it: GrantWorld;
const said: PolicyPlace[] = [];

beforeAll(async () => {
  it = await grantWorld();
  it.http.parts.grants.words.sayChanged = (place) => Promise.resolve(void said.push(place));
  await it.connect("mail");
});
afterAll(async () => await it.close());

const above = (): string => `/v1/organizations/${showId("org", it.http.installed.organization)}/limits`;
const LINE = { actions: ["gmail.send"], when: [{ field: "to", domains: ["example.com"] }] };

async function set(at: string, body: object): Promise<Limit> {
  const answer = await it.owner.call("POST", at, { body });
  expect([answer.status, answer.text]).toEqual([201, answer.text]);
  return answer.json() as Limit;
}

const listed = async (at: string): Promise<Limit[]> =>
  ((await it.owner.call("GET", at)).json() as { items: Limit[] }).items;

test("both are set, told in words, listed with the organization's first, and ended", async () => {
  const own = await set("/v1/limits", { lines: [LINE] });
  const { organization, project } = it.http.installed;
  expect(said).toEqual([{ organization, project }]);
  const theirs = await set(above(), { deny: true, lines: [{ actions: ["delete"] }] });
  expect(said.at(-1)).toEqual({ organization, project: null });
  expect(own).toMatchObject({ id: expect.stringMatching(/^lim_/), project: showId("prj", project), version: 1 });
  expect(own.sentences).toEqual(["Everyone may send a mail only to example.com."]);
  expect(theirs).toMatchObject({ project: null, sentences: ["Nobody may delete."] });
  expect(await listed("/v1/limits")).toEqual([theirs, own]);
  expect(await listed(above())).toEqual([theirs]);
  expect(refusal(await it.owner.call("DELETE", `/v1/limits/${theirs.id}`))).toBe("not_found"); // not from below
  expect(refusal(await it.owner.call("DELETE", `${above()}/${own.id}`))).toBe("not_found");
  expect(refusal(await it.owner.call("DELETE", `/v1/limits/${own.id}`))).toBe(204);
  expect(refusal(await it.owner.call("DELETE", `/v1/limits/${own.id}`))).toBe("conflict");
  expect(refusal(await it.owner.call("DELETE", `${above()}/${theirs.id}`))).toBe(204);
  expect(await listed("/v1/limits")).toEqual([]);
  expect((await it.acts()).map(({ action }) => action)).toEqual(
    expect.arrayContaining(["limit.set", "organization_limit.set", "limit.ended", "organization_limit.ended"]),
  );
});

test("each counts by caps of its level, and changes only from the version that was read", async () => {
  const rate = [{ times: 50, per: "day" }];
  for (const [at, level] of [
    ["/v1/limits", "project"],
    [above(), "organization"],
  ] as const) {
    const { id } = await set(at, { lines: [{ ...LINE, rate }] });
    const caps = async (): Promise<object[]> => {
      const { rows } = await it.http.db.admin.query<object>({
        text: "select level, project, subject, amount, ended_at is not null as ended from steward.caps where starts_with(subject, $1)",
        values: [`limit:${id}`],
      });
      return [...rows];
    };
    const project = level === "project" ? it.http.installed.project : null;
    const cap = { level, project, subject: `limit:${id}:0`, ended: false };
    expect(await caps()).toEqual([{ ...cap, amount: 50 }]);
    const form = { lines: [{ ...LINE, rate: [{ times: 10, per: "day" }] }] };
    const changed = await it.owner.call("PUT", `${at}/${id}`, { body: { version: 1, form } });
    expect(changed.json()).toMatchObject({ version: 2, form });
    expect(await caps()).toEqual([{ ...cap, amount: 10 }]);
    const late = await it.owner.call("PUT", `${at}/${id}`, { body: { version: 1, form } });
    expect(late.json()).toMatchObject({ code: "precondition_failed", version: 2 });
    const wrong = { version: 2, form: { lines: [{ actions: ["nope.send"] }] } };
    expect(refusal(await it.owner.call("PUT", `${at}/${id}`, { body: wrong }))).toEqual([
      "value_invalid",
      "form.lines[0].actions[0]",
    ]);
    for (const from of [at, "/v1/limits"]) {
      const { items } = (await it.owner.call("GET", `${from}/${id}/versions`)).json() as { items: LimitVersion[] };
      expect(items.map(({ version, changes }) => [version, changes.map(({ change }) => change)])).toEqual([
        [2, ["narrower"]],
        [1, []],
      ]);
    }
    await it.owner.call("DELETE", `${at}/${id}`);
    expect(await caps()).toEqual([{ ...cap, amount: 10, ended: true }]);
  }
});

test("versions are told in pages, of an ended limit too, and of nobody else's", async () => {
  const { id } = await set(above(), { lines: [LINE] });
  const wider = { lines: [{ ...LINE, when: [] }] };
  expect((await it.owner.call("PUT", `${above()}/${id}`, { body: { version: 1, form: wider } })).status).toBe(200);
  await it.owner.call("DELETE", `${above()}/${id}`);
  type Page = { items: LimitVersion[]; next: string | null };
  const first = (await it.owner.call("GET", `${above()}/${id}/versions?limit=1`)).json() as Page;
  expect(first.items).toMatchObject([{ version: 2, by: accountText(it.owner), changes: [{ change: "wider" }] }]);
  const rest = (await it.owner.call("GET", `${above()}/${id}/versions?limit=1&cursor=${first.next}`)).json() as Page;
  expect(rest).toMatchObject({ items: [{ version: 1, changes: [] }], next: null });
  expect(refusal(await it.owner.call("GET", `${above()}/lim_${"0".repeat(26)}/versions`))).toBe("not_found");
  const own = await set("/v1/limits", { lines: [LINE] });
  expect(refusal(await it.owner.call("GET", `${above()}/${own.id}/versions`))).toBe("not_found"); // a project's
});

test("what can't be understood or is not there is refused by its field", async () => {
  const cases: readonly (readonly [form: object, field: string])[] = [
    [{ connection: "nope", lines: [LINE] }, "connection"],
    [{ credential: "nope", lines: [{ actions: ["http.request"] }] }, "credential"],
    [{ on: "flow:nope", lines: [LINE] }, "on"],
    [{ lines: [{ ...LINE, when: [{ field: "nothing", in: ["x"] }] }] }, "lines[0].when[0].field"],
    [{ deny: true, lines: [{ ...LINE, rate: [{ times: 1, per: "day" }] }] }, "lines"],
  ];
  for (const [form, field] of cases)
    expect(refusal(await it.owner.call("POST", "/v1/limits", { body: form }))).toEqual(["value_invalid", field]);
  expect(refusal(await it.owner.call("POST", above(), { body: { on: "flow:nope", lines: [LINE] } }))).toBe(201);
  expect(
    refusal(await it.owner.call("POST", above(), { body: { on: `member:acc_${"0".repeat(26)}`, lines: [LINE] } })),
  ).toEqual(["value_invalid", "on"]);
});

test("whoever may give grants sets no limit, and whoever limits the project none of the organization", async () => {
  const call = async (role: string, at: string): Promise<TestAnswer> => {
    const person = await it.http.signIn({ role });
    return await person.call("POST", at, { body: { on: `member:${accountText(person)}`, lines: [LINE] } });
  };
  expect((await call("builder", "/v1/limits")).json()).toMatchObject({ code: "forbidden", needs: "limit.write" });
  expect((await call("builder", above())).json()).toMatchObject({ needs: "organization_limit.write" });
  expect((await call("admin", "/v1/limits")).status).toBe(201);
});

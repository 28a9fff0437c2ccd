import { afterAll, beforeAll, expect, test } from "vitest";
import { testHttp, type TestHttp } from "../../test/http-server.ts";
import { showId } from "../core/id.ts";
import { createEarlyStandings } from "./early-standings.ts";

const PROJECT = "0197b1c0-0000-7000-8000-000000000001";
const [ADA, BOB] = ["0197b1c0-0000-7000-8000-00000000000a", "0197b1c0-0000-7000-8000-00000000000b"] as const;
const named = showId("prj", PROJECT);

let http: TestHttp;
beforeAll(async () => {
  http = await testHttp();
});
afterAll(() => http.close());

function counted() {
  const asked: string[] = [];
  const early = createEarlyStandings(({ account }) => {
    asked.push(account);
    return Promise.resolve(null);
  });
  return { asked, early };
}

test("the second request with a cookie asks before its session is known, and only once", async () => {
  const { asked, early } = counted();
  await early.begin("cookie", named)({ account: ADA, project: PROJECT });
  expect(asked).toEqual([ADA]);
  const standings = early.begin("cookie", named);
  expect(asked).toEqual([ADA, ADA]);
  await standings({ account: ADA, project: PROJECT });
  expect(asked).toEqual([ADA, ADA]);
});

test("whoever the cookie turns out to be is who is asked about, whatever was guessed", async () => {
  const { asked, early } = counted();
  await early.begin("cookie", named)({ account: ADA, project: PROJECT });
  await early.begin("cookie", named)({ account: BOB, project: PROJECT });
  expect(asked).toEqual([ADA, ADA, BOB]);
});

test("a member who is removed is out with the next request, guessed or not", async () => {
  const person = await http.signIn({ role: "viewer" });
  expect((await person.call("GET", "/v1/me")).status).toBe(200);
  expect((await person.call("GET", "/v1/me")).status).toBe(200);
  await http.db.admin.query({
    text: "update steward.members set removed_at = now() where id = $1",
    values: [person.member],
  });
  expect((await person.call("GET", "/v1/me")).status).toBe(404);
});

test("a session that has ended is nobody's, whatever was guessed", async () => {
  const person = await http.signIn({ role: "viewer" });
  expect((await person.call("GET", "/v1/me")).status).toBe(200);
  await http.db.admin.query({ text: "delete from identity.session where id = $1", values: [person.session] });
  expect((await person.call("GET", "/v1/me")).status).toBe(401);
});

test("people and keys that ask at the same moment are each answered as themselves", async () => {
  const people = await Promise.all(["owner", "viewer", "builder"].map((role) => http.signIn({ role })));
  const answers = await Promise.all(
    Array.from({ length: 30 }, (_, at) => {
      const person = people[at % 4];
      return person ? person.call("GET", "/v1/me") : http.call("GET", "/v1/me");
    }),
  );
  const shown = answers.map((answer) => answer.json()["member"]);
  const members = [...people.map(({ member }) => member!), http.installed.member].map((id) => showId("mem", id));
  expect(shown).toEqual(Array.from({ length: 30 }, (_, at) => members[at % 4]));
  const keys = await Promise.all([
    http.call("GET", "/v1/me"),
    http.call("GET", "/v1/me", { anonymous: true, headers: { authorization: "Bearer sk_nobody_0123456789" } }),
    http.call("GET", "/v1/me"),
  ]);
  expect(keys.map(({ status }) => status)).toEqual([200, 401, 200]);
});

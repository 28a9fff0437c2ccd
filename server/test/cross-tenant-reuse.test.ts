/**
 * What one tenant left in the program (caches, streams, kept answers, tokens) while another calls: nobody is given what
 * was made for somebody else. And flows, whose steps name things that are looked up when they run.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { showId } from "../src/core/id.ts";
import type { Answer, Ask } from "./tenant-objects-server.ts";
import { nobodys, sameness } from "./tenant-objects-tries.ts";
import { startTenants, type Tenant, type Tenants } from "./tenant-objects.ts";

let it: Tenants;

beforeAll(async () => {
  it = await startTenants();
});
afterAll(async () => await it?.close());

async function call(by: Tenant, method: string, target: string, ask: Ask = {}): Promise<Answer> {
  return await it.steward.call(method, target, { ...ask, headers: { ...by.owner.headers, ...ask.headers } });
}

/** A key that stands for all of the tenant's owner, without a project of its own in a header. */
async function keyOf(by: Tenant): Promise<string> {
  const answer = await call(by, "POST", "/v1/keys", { body: { name: "reuse", reach: "organization" } });
  return String(answer.json()["key"]);
}

const READ = [
  "/v1/me",
  "/v1/flows",
  "/v1/flows/shared",
  "/v1/flows/shared/versions/1",
  "/v1/runs",
  "/v1/variables",
  "/v1/credentials",
  "/v1/files?folder=shared",
  "/v1/files/at?path=shared%2Fboth.txt",
  "/v1/tables",
  "/v1/keys",
  "/v1/organizations",
  "/v1/account",
  "/v1/account/sessions",
];

test("what one asked a moment ago, or asks at the same moment, is not what another is answered with", async () => {
  const { a, b } = it;
  const usual = new Map<Tenant, readonly string[]>();
  for (const by of [b, a, b])
    usual.set(by, await Promise.all(READ.map(async (target) => (await call(by, "GET", target)).text)));
  const faults: string[] = [];
  for (let round = 0; round < 6; round++)
    await Promise.all(
      READ.flatMap((target, at) =>
        [a, b].map(async (by) => {
          const { text } = await call(by, "GET", target);
          const other = by === a ? b : a;
          const own = usual.get(by)![at]!;
          // Of itself it says when it was last used.
          if (text.length !== own.length || text.includes(other.mark)) faults.push(`${by.letter} ${target}: ${text}`);
          for (const id of other.ids) if (text.includes(id)) faults.push(`${by.letter} ${target}: ${id}`);
        }),
      ),
    );
  expect(faults).toEqual([]);
});

test("a project in the header that is not the caller's is none, however it is spelled", async () => {
  const { a, b, steward } = it;
  const own = showId("prj", a.project);
  const [theirs, , gone] = b.things.project;
  const spelled = [
    theirs!,
    gone!,
    a.things.project[2]!, // their own, deleted
    nobodys("project", theirs!),
    b.project,
    a.project,
    showId("org", b.project),
    theirs!.toUpperCase(),
    own.toUpperCase(),
    `${own}, ${theirs!}`,
    `${theirs!}, ${own}`,
    `${own} ${theirs!}`,
    `${own}\t`.trim() + "\u00a0",
    "",
    "main",
    "*",
    "null",
    "__proto__",
    "../" + own,
    `${own}%00`,
  ];
  const key = await keyOf(a);
  const { cookie } = a.owner.headers as { cookie: string };
  const callers: readonly Readonly<Record<string, string>>[] = [
    { authorization: `Bearer ${key}` },
    { cookie, "sec-fetch-site": "same-origin" },
  ];
  for (const headers of callers)
    for (const target of ["/v1/me", "/v1/flows/shared", "/v1/variables", `/v1/runs/${b.things.run[0]!}`])
      for (const project of spelled) {
        const answer = await steward.call("GET", target, { headers: { ...headers, "steward-project": project } });
        expect([target, project, answer.status, answer.json()["detail"]]).toEqual([
          target,
          project,
          404,
          "There is no such project, or you may not enter it.",
        ]);
      }
});

test("an Idempotency-Key is its caller's own: nobody is given another's answer, and nobody's run is not started", async () => {
  const { a, b, steward } = it;
  const once = { "idempotency-key": "one-for-all" };
  const start = async (by: Tenant, headers: Record<string, string> = {}): Promise<Answer> =>
    await call(by, "POST", "/v1/flows/quick/runs", { headers: { ...once, ...headers }, body: { wait: 5 } });
  const [first, second, again] = [await start(b), await start(a), await start(a)];
  expect([first.status, second.status, again.status]).toEqual([200, 200, 200]);
  expect(second.text).toContain(a.mark);
  expect(second.text).not.toContain(b.mark);
  expect(second.json()["id"]).not.toBe(first.json()["id"]);
  expect([second.headers["idempotency-replayed"], again.headers["idempotency-replayed"]]).toEqual([undefined, "true"]);
  expect(again.text).toBe(second.text);
  // A body that differs from what the other sent is no mismatch.
  expect((await call(b, "POST", "/v1/flows/shared/pause", { headers: once })).status).toBe(200);
  expect((await call(a, "POST", "/v1/flows/shared/pause", { headers: once })).json()).toMatchObject({ slug: "shared" });
  // The same caller in another project.
  const key = await keyOf(a);
  const elsewhere = { authorization: `Bearer ${key}`, "content-type": "application/json", ...once };
  const inProject = async (project: string): Promise<Answer> =>
    await steward.call("POST", "/v1/flows/quick/runs", {
      headers: { ...elsewhere, "steward-project": project },
      body: "{}",
    });
  expect((await inProject(showId("prj", a.project))).status).toBe(202);
  expect((await inProject(a.things.project[1]!)).status).toBe(404);
  // Outside of projects.
  const make = async (by: Tenant): Promise<Answer> =>
    await call(by, "POST", "/v1/organizations", { headers: once, body: { name: `More of ${by.mark}` } });
  const [theirs, own] = [await make(b), await make(a)];
  expect([theirs.status, own.status, own.headers["idempotency-replayed"]]).toEqual([201, 201, undefined]);
  expect(own.text).not.toContain(b.mark);
});

test("what is kept of a file or a table by its reader opens nothing of another's", async () => {
  const { a, b } = it;
  const [file, table] = [b.things.file[0]!, b.things.table[0]!];
  const { headers } = await call(b, "GET", `/v1/files/${file}/content`);
  const [none, nothing] = [nobodys("file", file), nobodys("table", table)];
  const asked: readonly (readonly [string, string, Record<string, string>])[] = [
    [`/v1/files/${file}/content`, `/v1/files/${none}/content`, { "if-none-match": headers.etag! }],
    [`/v1/files/${file}/content`, `/v1/files/${none}/content`, { "if-none-match": "*" }],
    [`/v1/files/${file}/content`, `/v1/files/${none}/content`, { range: "bytes=0-3" }],
    [`/v1/files/${file}/content?version=1`, `/v1/files/${none}/content?version=1`, { "if-range": headers.etag! }],
    [`/v1/tables/${table}/export`, `/v1/tables/${nothing}/export`, {}],
    [`/v1/tables/${table}/export?formulas=asStored`, `/v1/tables/${nothing}/export?formulas=asStored`, {}],
    [
      `/v1/runs/${b.things.run[0]!}/events`,
      `/v1/runs/${nobodys("run", b.things.run[0]!)}/events`,
      { "last-event-id": "0" },
    ],
  ];
  for (const [theirs, nobodys_, more] of asked) {
    const [seen, control] = [
      await call(a, "GET", theirs, { headers: more }),
      await call(a, "GET", nobodys_, { headers: more }),
    ];
    const sent = { method: "GET", target: theirs, headers: more, body: undefined, named: [], alike: [] };
    expect([theirs, sameness(seen, sent)]).toEqual([theirs, sameness(control, sent)]);
    expect([theirs, seen.status]).toEqual([theirs, 404]);
  }
  // A write that may happen only if the file is (not) there.
  for (const condition of [{ "if-match": headers.etag! }, { "if-match": "*" }, { "if-none-match": "*" }]) {
    const put = async (path: string): Promise<number> =>
      (
        await call(a, "PUT", `/v1/files/content?path=${path}`, {
          headers: { ...condition, "content-type": "text/plain" },
          body: "x",
        })
      ).status;
    const [theirs, control] = [await put("only-b1%2Fnote.txt"), await put("only-z1%2Fnote.txt")];
    expect([condition, theirs]).toEqual([condition, control]);
  }
});

test("streams of two runs of one name carry each their own", async () => {
  const { a, b, steward } = it;
  const streamOf = async (by: Tenant): Promise<{ readonly run: string; readonly text: Promise<string> }> => {
    const run = String((await call(by, "POST", "/v1/flows/only-" + by.letter + "1/runs", { body: {} })).json()["id"]);
    const answer = await fetch(`${steward.address}/v1/runs/${run}/events`, { headers: by.owner.headers });
    return { run, text: answer.text() };
  };
  const streams = [await streamOf(a), await streamOf(b)] as const;
  for (const [at, by] of [b, a].entries()) {
    const { run } = streams[1 - at]!;
    await expect
      .poll(async () => (await call(by, "GET", `/v1/runs/${run}`)).json()["status"], { timeout: 10_000 })
      .toBe("waiting");
    expect((await call(by, "POST", `/v1/runs/${run}/events`, { body: { name: "go", data: by.mark } })).status).toBe(
      202,
    );
  }
  const [ofA, ofB] = await Promise.all(streams.map((one) => one.text));
  expect([ofA!.includes(a.mark), ofA!.includes(b.mark)]).toEqual([true, false]);
  expect([ofB!.includes(b.mark), ofB!.includes(a.mark)]).toEqual([true, false]);
});

test("a webhook's token starts its own flow, whoever sends it, and one delivery id counts for each by itself", async () => {
  const { a, b, steward } = it;
  const key = await keyOf(a);
  const runsOf = async (by: Tenant): Promise<number> =>
    ((await call(by, "GET", "/v1/runs?flow=shared&limit=100")).json() as { items: unknown[] }).items.length;
  for (const by of [a, b]) await call(by, "POST", "/v1/flows/shared/resume");
  const before = [await runsOf(a), await runsOf(b)];
  const deliver = async (to: Tenant, more: Record<string, string> = {}): Promise<Answer> =>
    await steward.call("POST", new URL(to.webhook).pathname, {
      headers: {
        "webhook-id": "delivery-1",
        "content-type": "application/json",
        "x-forwarded-for": "10.9.9.9",
        ...more,
      },
      body: "{}",
    });
  // With the other's key, session and project.
  const theirs = await deliver(b, { ...a.owner.headers, authorization: `Bearer ${key}` });
  const own = await deliver(a);
  expect([theirs.status, own.status]).toEqual([202, 202]);
  expect(theirs.json()["run"]).not.toBe(own.json()["run"]);
  expect((await deliver(b)).json()["run"]).toBe(theirs.json()["run"]);
  expect([await runsOf(a), await runsOf(b)]).toEqual(before.map((count) => count + 1));
  const token = new URL(b.webhook).pathname;
  for (const target of [
    token.slice(0, -1),
    `${token}x`,
    token.toUpperCase(),
    token.replace("wh_0_", "wh_1_"),
    `${token}%00`,
  ]) {
    const answer = await steward.call("POST", target, { headers: { "x-forwarded-for": "10.9.9.8" }, body: "{}" });
    expect([target, answer.status]).toEqual([target, 404]);
  }
});

/** Steps and settings of a flow that name something, by what they name. */
const NAMING: Readonly<Record<string, (name: string) => object>> = {
  "only-b1": (flow) => ({ steps: [{ id: "call", kind: "flow", input: { flow, input: {}, wait: true } }] }),
  "only-b2": (flow) => ({ steps: [{ id: "call", kind: "flow", input: { flow, input: {}, wait: false } }] }),
  "gone-b": (flow) => ({
    errorFlow: flow,
    steps: [{ id: "fail", kind: "fail", input: { message: "planned" } }],
  }),
  "only-b": (credential) => ({
    steps: [{ id: "ask", kind: "http", input: { method: "GET", url: "http://127.0.0.1:9/", credential } }],
  }),
  only_b: (variable) => ({ steps: [{ id: "out", kind: "set", input: { seen: `{{ vars.${variable} }}` } }] }),
  only_b1: (table) => ({ steps: [{ id: "ask", kind: "sql", input: { sql: `select * from ${table}`, mode: "read" } }] }),
  only_b2: (table) => ({ steps: [{ id: "ask", kind: "sql", input: { sql: `delete from ${table}`, mode: "write" } }] }),
};

test(
  "a flow that names another's flow, credential, variable or table ends as one that names nothing",
  { timeout: 60_000 },
  async () => {
    const { a, b } = it;
    const before = (await call(b, "GET", "/v1/runs?limit=100")).text;
    for (const [theirs, file] of Object.entries(NAMING)) {
      const told = async (name: string): Promise<string> => {
        const slug = "names";
        const draft = { format: 1, name: "Names", ...file(name) };
        const put = await call(a, "PUT", `/v1/flows/${slug}`, { body: draft });
        const published = await call(a, "POST", `/v1/flows/${slug}/publish`);
        const run = await call(a, "POST", `/v1/flows/${slug}/runs`, { body: { wait: 4 } });
        const { id } = run.json() as { id?: string };
        const steps = id === undefined ? null : (await call(a, "GET", `/v1/runs/${id}/steps`)).json()["items"];
        const sent = { method: "", target: "", headers: {}, body: undefined, named: [name], alike: [] };
        await call(a, "DELETE", `/v1/flows/${slug}`);
        await call(a, "POST", `/v1/flows/${slug}/restore`);
        const whole = [put, published, run].map((answer) => `${answer.status} ${sameness(answer, sent)}`).join("\n");
        expect(whole + JSON.stringify(steps)).not.toContain(b.mark);
        const shown = { status: 200, headers: {}, text: JSON.stringify(steps), json: () => ({}) };
        return `${whole}\n${sameness(shown, sent)}`
          .replaceAll(/"version":\d+/g, '"version":0')
          .replaceAll(/"position":"?\d+"?/g, "");
      };
      await told(theirs); // the first call makes the flow
      const [seen, control] = [await told(theirs), await told(nobodys("flow", theirs))];
      expect([theirs, seen]).toEqual([theirs, control]);
      // With a name of its own the same flow ends otherwise; that of an error flow shows in the other's runs only.
      const own = await told(theirs.replace(/b(?=\d|$)/, "a"));
      if (theirs !== "gone-b") expect([theirs, own === control]).toEqual([theirs, false]);
    }
    expect((await call(b, "GET", "/v1/runs?limit=100")).text).toBe(before);
  },
);

/**
 * Two organizations with every kind of object; whoever is of one tries every name of the other in every place of every
 * route, and is answered as for a name that nobody has. Made of the document that the server itself gives out.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Caller } from "./tenant-objects-server.ts";
import { digestOf } from "./tenant-objects-digest.ts";
import { type Document, type Operation, slotsOf } from "./tenant-objects-slots.ts";
import { MAKING, parting, sameness, triesOf, type Sent, type Try } from "./tenant-objects-tries.ts";
import { startTenants, type Tenants } from "./tenant-objects.ts";

let it: Tenants;
let document: Document;

beforeAll(async () => {
  it = await startTenants();
  const { steward, a } = it;
  document = (
    await steward.call("GET", "/v1/openapi.json", { headers: a.owner.headers })
  ).json() as unknown as Document;
});
afterAll(async () => await it?.close());

test("every place of the document that can name something is known", () => {
  const { slots, unknown } = slotsOf(document);
  expect(unknown, "say in tenant-objects-slots.ts what these name").toEqual([]);
  expect(slots.length).toBeGreaterThan(180);
});

test("a place of no known kind is found, in path, query and body", () => {
  const named = { type: "string" };
  const planted: Document = {
    paths: {
      "/v1/things/{thing}": {
        post: {
          operationId: "changeThing",
          parameters: [
            { name: "thing", in: "path", schema: named },
            { name: "of", in: "query", schema: named },
          ],
          requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Thing" } } } },
        },
      },
    },
    components: {
      schemas: {
        Thing: { type: "object", properties: { deep: { type: "array", items: { properties: { it: named } } } } },
      },
    },
  };
  expect(slotsOf(planted).unknown).toEqual([
    "changeThing path thing",
    "changeThing query of",
    "changeThing body deep.[].it",
  ]);
});

async function send(caller: Caller, { method, target, headers, body }: Sent) {
  return await it.steward.call(method, target, {
    headers: { ...caller.headers, ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

/** What is wrong with the answers that a caller gets. */
async function faultsOf(caller: Caller, one: Try): Promise<string[]> {
  const [theirs, nobodys] = [one.build("theirs"), one.build("nobodys")];
  const [seen, control] = [await send(caller, theirs), await send(caller, nobodys)];
  const faults: string[] = [];
  const say = (what: string): void => void faults.push(`${caller.name}: ${one.name}: ${what}`);
  if (seen.status >= 500) say(`${seen.status} ${seen.text}`);
  const [given, usual] = [sameness(seen, theirs), sameness(control, nobodys)];
  // A place in a list is where what isn't there would be, too.
  const isComparable = !one.kinds.includes("cursor") || theirs.named.every((name) => /^[a-z]{3}_/.test(name));
  if (given !== usual && isComparable) say(`${seen.status}, ${control.status}: ${parting(given, usual)}`);
  const told = JSON.stringify(seen.headers) + seen.text;
  if (told.includes(it.b.mark) && !theirs.named.includes(it.b.mark)) say("the mark is in the answer");
  for (const id of it.b.ids)
    if (told.includes(id) && !JSON.stringify(theirs).includes(id)) say(`${id} is in the answer`);
  return faults;
}

test(
  "whatever of another organization is named, the answer is that of what isn't there, and nothing of it changes",
  { timeout: 400_000 },
  async () => {
    const { a, b, steward, admin } = it;
    const before = await digestOf(steward, admin, b);
    const ground = { document, own: a, other: b };
    const [some, more] = [triesOf(ground, 1), triesOf(ground, 3)];
    const faults: string[] = [];
    // Whoever may most tries all of each kind, the others one.
    for (const [n, caller] of a.callers.entries()) {
      const [reading, changing] = parted(n < 2 ? more : some);
      for (let at = 0; at < reading.length; at += 8) {
        const seen = await Promise.all(reading.slice(at, at + 8).map((one) => faultsOf(caller, one)));
        faults.push(...seen.flat());
      }
      for (const one of changing) {
        faults.push(...(await faultsOf(caller, one)));
        const made = FEW[one.operation.operationId];
        if (made) await admin.query({ text: made, values: [a.organization] });
      }
    }
    expect(a.callers.length).toBeGreaterThanOrEqual(24);
    expect(some.length).toBeGreaterThan(300);
    expect.soft(faults).toEqual([]);
    expect(await digestOf(steward, admin, b)).toEqual(before);
    const log = await admin.query<{ principal: string }>({
      text: "select distinct principal from steward.request_log where organization = $1",
      values: [b.organization],
    });
    expect(log.rows.filter(({ principal }) => principal !== b.things.member[0])).toEqual([]);
  },
);

/** Of what an organization may have a few only: what a try made goes, lest it is the control that finds no room. */
const FEW: Readonly<Record<string, string>> = {
  createSignOnConnection:
    "delete from steward.sign_on_connections where organization = $1 and name not like 'Provider %'",
  setOrganizationLimit: `with said as (delete from steward.organization_limit_versions v using steward.organization_limits l
      where v.organization = $1 and l.organization = $1 and l.id = v.of_limit and l.form->>'on' is not null)
    delete from steward.organization_limits where organization = $1 and form->>'on' is not null`,
  addSignOnDomain: "delete from steward.sign_on_domains where organization = $1 and domain not like 'mail_.a.test'",
};

/** What changes something goes one by one: the two sides of each try find things alike. */
function parted(tries: readonly Try[]): readonly [reading: readonly Try[], changing: readonly Try[]] {
  const isReading = (one: Try): boolean => one.operation.method === "GET";
  return [tries.filter(isReading), tries.filter((one) => !isReading(one))];
}

test("what both call by one name is each one's own", async () => {
  const { a, b, steward } = it;
  for (const [own, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const ask = async (target: string): Promise<string> =>
      (await steward.call("GET", target, { headers: own.owner.headers })).text;
    const shared = [
      "/v1/flows/shared",
      "/v1/flows/shared/versions/1",
      "/v1/flows?search=flow",
      "/v1/variables",
      "/v1/files/at?path=shared%2Fboth.txt",
      "/v1/files?folder=shared",
      "/v1/runs?flow=shared",
      "/v1/tables",
      "/v1/credentials",
    ];
    const told = (await Promise.all(shared.map(ask))).join("\n");
    expect(told).toContain(own.mark);
    expect(told).not.toContain(other.mark);
    const { id } = JSON.parse(await ask("/v1/files/at?path=shared%2Fboth.txt")) as { id: string };
    expect(await ask(`/v1/files/${id}/content`)).toBe(`both ${own.mark}`);
  }
});

test("somebody who is let into the other organization is noticed: the comparison above sees it", async () => {
  const { a, b, admin } = it;
  const viewer = a.callers.find(({ name }) => name === "viewer by session")!;
  const member = "01900000-0000-7000-8000-0000000000bb";
  await admin.query({
    text: `insert into steward.members (organization, id, email, name, role, created_at, account)
      select $1, $2, 'leak@b.test', 'Leak', 'viewer', now(), u.id from identity."user" u where u.email = 'viewer@a.test'`,
    values: [b.organization, member],
  });
  const faults: string[] = [];
  for (const one of triesOf({ document, own: a, other: b }, 1).filter(({ operation }) => operation.method === "GET"))
    faults.push(...(await faultsOf(viewer, one)));
  await admin.query({ text: "delete from steward.members where id = $1", values: [member] });
  for (const what of [
    "getOrganization path",
    "getProject with all of its path",
    "in prj_…, with b's things",
    "the mark is in the answer",
  ])
    expect([what, faults.some((fault) => fault.includes(what))]).toEqual([what, true]);
});

test(
  "each of those names is found by whose it is: the answers above could have differed",
  { timeout: 60_000 },
  async () => {
    const { b } = it;
    const tries = triesOf({ document, own: b, other: b }, 1)
      .filter(isFinding)
      .toSorted((one, other) => rank(one) - rank(other));
    expect(tries.length).toBeGreaterThan(150);
    const alike: string[] = [];
    for (const one of tries) {
      const [theirs, nobodys] = [one.build("theirs"), one.build("nobodys")];
      const [seen, control] = [await send(b.owner, theirs), await send(b.owner, nobodys)];
      if (sameness(seen, theirs) === sameness(control, nobodys)) alike.push(`${one.name}: ${seen.status} ${seen.text}`);
    }
    expect(alike).toEqual([]);
  },
);

/** Where no name is looked for that the owner of all could find. */
const NOT_FINDING: readonly RegExp[] = [
  /^(?:listInstallation|listMail|listOutbound |retryMail)/, // for operators
  /^(?:lookAt|accept)Invitation /, // by a token, which is for somebody else
  /^(?:lookAtApproval|decideByLink) /, // by a token, which is in a mail only
  /^(?:set|change)OrganizationLimit body (?:form\.)?(?:on = grantee flow|connection|credential)/, // those of its projects, whichever have them
  / body (?:form\.)?lines\.\[\]\.approval\.slack\.connection /, // theirs is none of Slack, and refused like none
  // Whoever names it makes it.
  /^(?:put(?:Flow|Agent|Variable|Credential|File)|createTable|addColumn|createProject|importConnector|(?:renameTable|changeColumn|restoreFile) body) /,
  /^moveFiles body to /,
  /^shredProject body /, // of a deleted project
  / cursor /, // goes on from where it points, whether something is there or not
  /^listFiles query search /, // in paths, not in what files hold
];

function isFinding({ of, name, kinds, operation }: Try): boolean {
  const { method, path } = operation;
  if (kinds.some((kind) => MAKING.has(kind)) || NOT_FINDING.some((pattern) => pattern.test(name))) return false;
  if (method === "GET") return true;
  // What is taken away is found once: by its own name, not by that of what it is in.
  const innermost = name.startsWith(`${operation.operationId} path ${/\{(\w+)\}[^{]*$/.exec(path)?.[1] ?? ""} `);
  return of === "place" && (!takesAway(operation) || innermost || name.includes(" body "));
}

function takesAway({ method, path }: Operation): boolean {
  return method === "DELETE" || /\/delete(?:-folder)?$/.test(path);
}

/** What reads first, then what changes, then what takes away: things before who has them, the innermost first. */
function rank({ operation }: Try): number {
  const { method, path } = operation;
  if (method === "GET") return 0;
  if (!takesAway(operation)) return 2000 - path.length;
  return { account: 6000, organizations: 5000 - path.length }[path.split("/")[2]!] ?? 3000 - path.length;
}

/**
 * The same as cross-tenant.test.ts for `/scim/v2`, which is no part of the document: an organization's directory names
 * what is another's, and is answered as for what nobody has. Made of the routes as the server registers them.
 */
import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { registerScim } from "../src/http/scim.ts";
import type { ScimParts } from "../src/people/sign-on-scim-act.ts";
import { digestOf } from "./tenant-objects-digest.ts";
import { startTenants, type Tenant, type Tenants } from "./tenant-objects.ts";

type Collection = "Users" | "Groups";

interface ScimRoute {
  readonly method: string;
  /** Beneath `/scim/v2`: `/Users/:id`. */
  readonly path: string;
}

interface Named {
  readonly Users: readonly string[];
  readonly Groups: readonly string[];
  /** What filters ask for. */
  readonly names: readonly string[];
}

/** One way to name something: where, and with which body. */
interface Try {
  readonly route: ScimRoute;
  readonly build: (named: Named) => { readonly target: string; readonly body?: unknown };
}

const NOBODYS: Named = {
  Users: ["01234567-89ab-7cde-8f01-0000000000aa", "01234567-89ab-7cde-8f01-0000000000ab"],
  Groups: ["01234567-89ab-7cde-8f01-0000000000ba", "01234567-89ab-7cde-8f01-0000000000bb"],
  names: ["nobodys-name", "nobodys-other"],
};
/** Clients write what they change as they like; each names somebody. */
const BODIES: Readonly<Record<string, (named: Named) => readonly unknown[]>> = {
  "POST Users": ({ names }) => names.map((userName) => ({ userName, emails: [{ value: `${userName}@b.test` }] })),
  "PUT Users": ({ names: [userName] }) => [{ userName, active: false }],
  "PATCH Users": () => [
    { Operations: [{ op: "replace", path: "active", value: false }] },
    { Operations: [{ op: "replace", value: { displayName: "taken" } }] },
  ],
  "POST Groups": ({ Users, names }) =>
    Users.map((value, at) => ({ displayName: `${names[at]}-new`, members: [{ value }] })),
  "PUT Groups": ({ Users: [value] }) => [{ displayName: "renamed", members: [{ value }] }],
  "PATCH Groups": ({ Users: [value] }) => [
    { Operations: [{ op: "add", path: "members", value: [{ value }] }] },
    { Operations: [{ op: "replace", value: { members: [{ value }] } }] },
    { Operations: [{ op: "remove", path: `members[value eq "${value}"]` }] },
  ],
};

function registered(): readonly ScimRoute[] {
  const routes: ScimRoute[] = [];
  const note = ({ method, url }: { method: string; url: string }): void =>
    void routes.push({ method, path: url.replace(/^\/scim\/v2/, "") });
  registerScim({ route: note } as unknown as FastifyInstance, { publicUrl: "http://x" } as unknown as ScimParts);
  return routes;
}

/** Everything that a route lets its caller name; `own` are groups of the caller's, into which another's people are put. */
function triesOf(route: ScimRoute, own: readonly string[]): readonly Try[] {
  const { method, path } = route;
  const [, collection, id] = /^\/(Users|Groups)(\/:id)?$/.exec(path) ?? [];
  if (collection === undefined) return [];
  const kind = collection as Collection;
  const at = (named: string): string => `/scim/v2/${kind}/${named}`;
  if (method === "GET" && id === undefined)
    return (kind === "Users" ? ["userName", "externalId"] : ["displayName", "externalId"]).flatMap((by) =>
      [0, 1].map((n) => ({
        route,
        build: ({ names }) => ({ target: `/scim/v2/${kind}?filter=${encodeURIComponent(`${by} eq "${names[n]}"`)}` }),
      })),
    );
  const bodies = BODIES[`${method} ${kind}`];
  const count = bodies?.(NOBODYS).length ?? 1;
  const bodyOf = (named: Named, n: number): { body?: unknown } => (bodies ? { body: bodies(named)[n] } : {});
  return Array.from({ length: count }, (_, n) => n).flatMap((n): Try[] => {
    if (id === undefined) return [{ route, build: (named) => ({ target: `/scim/v2/${kind}`, ...bodyOf(named, n) }) }];
    const theirs = [0, 1].map((which) => ({
      route,
      build: (named: Named) => ({ target: at(named[kind][which]!), ...bodyOf(named, n) }),
    }));
    const intoOwn = own.map((group) => ({
      route,
      build: (named: Named) => ({ target: at(group), ...bodyOf(named, n) }),
    }));
    return kind === "Groups" && bodies ? [...theirs, ...intoOwn] : theirs;
  });
}

let it: Tenants;
beforeAll(async () => {
  it = await startTenants();
});
afterAll(async () => await it?.close());

async function rowsOf(table: string, column: string, { organization }: Tenant): Promise<string[]> {
  const text = `select ${column} as it from steward.${table} where organization = $1 order by id`;
  const { rows } = await it.admin.query<{ it: string }>({ text, values: [organization] });
  return rows.map((row) => row.it);
}

const routes = registered();

test("every route of SCIM is one that this knows how to try, or says what SCIM is and names nothing", () => {
  const untried = routes.filter((route) => triesOf(route, []).length === 0);
  expect(untried.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
    "GET /ResourceTypes",
    "GET /Schemas",
    "GET /ServiceProviderConfig",
  ]);
  expect(
    routes
      .filter(({ method }) => method !== "GET")
      .every(({ method, path }) => method === "DELETE" || BODIES[`${method} ${path.split("/")[1]}`]),
  ).toBe(true);
  expect(triesOf({ method: "GET", path: "/Things/:thing" }, [])).toEqual([]);
});

test("without a token, and with one of another kind, nothing is answered", async () => {
  const { steward, a } = it;
  for (const { method, path } of routes)
    for (const headers of [{}, a.owner.headers]) {
      const body = method === "GET" || method === "DELETE" ? {} : { body: {} };
      const answer = await steward.call(method, `/scim/v2${path.replace(":id", NOBODYS.Users[0]!)}`, {
        headers,
        ...body,
      });
      expect.soft(answer.status, `${method} ${path}`).toBe(401);
    }
});

test(
  "what is another organization's is answered as what nobody has, and nothing of it changes",
  { timeout: 60_000 },
  async () => {
    const { steward, admin, a, b } = it;
    const theirs: Named = {
      Users: await rowsOf("scim_users", "id", b),
      Groups: await rowsOf("scim_groups", "id", b),
      names: await rowsOf("scim_users", "user_name", b),
    };
    const own = await rowsOf("scim_groups", "id", a);
    const before = await digestOf(steward, admin, b);
    const made = await steward.call("POST", `/v1/organizations/${a.things.organization[0]}/sign-on/scim-tokens`, {
      headers: a.owner.headers,
      body: { expiresInDays: 1 },
    });
    const { token } = made.json() as { token: string };
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/scim+json" };
    const send = async (
      { route, build }: Try,
      named: Named,
    ): Promise<{ readonly status: number; readonly text: string }> => {
      const { target, body } = build(named);
      return await steward.call(route.method, target, { headers, ...(body === undefined ? {} : { body }) });
    };
    const names = [...Object.values(theirs), ...Object.values(NOBODYS)].flat();
    const plain = ({ status, text }: { status: number; text: string }): string =>
      `${status} ${names
        .reduce((all, name) => all.replaceAll(name, "<named>"), text)
        .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<at>")
        .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "<id>")}`;
    const statuses = new Set<number>();
    const tries = routes.flatMap((route) => triesOf(route, own));
    expect(tries.length).toBeGreaterThan(30);
    for (const one of tries) {
      const [seen, control] = [await send(one, theirs), await send(one, NOBODYS)];
      const what = `${one.route.method} ${JSON.stringify(one.build(theirs))}`;
      expect.soft(plain(seen), what).toBe(plain(control));
      expect.soft(seen.status, what).toBeLessThan(500);
      if (!JSON.stringify(one.build(theirs)).includes(b.mark)) expect.soft(seen.text, what).not.toContain(b.mark);
      statuses.add(seen.status);
    }
    expect([...statuses]).toEqual(expect.arrayContaining([200, 404]));
    expect(await digestOf(steward, admin, b)).toEqual(before);
  },
);

/**
 * Each role against each route: a call is refused exactly when the table of permissions says so. Made of the route table
 * and the permissions table, so that a new route, role or permission is tried without anybody remembering.
 */
import {
  ALL_PERMISSIONS,
  type Permission,
  PROJECT_NEEDS,
  type RoleName,
  ROLE_NAMES,
  ROLES,
  type Route,
  type RouteName,
  routes,
} from "@steward/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AppError } from "../src/core/errors.ts";
import { type IdKind, showId } from "../src/core/id.ts";
import type { Engine } from "../src/engine/engine.ts";
import { changeRole } from "../src/people/change-role.ts";
import { createKey } from "../src/people/create-key.ts";
import { createRole } from "../src/people/create-role.ts";
import { createServiceAccount } from "../src/people/create-service-account.ts";
import type { Actor } from "../src/people/people-parts.ts";
import { permissionsOfRole } from "../src/people/permissions-of.ts";
import { testHttp, type TestAnswer, type TestHttp } from "./http-server.ts";

type Verdict = "allowed" | "forbidden" | "hidden" | "unauthenticated";

const GUARDED = (Object.keys(routes) as RouteName[]).filter((name) =>
  ["project", "organization"].includes(routes[name].access.in),
);
/** Ids that are right in form and that nobody has. */
const KINDS: Readonly<Record<string, IdKind>> = {
  member: "mem",
  invitation: "inv",
  role: "rol",
  key: "key",
  consent: "sup",
};
/** What is needed in the project is asked after the body was understood. */
const BODIES: Readonly<Record<string, unknown>> = {
  shredProject: { slug: "another" },
  setProjectMember: { role: "none" },
};
const HIDDEN = [
  "There is no such project, or you may not enter it.",
  "There is no such organization, or you are not in it.",
];

let it: TestHttp;
let owner: Actor;
let custom: { readonly id: string; readonly key: string };
const keys = new Map<RoleName, string>();

beforeAll(async () => {
  const gone = (): never => {
    throw new AppError("not_found", "there is no such run");
  };
  const engine = Object.fromEntries(
    [
      "startRun",
      "waitForEnd",
      "readRun",
      "listSteps",
      "follow",
      "cancelRun",
      "sendEvent",
      "resolveEffect",
      "retryRun",
    ].map((verb) => [verb, gone]),
  ) as Partial<Engine>;
  it = await testHttp({ engine });
  const { member, organization } = it.installed;
  owner = {
    kind: "session",
    id: member,
    shownId: showId("mem", member),
    member,
    permissions: permissionsOfRole("owner"),
  };
  const keyOf = async (role: string): Promise<string> => {
    const robot = await createServiceAccount(it.parts, owner, organization, { name: role, role });
    return await keyFor(robot.id);
  };
  for (const name of ROLE_NAMES) keys.set(name, name === "owner" ? it.apiKey : await keyOf(name));
  const role = await createRole(it.parts, owner, organization, { name: "Custom", permissions: [] });
  custom = { id: role.id, key: await keyOf(role.id) };
});
afterAll(async () => await it.close());

async function keyFor(member: string): Promise<string> {
  const limits = { reach: "organization", permissions: null, expiresInDays: 1 } as const;
  return (await createKey(it.parts, owner, it.installed, { name: "matrix", member, ...limits })).key;
}

/** What the tables say. */
function expected(name: RouteName, own: ReadonlySet<Permission>): Verdict {
  const { access }: Route = routes[name];
  if (access.in === "project") {
    if (!own.has("project.read")) return "hidden";
    return own.has(access.needs) ? "allowed" : "forbidden";
  }
  if (access.in !== "organization") throw new Error(`${name} is not guarded by a permission`);
  if (!own.has(access.needs)) return "forbidden";
  if (!isOfProject(name)) return "allowed";
  if (!own.has("project.read")) return "hidden";
  return own.has(PROJECT_NEEDS[name]) ? "allowed" : "forbidden";
}

function isOfProject(name: string): name is keyof typeof PROJECT_NEEDS {
  return name in PROJECT_NEEDS;
}

/** All that a role needs for a route to be open to it. */
function needsOf(name: RouteName): readonly Permission[] {
  const { access }: Route = routes[name];
  const first = "needs" in access ? [access.needs] : [];
  return isOfProject(name) ? [...first, "project.read", PROJECT_NEEDS[name]] : first;
}

function verdictOf(answer: TestAnswer): Verdict {
  if (answer.status < 400 || answer.text === "") return "allowed";
  const { code, detail, needs } = answer.json();
  if (code === "unauthenticated") return "unauthenticated";
  if (code === "not_found" && HIDDEN.includes(String(detail))) return "hidden";
  return code === "forbidden" && typeof needs === "string" ? "forbidden" : "allowed";
}

/** Calls a route of the installed organization and project; what it deletes comes back. */
async function call(name: RouteName, key: string | null): Promise<TestAnswer> {
  const { method, path }: Route = routes[name];
  const { organization, project } = it.installed;
  const known: Readonly<Record<string, string>> = {
    organization: showId("org", organization),
    project: showId("prj", project),
  };
  const target = path.replace(/\{(\w+)\}/g, (_all, param: string) => {
    const kind = KINDS[param];
    return known[param] ?? (kind === undefined ? "nothing-here" : showId(kind, it.parts.ids.uuid()));
  });
  const body = BODIES[name] ?? {};
  const answer = await it.call(method, target, {
    ...(method === "GET" ? {} : { body }),
    ...(key === null ? { anonymous: true } : {}),
    headers: { "steward-project": known["project"]!, ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
  });
  if (method !== "GET" && answer.status < 300)
    await it.db.admin.query({
      text: "update steward.organizations set deleted_at = null; update steward.projects set deleted_at = null;",
    });
  return answer;
}

test("there are routes of both kinds to try, and every one that names a project beneath its organization says what it needs there", () => {
  expect(GUARDED.length).toBeGreaterThan(60);
  const beneath = GUARDED.filter((name) => routes[name].path.includes("/projects/{project}"));
  expect(beneath.toSorted()).toEqual(Object.keys(PROJECT_NEEDS).toSorted());
});

test.each(GUARDED)("%s is open to exactly the roles that the table says", async (name) => {
  const said: Record<string, Verdict> = {};
  const found: Record<string, Verdict> = {};
  for (const role of ROLE_NAMES) {
    said[role] = expected(name, new Set(ROLES[role].permissions));
    found[role] = verdictOf(await call(name, keys.get(role)!));
  }
  const needs = needsOf(name);
  const lists: readonly (readonly Permission[])[] = [
    [],
    ...needs.map((one) => [one]),
    needs,
    [...new Set<Permission>([...needs, "project.read"])],
    ...needs.map((one) => ALL_PERMISSIONS.filter((other) => other !== one)),
  ];
  for (const [at, permissions] of lists.entries()) {
    await changeRole(it.parts, owner, it.installed.organization, custom.id, { permissions: [...permissions] });
    said[`custom ${at}`] = expected(name, new Set(permissions));
    found[`custom ${at}`] = verdictOf(await call(name, custom.key));
  }
  said["nobody"] = "unauthenticated";
  found["nobody"] = verdictOf(await call(name, null));
  expect(found).toEqual(said);
});

test("a key is held to its own permissions, whatever its member may", async () => {
  const limits = {
    reach: "organization",
    permissions: ["project.read", "organization.read"],
    expiresInDays: 1,
  } as const;
  const { key } = await createKey(it.parts, owner, it.installed, { name: "limited", ...limits });
  const own = new Set<Permission>(limits.permissions);
  for (const name of GUARDED) expect([name, verdictOf(await call(name, key))]).toEqual([name, expected(name, own)]);
});

test("whoever belongs to another organization finds nothing, by any route", async () => {
  const stranger = await it.signIn({ role: null, secondFactor: true });
  for (const name of GUARDED) {
    const { method, path }: Route = routes[name];
    const target = path
      .replace("{organization}", showId("org", it.installed.organization))
      .replace("{project}", showId("prj", it.installed.project))
      .replace(/\{\w+\}/g, "nothing-here");
    const answer = await stranger.call(method, target, method === "GET" ? {} : { body: {} });
    expect([name, verdictOf(answer)]).toEqual([name, "hidden"]);
  }
});

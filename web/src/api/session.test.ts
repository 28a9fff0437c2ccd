import { type Client, type Organization, ProblemError, type Project } from "@steward/sdk";
import { QueryClient } from "@tanstack/react-query";
import { expect, it } from "vitest";
import { placeOf, placeQuery, placesQuery, sessionQuery } from "./session.ts";

const ORGANIZATION = { name: "Acme", role: "owner", deletedAt: null, permissions: ["organization.read"] };
const PROJECT = { name: "Main", role: "owner", deletedAt: null, permissions: [] };

interface World {
  readonly organizations: number;
  readonly projectsEach: number;
  readonly deletedFirst?: number;
  readonly locked?: ReadonlySet<string>;
  /** Whom `Steward-Project` names. */
  readonly named?: string;
}

/** As the API answers: organizations org_0…, each with projects prj_0x0…, page by page. */
function world({ organizations, projectsEach, deletedFirst = 0, locked = new Set(), named = "" }: World) {
  const calls: string[] = [];
  const all = Array.from(
    { length: organizations },
    (_, n) => ({ ...ORGANIZATION, id: `org_${n}` }) as unknown as Organization,
  );
  const projectsOf = (organization: string) =>
    Array.from({ length: projectsEach }, (_, n) => ({
      ...PROJECT,
      id: `prj_${organization.slice(4)}x${n}`,
      name: `Main ${n}`,
      deletedAt: n < deletedFirst ? "2026-01-01T00:00:00Z" : null,
    })) as unknown as Project[];
  const refuse = (code: string, status: number) =>
    new ProblemError({
      type: "about:blank",
      title: code,
      status,
      code,
      detail: code,
      hint: "",
      details: {},
      retryAfterSeconds: null,
    });
  const client = {
    getAccount: () => Promise.resolve({ id: "acc_1", deletedAt: null }),
    listOrganizations: () => Promise.resolve({ items: all, next: null }),
    listProjects: (ask: { organization: string; cursor?: string; limit: number; search?: string }) => {
      calls.push(`list ${ask.organization}`);
      if (locked.has(ask.organization)) return Promise.reject(refuse("second_factor_required", 403));
      const from = Number(ask.cursor ?? 0);
      const found = projectsOf(ask.organization).filter(({ name }) => name.includes(ask.search ?? ""));
      const next = from + ask.limit < found.length ? String(from + ask.limit) : null;
      return Promise.resolve({ items: found.slice(from, from + ask.limit), next });
    },
    me: () => {
      calls.push("me");
      const organization = all.find(({ id }) => named.startsWith(`prj_${id.slice(4)}x`));
      return organization && projectsOf(organization.id).some(({ id }) => id === named)
        ? Promise.resolve({ organizationId: organization.id, project: { id: named } })
        : Promise.reject(refuse("not_found", 404));
    },
    getProject: ({ organization, project }: { organization: string; project: string }) =>
      Promise.resolve(projectsOf(organization).find(({ id }) => id === project)),
  } as unknown as Client;
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return { client, queries, calls, session: () => queries.fetchQuery(sessionQuery(client)) };
}

it("no project stands in for the one that the address names", async () => {
  const { session } = world({ organizations: 1, projectsEach: 2 });
  const signedIn = await session();
  const some = { ...signedIn, all: false };
  expect(placeOf(some, { named: "prj_9x9", kept: "prj_0x1" })).toEqual({ ask: "prj_9x9" });
  expect(placeOf(some, { named: undefined, kept: "prj_9x9" })).toEqual({ ask: "prj_9x9" });
  expect(placeOf(signedIn, { named: "prj_9x9", kept: "prj_0x1" })).toBeUndefined();
  expect(placeOf(signedIn, { named: "prj_0x1", kept: undefined })).toMatchObject({ project: { id: "prj_0x1" } });
  expect(placeOf(signedIn, { named: undefined, kept: "prj_9x9" })).toMatchObject({ project: { id: "prj_0x0" } });
  expect(placeOf(signedIn, { named: undefined, kept: undefined })).toMatchObject({ project: { id: "prj_0x0" } });
});

it("a project beyond all that were listed is found by its id, and one that is nowhere is nobody's", async () => {
  const named = "prj_24x130";
  const { client, queries, session } = world({ organizations: 25, projectsEach: 140, named });
  const signedIn = await session();
  expect(signedIn.all).toBe(false);
  expect(signedIn.places.some(({ project }) => project.id === named)).toBe(false);
  const place = await queries.fetchQuery(placeQuery(client, signedIn, named));
  expect(place).toMatchObject({ organization: { id: "org_24" }, project: { id: named } });

  const nowhere = world({ organizations: 1, projectsEach: 1, named: "prj_7x7" });
  const there = await nowhere.session();
  expect(await nowhere.queries.fetchQuery(placeQuery(nowhere.client, there, "prj_7x7"))).toBeNull();
  expect(await nowhere.queries.fetchQuery(placeQuery(nowhere.client, there, "../x"))).toBeNull();
  expect(nowhere.calls.filter((one) => one === "me")).toHaveLength(1);
});

it("a deleted project is none to work in", async () => {
  const named = "prj_0x0";
  const { client, queries, session } = world({ organizations: 1, projectsEach: 2, deletedFirst: 1, named });
  expect(await queries.fetchQuery(placeQuery(client, await session(), named))).toBeNull();
});

it("an answer about another project than the one asked for is not taken", async () => {
  const { client, queries, session } = world({ organizations: 1, projectsEach: 2, named: "prj_0x1" });
  await expect(queries.fetchQuery(placeQuery(client, await session(), "prj_0x0"))).rejects.toThrow("meanwhile");
});

it("organizations are looked into until one has a project, however many let nobody in", async () => {
  const locked = new Set(Array.from({ length: 20 }, (_, n) => `org_${n}`));
  const { session, calls } = world({ organizations: 60, projectsEach: 1, locked });
  const signedIn = await session();
  expect(signedIn.places[0]).toMatchObject({ organization: { id: "org_20" } });
  expect(signedIn.locked).toHaveLength(20);
  expect(signedIn.all).toBe(false);
  expect(calls).toHaveLength(40);
});

it("pages of deleted projects don't hide the ones after them", async () => {
  const signedIn = await world({ organizations: 1, projectsEach: 120, deletedFirst: 110 }).session();
  expect(signedIn.places[0]).toMatchObject({ project: { id: "prj_0x110" } });
});

it("a search reaches the projects that were not listed", async () => {
  const { client, queries, session } = world({ organizations: 25, projectsEach: 140 });
  const found = await queries.fetchQuery(placesQuery(client, await session(), "139"));
  expect(found).toHaveLength(25);
  expect(found.at(-1)).toMatchObject({ organization: { id: "org_24" }, project: { id: "prj_24x139" } });
});

import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PutCredential } from "@steward/sdk";
import { placeOf } from "../catalogue/tables.ts";
import { hostMatches } from "../core/egress/host-name.ts";
import { AppError } from "../core/errors.ts";
import { showId, uuidBytes } from "../core/id.ts";
import { openCredential } from "../keyring/open-credential.ts";
import { findCredential } from "../store/credentials.ts";
import { deleteCredential } from "./delete-credential.ts";
import { deleteVariable } from "./delete-variable.ts";
import { newWorld, soon, type World } from "./flows.testsuite.ts";
import { listCredentials } from "./list-credentials.ts";
import { listVariables } from "./list-variables.ts";
import { putCredential } from "./put-credential.ts";
import { putVariable } from "./put-variable.ts";
import { readVariables, VARIABLES_MAX } from "./read-variables.ts";
import { sealVariable } from "./sealed-variable.ts";

let world: World;
beforeAll(async () => {
  world = await newWorld();
});
afterAll(async () => await world.close());

const parts = () => world.process.parts;
const put = (slug: string, given: PutCredential) =>
  putCredential(parts(), world.scope, slug, given, world.scope.member, "mem_1");
const HOSTS = ["api.example.com"];

async function opened(slug: string): Promise<string> {
  const { keys } = await parts().projects.get(world.scope);
  const row = (await findCredential(world.db.database, world.scope, slug))!;
  return openCredential(keys, placeOf("credentials", "secret"), uuidBytes(row.id), row.secret).toString();
}

test("C1: a credential is stored sealed and shown without its secret", async () => {
  const shown = await put("token", {
    kind: "bearer",
    secret: "s3cret-token",
    hosts: ["API.Example.com", "*.Example.org", "api.example.com", "10.0.0.1", "[::1]"],
  });
  expect(shown).toEqual({
    slug: "token",
    kind: "bearer",
    hosts: ["api.example.com", "*.example.org", "10.0.0.1", "::1"],
    setAt: expect.stringMatching(/Z$/),
    setBy: showId("mem", world.scope.member),
  });
  expect(await opened("token")).toBe("s3cret-token");
  const { items } = await listCredentials(parts(), world.scope, { limit: 100 });
  expect(items).toContainEqual(shown);
  expect(JSON.stringify(items)).not.toContain("s3cret");
  const { rows } = await world.db.admin.query<{ all: string }>({
    text: "select string_agg(encode(secret, 'escape'), '') as all from steward.credentials",
  });
  expect(rows[0]!.all).not.toContain("s3cret");
});

test("what the gate opens is what the kind sends", async () => {
  await put("basic", { kind: "basic", user: "ada", secret: "pass:word", hosts: HOSTS });
  await put("header", { kind: "header", header: "X-Api-Key", secret: "k", hosts: HOSTS });
  expect(await opened("basic")).toBe("ada:pass:word");
  expect(await findCredential(world.db.database, world.scope, "header")).toMatchObject({
    header: "x-api-key",
    hosts: HOSTS,
  });
});

test("setting a credential again replaces all of it", async () => {
  await put("again", { kind: "bearer", secret: "one", hosts: HOSTS });
  await put("again", { kind: "secret", secret: "two" });
  expect(await opened("again")).toBe("two");
  expect(await findCredential(world.db.database, world.scope, "again")).toMatchObject({
    kind: "secret",
    hosts: [],
    header: null,
  });
});

test.each<[string, PutCredential]>([
  ["hosts", { kind: "bearer", secret: "x" }],
  ["hosts", { kind: "secret", secret: "x", hosts: HOSTS }],
  ["hosts[1]", { kind: "bearer", secret: "x", hosts: ["a.example", "https://a.example/"] }],
  ["hosts[0]", { kind: "bearer", secret: "x", hosts: ["a.example:8080"] }],
  ["hosts[0]", { kind: "bearer", secret: "x", hosts: ["*"] }],
  ["hosts[0]", { kind: "bearer", secret: "x", hosts: ["*.*.example"] }],
  ["hosts[0]", { kind: "bearer", secret: "x", hosts: ["*.10.0.0.1"] }],
  ["hosts[0]", { kind: "bearer", secret: "x", hosts: ["0x7f.1"] }],
  ["user", { kind: "basic", secret: "x", hosts: HOSTS }],
  ["user", { kind: "basic", user: "a:b", secret: "x", hosts: HOSTS }],
  ["user", { kind: "bearer", user: "a", secret: "x", hosts: HOSTS }],
  ["header", { kind: "header", secret: "x", hosts: HOSTS }],
  ["header", { kind: "header", header: "Host", secret: "x", hosts: HOSTS }],
  ["header", { kind: "bearer", header: "x-key", secret: "x", hosts: HOSTS }],
  ["secret", { kind: "bearer", secret: "a\r\nb: c", hosts: HOSTS }],
  ["secret", { kind: "header", header: "x-key", secret: "a\nb", hosts: HOSTS }],
])("a credential that could not be used as it says is refused (%s, %j)", async (field, given) => {
  const refused = await put("refused", given).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(refused).toMatchObject({ code: "value_invalid", details: { field } });
  expect(await findCredential(world.db.database, world.scope, "refused")).toBeNull();
});

/** Whether a host is refused, or taken as a pattern that matches something. */
async function isSound(host: string): Promise<boolean> {
  try {
    const { hosts } = await put("hosts", { kind: "bearer", secret: "x", hosts: [host] });
    return hostMatches(hosts[0]!.replace("*", "below"), hosts);
  } catch (error) {
    return error instanceof AppError && error.code === "value_invalid";
  }
}

test("every host that is taken is a pattern that matches something", async () => {
  const names = fc.domain();
  const hosts = fc.oneof(
    names,
    fc.ipV4(),
    fc.ipV6(),
    fc.string(),
    names.map((name) => `*.${name}`),
  );
  await fc.assert(
    fc.asyncProperty(hosts, async (host) => {
      expect(await isSound(host)).toBe(true);
    }),
    { numRuns: 150 },
  );
});

test("an erased credential is gone", async () => {
  await put("erased", { kind: "secret", secret: "x" });
  await deleteCredential(parts(), world.scope, "erased", "mem_1");
  expect(await findCredential(world.db.database, world.scope, "erased")).toBeNull();
  await expect(deleteCredential(parts(), world.scope, "erased", "mem_1")).rejects.toMatchObject({ code: "not_found" });
});

test("credentials are listed in pages", async () => {
  for (const slug of ["zz-1", "zz-2", "zz-3"]) await put(slug, { kind: "secret", secret: "x" });
  const first = await listCredentials(parts(), world.scope, { cursor: "zz", limit: 2 });
  expect(first).toMatchObject({ items: [{ slug: "zz-1" }, { slug: "zz-2" }], next: "zz-2" });
  expect(await listCredentials(parts(), world.scope, { cursor: first.next!, limit: 2 })).toMatchObject({
    items: [{ slug: "zz-3" }],
    next: null,
  });
});

test("a variable is stored sealed and is known in every process", async () => {
  const other = await world.another();
  await putVariable(parts(), world.scope, "greeting", { text: "hello-cellar" }, "mem_1");
  expect((await parts().projects.get(world.scope)).variables).toEqual({ greeting: { text: "hello-cellar" } });
  expect((await other.parts.projects.get(world.scope)).variables).toHaveProperty("greeting");
  await putVariable(parts(), world.scope, "greeting", 2, "mem_1");
  await soon(async () => (await other.parts.projects.get(world.scope)).variables["greeting"] === 2);
  await putVariable(parts(), world.scope, "greeting", { text: "hello-cellar" }, "mem_1");
  const { rows } = await world.db.admin.query<{ all: string }>({
    text: "select string_agg(encode(value, 'escape'), '') as all from steward.variables",
  });
  expect(rows[0]!.all).not.toContain("cellar");
  await putVariable(parts(), world.scope, "limit", 3, "mem_1");
  const page = await listVariables(parts(), world.scope, { limit: 1 });
  expect(page).toMatchObject({ items: [{ name: "greeting", value: { text: "hello-cellar" } }], next: "greeting" });
  expect((await listVariables(parts(), world.scope, { limit: 1, cursor: "greeting" })).items).toMatchObject([
    { name: "limit", value: 3 },
  ]);
  await deleteVariable(parts(), world.scope, "greeting", "mem_1");
  expect((await parts().projects.get(world.scope)).variables).toEqual({ limit: 3 });
  await expect(deleteVariable(parts(), world.scope, "greeting", "mem_1")).rejects.toMatchObject({ code: "not_found" });
});

test("a variable has at most 64 KB, and a project so many of them", async () => {
  await putVariable(parts(), world.scope, "large", "x".repeat(65_534), "mem_1");
  await expect(putVariable(parts(), world.scope, "large", "x".repeat(65_535), "mem_1")).rejects.toMatchObject({
    code: "value_invalid",
    details: { field: "value" },
  });
  await deleteVariable(parts(), world.scope, "large", "mem_1");
  const { keys } = await parts().projects.get(world.scope);
  const before = Object.keys(await readVariables(world.db.database, world.scope, keys)).length;
  const names = Array.from({ length: VARIABLES_MAX - before }, (_, at) => `filler${at}`);
  await world.db.admin.query({
    text: `insert into steward.variables (organization, project, name, value, set_at)
      select $1, $2, name, value, now() from unnest($3::text[], $4::bytea[]) as v (name, value)`,
    values: [world.scope.organization, world.scope.project, names, names.map((name) => sealVariable(keys, name, "1"))],
  });
  await expect(putVariable(parts(), world.scope, "more", 1, "mem_1")).rejects.toMatchObject({
    code: "value_invalid",
    details: { field: "name" },
  });
  await putVariable(parts(), world.scope, "limit", 4, "mem_1");
});

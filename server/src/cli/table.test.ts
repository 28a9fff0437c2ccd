import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { commandLine, type Given, type Said } from "../../test/command-line.ts";
import { type TestHttp, testHttp } from "../../test/http-server.ts";
import { ownServer, type OwnServer } from "../adapters/project-databases/project-server.testsuite.ts";

const cwd = mkdtempSync(path.join(tmpdir(), "steward-table-"));
let server: OwnServer;
let http: TestHttp;
beforeAll(async () => {
  server = await ownServer();
  http = await testHttp({ projectServer: server.projects });
});
afterAll(async () => {
  await http.close();
  await server.stop();
  rmSync(cwd, { recursive: true, force: true });
});

const run = (given: Given, ...argv: string[]): Promise<Said> =>
  commandLine({ cwd, address: http.address, key: http.apiKey }, given, argv);
const steward = (...argv: string[]): Promise<Said> => run({}, ...argv);

test("a table is made, designed, filled from a file, asked, written to a file and dropped", async () => {
  expect((await steward("table", "list")).err[0]).toContain("Next: steward table create");
  const made = await steward(
    "table",
    "create",
    "orders",
    "--column",
    "name:text:required:unique",
    "--column",
    "total:integer",
  );
  expect(made.out.slice(1)).toEqual([
    "COLUMN  TYPE     RULES             OPTIONS",
    "name    text     required, unique",
    "total   integer",
  ]);
  await steward("table", "add-column", "orders", "state", "select", "--choice", "open", "--choice", "done");
  expect((await steward("table", "show", "orders")).out.at(-1)).toMatch(/^state +select +open, done$/);
  writeFileSync(path.join(cwd, "orders.csv"), "Name;total;state\na;1;open\nb;x;open\nc;30;done\n");
  writeFileSync(path.join(cwd, "mail.csv"), "name,E-mail\na,b\n");
  const unknown = await steward("table", "import", "orders", "mail.csv");
  expect(unknown.err[0]).toContain('no column for the header "E-mail"');
  expect(unknown.err[0]).toContain(
    `Say it with --map '{"<header>": "<column>", "<header>": null}'; the columns are name`,
  );
  const options = ["--delimiter", "semicolon", "--map", '{"Name": "name"}'] as const;
  expect((await steward("table", "import", "orders", "orders.csv", ...options)).code).toBe(1);
  const imported = await steward("table", "import", "orders", "orders.csv", ...options, "--skip");
  expect(imported.out).toEqual([
    expect.stringMatching(/^orders\.csv:3: total: /),
    "1 line left out",
    "orders: 2 rows added",
  ]);
  expect((await run({ piped: "name\nd\n" }, "table", "import", "orders", "-")).out).toEqual(["orders: 1 row added"]);
  const names = async (...argv: string[]): Promise<unknown> => {
    const { out } = await steward("table", "rows", "orders", "--json", ...argv);
    return (JSON.parse(out[0]!) as { items: { values: { name: string } }[] }).items.map(({ values }) => values.name);
  };
  expect(await names("--where", "total>=2")).toEqual(["c"]);
  expect(await names("--where", "total<100", "--where", "state!=done")).toEqual(["a"]);
  expect(await names("--filter", '[{"field": "total", "op": "is_empty"}]')).toEqual(["d"]);
  expect(await names("--sort", "name:desc", "--limit", "2")).toEqual(["d", "c"]);
  expect((await steward("table", "rows", "orders", "--where", "total")).code).toBe(2);
  const found = await steward("table", "rows", "orders", "--sort", "name");
  expect(found.out[1]).toMatch(/^[0-9a-f-]{36} {2}a +1 {2}open$/);
  expect((await steward("table", "export", "orders")).err.at(-1)).toContain("orders.csv is there already");
  expect((await steward("table", "export", "orders", "-o", "out.csv")).out).toEqual(["orders: written to out.csv"]);
  expect(readFileSync(path.join(cwd, "out.csv"), "utf8").split(/\r?\n/)[0]).toMatch(/name,total,state$/);
  expect((await steward("database", "show")).out[0]).toBe("state        ready");
  expect((await steward("table", "drop", "orders")).err[0]).toContain("Next: steward table drop orders --yes orders");
  expect((await run({ typed: "orders\n" }, "table", "drop", "orders")).out).toEqual(["orders: dropped"]);
  expect((await steward("table", "show", "orders")).err).toEqual([
    "steward: there is no table orders. Next: steward table list",
  ]);
});

test("rows are added, changed and deleted by id, and a column changes only when every row allows it", async () => {
  await steward("table", "create", "people", "--column", "name:text");
  const added = await steward("table", "insert", "people", '[{"name": "ada"}, {"name": "7"}]', "--json");
  const [ada, seven] = (JSON.parse(added.out[0]!) as { items: { id: string }[] }).items.map(({ id }) => id);
  expect((await steward("table", "insert", "people", "7")).code).toBe(2);
  expect((await steward("table", "update", "people", ada!, '{"name": "Ada"}')).out[1]).toBe(`${ada}  Ada`);
  const refused = await steward("table", "change-column", "people", "name", "--type", "integer");
  expect(refused).toMatchObject({ code: 1, out: [`${ada}  Ada`] });
  expect(refused.err[0]).toContain("name is unchanged: 1 row can't be so");
  expect((await steward("table", "delete-rows", "people", ada!, ada!)).out).toEqual(["people: 1 row deleted"]);
  const tried = await steward("table", "change-column", "people", "name", "--type", "integer", "--dry-run");
  expect(tried).toMatchObject({ code: 0, out: ["name: no row stands in the way"] });
  expect((await steward("table", "change-column", "people", "name", "--type", "integer", "--name", "n")).code).toBe(0);
  expect((await steward("table", "rename", "people", "numbers")).out).toEqual(["people: numbers from now on"]);
  expect((await steward("table", "rows", "numbers")).out[1]).toBe(`${seven}  7`);
  expect((await steward("table", "drop-column", "numbers", "n", "--yes", "n")).code).toBe(0);
});

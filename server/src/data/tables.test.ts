import type { NewColumn, RowFilter } from "@steward/sdk";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Json } from "../core/json.ts";
import { deleteRows, insertRows, updateRow } from "./change-rows.ts";
import { dataWorld, type DataWorld } from "./data.testsuite.ts";
import { addColumn, changeColumn, dropColumn } from "./design-column.ts";
import { createTable, dropTable, getTable, listTables, renameTable } from "./design-table.ts";
import { exportRows } from "./export-rows.ts";
import { importRows } from "./import-rows.ts";
import { getRow, listRows, type RowsQuery } from "./list-rows.ts";
import type { TableCaller } from "./table-parts.ts";

let world: DataWorld;
let by: TableCaller;
let stranger: TableCaller;
beforeAll(async () => {
  world = await dataWorld();
  by = await world.project();
  stranger = await world.project();
});
beforeEach(async () => {
  for (const { id } of await listTables(world.parts, by)) await dropTable(world.parts, by, id);
});
afterAll(() => world.stop());

const column = (name: string, type: NewColumn["type"], more: Partial<NewColumn> = {}): NewColumn => ({
  name,
  type,
  required: false,
  unique: false,
  ...more,
});
const ORDERS = [
  column("name", "text", { required: true }),
  column("amount", "number"),
  column("pieces", "integer"),
  column("paid", "boolean"),
  column("due", "date"),
  column("sent", "time"),
  column("extra", "json"),
  column("state", "select", { options: ["new", "it's done"] }),
];
const orders = async (columns = ORDERS): Promise<string> =>
  (await createTable(world.parts, by, { name: "orders", columns: [...columns] })).id;
const query = (more: Partial<RowsQuery> = {}): RowsQuery => ({ count: "false", limit: 50, ...more });
const list = (id: string, more: Partial<RowsQuery> = {}) => listRows(world.parts, by, id, query(more));
const insert = (id: string, ...rows: Readonly<Record<string, Json>>[]) => insertRows(world.parts, by, id, rows);
const sql = (text: string) =>
  world.parts.databases.use(by.scope, { mode: "write", timeoutMs: 10_000 }, (session) =>
    session.run({ text, values: [], rowsMax: 1000, bytesMax: 1_000_000 }),
  );
async function* bytesOf(...pieces: readonly (string | Buffer)[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield await Promise.resolve(Buffer.from(piece));
}
const load = (id: string, text: string, more: Partial<Parameters<typeof importRows>[3]> = {}) =>
  importRows(world.parts, by, id, { onError: "fail", delimiter: ",", ...more }, bytesOf(text));

describe("tables", () => {
  test("a table is what it was made, and stays itself through a renaming", async () => {
    const made = await createTable(world.parts, by, { name: "orders", columns: ORDERS });
    expect(made).toMatchObject({ id: expect.stringMatching(/^tbl_/) as string, name: "orders" });
    expect(made.columns.map(({ name, type }) => [name, type])).toEqual(ORDERS.map(({ name, type }) => [name, type]));
    expect(made.columns[0]).toEqual({ name: "name", type: "text", required: true, unique: false, options: null });
    expect(made.columns[7]?.options).toEqual(["new", "it's done"]);
    const renamed = await renameTable(world.parts, by, made.id, "Aufträge – 注文");
    expect(renamed).toEqual({ ...made, name: "Aufträge – 注文" });
    expect(await getTable(world.parts, by, made.id)).toEqual(renamed);
    expect(await listTables(world.parts, by)).toEqual([renamed]);
    await dropTable(world.parts, by, made.id);
    await expect(getTable(world.parts, by, made.id)).rejects.toMatchObject({ code: "not_found" });
  });

  test("what isn't one's own isn't there, in whatever words it is asked for", async () => {
    const id = await orders();
    const [row] = await insert(id, { name: "a" });
    for (const who of [stranger, await world.project()])
      for (const act of [
        () => getTable(world.parts, who, id),
        () => listRows(world.parts, who, id, query()),
        () => getRow(world.parts, who, id, row!.id),
        () => dropTable(world.parts, who, id),
        () => deleteRows(world.parts, who, id, [row!.id]),
      ])
        await expect(act()).rejects.toMatchObject({ code: "not_found", message: "There is no such table." });
    for (const text of ["", "orders", "tbl_", `${id}'`, id.toUpperCase()])
      await expect(getTable(world.parts, by, text)).rejects.toMatchObject({ code: "not_found" });
    expect((await list(id)).items).toHaveLength(1);
  });

  test("names are people's words: SQL's own and any script, but not the database's", async () => {
    const names = [
      "select",
      'a "quoted" one',
      "x'; drop table y; --",
      "Größe",
      "数量",
      "👩‍💻".slice(0, 2),
      "a.b",
      "%s",
      "$1",
    ];
    const made = await createTable(world.parts, by, {
      name: "table",
      columns: names.map((name) => column(name, "text")),
    });
    expect(made.columns.map(({ name }) => name)).toEqual(names);
    const values = Object.fromEntries(names.map((name, at) => [name, `value ${at}`]));
    const [row] = await insert(made.id, values);
    expect(row?.values).toEqual(values);
    for (const name of names)
      expect(
        (await list(made.id, { sort: name, filter: JSON.stringify([{ field: name, op: "neq", value: "" }]) })).items,
      ).toEqual([row]);
    for (const name of [
      "id",
      "xmin",
      "__proto__",
      "constructor",
      " a",
      "",
      "a\u0000",
      "a\u202eb",
      "a\nb",
      "ä".repeat(32),
      "e\u0301",
    ])
      await expect(addColumn(world.parts, by, made.id, column(name, "text"))).rejects.toMatchObject({
        code: "value_invalid",
      });
    for (const name of ["pg_class", "PG_x", "information_schema"])
      await expect(createTable(world.parts, by, { name, columns: [] })).rejects.toMatchObject({
        code: "value_invalid",
      });
    await expect(addColumn(world.parts, by, made.id, column("SELECT", "text"))).rejects.toMatchObject({
      code: "conflict",
    });
    await expect(createTable(world.parts, by, { name: "Table", columns: [] })).rejects.toMatchObject({
      code: "conflict",
    });
  });

  test("columns made and changed by SQL are what the grid shows", async () => {
    const id = await orders();
    await sql(`alter table orders add column tags text[]`);
    await sql(`alter table orders add column weight double precision`);
    await sql(`alter table orders drop column paid`);
    await sql(`alter table orders rename column due to due_on`);
    await sql(`create table by_sql (n int)`);
    await sql(`comment on column orders.amount is '{"options":["forged"]}'`);
    await sql(`comment on table by_sql is '{"steward":"not an id"}'`);
    const table = await getTable(world.parts, by, id);
    expect(table.columns.map(({ name, type }) => [name, type])).toEqual([
      ["name", "text"],
      ["amount", "number"],
      ["pieces", "integer"],
      ["due_on", "date"],
      ["sent", "time"],
      ["extra", "json"],
      ["state", "select"],
      ["weight", "number"],
    ]);
    expect(await listTables(world.parts, by)).toEqual([table]);
    await expect(insert(id, { name: "a", paid: true })).rejects.toMatchObject({ code: "value_invalid" });
    await sql("drop table by_sql");
  });

  test("each act is in the audit, by who did it", async () => {
    const id = await orders();
    await load(id, "name\na\n");
    const { rows } = await world.server
      .admin("steward")
      .query<{ entry: { action: string; actor: string; facts: unknown } }>({
        text: `select e as entry from steward.audit_batches b, json_array_elements(b.entries::json) e
        where organization = $1 and e->>'target' = $2 order by b.seq`,
        values: [by.scope.organization, id],
      });
    expect(rows.map(({ entry }) => [entry.actor, entry.action, entry.facts])).toEqual([
      ["key_test", "table.creating", { columns: 8 }],
      ["key_test", "table.created", { columns: 8 }],
      ["key_test", "table.importing", { imported: 1, rejected: 0 }],
      ["key_test", "table.imported", { imported: 1, rejected: 0 }],
    ]);
  });

  test("the audit doesn't say done of what the commit undid", async () => {
    const id = await orders();
    const { parts } = world;
    const use: typeof parts.databases.useIfThere = (scope, how, act) =>
      parts.databases.useIfThere(scope, how, async (session) => {
        await act(session);
        throw new Error("the commit fails");
      });
    const broken = { ...parts, databases: { ...parts.databases, useIfThere: use } };
    await expect(dropTable(broken, by, id)).rejects.toThrow("the commit fails");
    expect((await listTables(parts, by)).map((table) => table.id)).toEqual([id]);
    const { rows } = await world.server.admin("steward").query<{ action: string }>({
      text: `select e->>'action' as action from steward.audit_batches b, json_array_elements(b.entries::json) e
        where organization = $1 and e->>'target' = $2 order by b.seq`,
      values: [by.scope.organization, id],
    });
    expect(rows.map(({ action }) => action)).toEqual(["table.creating", "table.created", "table.dropping"]);
  });
});

describe("rows", () => {
  test("a row comes back as it was given, nothing rounded", async () => {
    const id = await orders();
    const values = {
      name: 'Ünï\n"quoted"',
      amount: 12.5,
      pieces: "9223372036854775807",
      paid: false,
      due: "2026-02-28",
      sent: "2026-11-21T12:30:00.123Z",
      extra: { a: [1, null, { b: "x" }] },
      state: "it's done",
    };
    const [row] = await insert(id, values);
    expect(row?.values).toEqual(values);
    expect(row?.id).toMatch(/^0[0-9a-f]{7}-[0-9a-f]{4}-7/);
    expect(await getRow(world.parts, by, id, row!.id)).toEqual(row);
    const [precise] = await insert(id, { name: "a", amount: "0.10000000000000000001", sent: "2026-11-21T12:30+02:00" });
    expect(precise?.values).toMatchObject({ amount: "0.10000000000000000001", sent: "2026-11-21T10:30:00.000Z" });
  });

  test("what doesn't fit is refused by its field, and nothing of the call stays", async () => {
    const id = await orders();
    const wrong: Readonly<Record<string, Json>>[] = [
      { name: 1 },
      { name: null },
      {},
      { name: "a\u0000" },
      { name: "a", amount: "twelve" },
      { name: "a", amount: true },
      { name: "a", pieces: 1.5 },
      { name: "a", pieces: "9223372036854775808" },
      { name: "a", paid: "yes" },
      { name: "a", due: "2026-02-30" },
      { name: "a", due: "2026-2-3" },
      { name: "a", sent: "2026-11-21T12:30:00" },
      { name: "a", sent: "2026-11-21T25:30:00Z" },
      { name: "a", extra: { text: "\u0000" } },
      { name: "a", extra: { text: "\ud800" } },
      { name: "a", state: "old" },
      { name: "a", other: 1 },
      { name: "a", id: "x" },
    ];
    for (const values of wrong)
      await expect(insert(id, { name: "fits" }, values)).rejects.toMatchObject({
        code: "value_invalid",
        details: { field: expect.stringMatching(/^rows\[1\]\./) as string },
      });
    expect((await list(id)).items).toEqual([]);
  });

  test("a change counts only against the version that was read, whoever changed it meanwhile", async () => {
    const id = await orders();
    const [row] = await insert(id, { name: "a" });
    const changed = await updateRow(world.parts, by, id, row!, { name: "b", amount: 2 });
    expect(changed).toMatchObject({ id: row!.id, values: { name: "b", amount: 2 } });
    await expect(updateRow(world.parts, by, id, row!, { name: "c" })).rejects.toMatchObject({
      code: "conflict",
      details: { version: changed.version },
    });
    await sql("update orders set name = 'by sql'");
    await expect(updateRow(world.parts, by, id, changed, { name: "c" })).rejects.toMatchObject({ code: "conflict" });
    expect(await deleteRows(world.parts, by, id, [row!.id, row!.id, world.ids.uuid()])).toBe(1);
    await expect(updateRow(world.parts, by, id, changed, { name: "c" })).rejects.toMatchObject({ code: "not_found" });
  });

  test("of two changes of one version at once one is refused", async () => {
    const id = await orders();
    const [row] = await insert(id, { name: "a" });
    const results = await Promise.allSettled(
      [1, 2, 3, 4].map((n) => updateRow(world.parts, by, id, row!, { amount: n })),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("filters find what they say, with empty cells and any text", async () => {
    const id = await orders();
    await insert(
      id,
      { name: "100% sure_", amount: 1, due: "2026-01-01", paid: true, state: "new" },
      { name: "Plain", amount: 2, due: "2026-01-02", paid: false, extra: { x: "needle" } },
      { name: "other", amount: null },
    );
    const names = async (...filters: readonly RowFilter[]): Promise<readonly Json[]> =>
      (await list(id, { filter: JSON.stringify(filters), sort: "name" })).items.map(({ values }) => values["name"]!);
    expect(await names({ field: "amount", op: "eq", value: 2 })).toEqual(["Plain"]);
    expect(await names({ field: "amount", op: "neq", value: 2 })).toEqual(["100% sure_", "other"]);
    expect(await names({ field: "amount", op: "gte", value: "1.0" })).toEqual(["100% sure_", "Plain"]);
    expect(await names({ field: "due", op: "lt", value: "2026-01-02" })).toEqual(["100% sure_"]);
    expect(await names({ field: "name", op: "contains", value: "0% s" })).toEqual(["100% sure_"]);
    expect(await names({ field: "name", op: "contains", value: "_" })).toEqual(["100% sure_"]);
    expect(await names({ field: "name", op: "contains", value: "PLAIN" })).toEqual(["Plain"]);
    expect(await names({ field: "extra", op: "contains", value: "needle" })).toEqual(["Plain"]);
    expect(await names({ field: "amount", op: "is_empty" })).toEqual(["other"]);
    expect(await names({ field: "amount", op: "is_not_empty" }, { field: "paid", op: "eq", value: true })).toEqual([
      "100% sure_",
    ]);
    expect(await names({ field: "name", op: "in", value: ["Plain", "other", "x'); drop table orders; --"] })).toEqual([
      "Plain",
      "other",
    ]);
    expect(await names({ field: "state", op: "eq", value: "no option" })).toEqual([]);
    expect((await list(id, { search: "pLa" })).items).toHaveLength(1);
    expect((await list(id, { search: "%" })).items).toHaveLength(1);
    for (const filter of [
      "x",
      "{}",
      '[{"field":"nope","op":"eq","value":1}]',
      '[{"field":"amount","op":"=","value":1}]',
      '[{"field":"amount","op":"eq","value":"x"}]',
      '[{"field":"amount","op":"eq","value":[1]}]',
      '[{"field":"id","op":"eq","value":"x"}]',
      '[{"field":"name\\" or true --","op":"is_empty"}]',
    ])
      await expect(list(id, { filter })).rejects.toMatchObject({ code: "value_invalid" });
    for (const sort of ["nope", "name desc", 'name";', "extra"])
      await expect(list(id, { sort })).rejects.toMatchObject({ code: "value_invalid" });
    for (const cursor of ["x", "", Buffer.from('["a","b"]').toString("base64url")])
      await expect(list(id, { cursor })).rejects.toMatchObject({ code: "invalid_request" });
  });

  test("pages follow each other without a row twice or missing, in whatever order, though rows go meanwhile", async () => {
    const id = await orders();
    const rows = Array.from({ length: 57 }, (_, at) => ({
      name: `${"x".repeat(at % 3 === 0 ? 250 : 1)}${at % 7}`,
      amount: at % 5 === 0 ? null : at % 4,
      paid: at % 2 === 0,
      due: `2026-01-${String((at % 9) + 1).padStart(2, "0")}`,
      sent: at % 6 === 0 ? null : `2026-01-01T00:00:0${at % 10}.123456Z`,
    }));
    const added = await insert(id, ...rows);
    for (const sort of [
      undefined,
      "id",
      "id:desc",
      "name",
      "name:desc",
      "amount",
      "amount:desc",
      "paid",
      "due:desc",
      "sent",
      "sent:desc",
    ]) {
      const seen: string[] = [];
      for (let cursor: string | null = null; ;) {
        const page = await list(id, {
          limit: 10,
          ...(sort === undefined ? {} : { sort }),
          ...(cursor === null ? {} : { cursor }),
        });
        seen.push(...page.items.map((row) => row.id));
        if (page.next === null) break;
        expect(page.next.length).toBeLessThanOrEqual(2000);
        cursor = page.next;
      }
      expect([sort, seen.toSorted()]).toEqual([sort, added.map((row) => row.id).toSorted()]);
    }
    const first = await list(id, { limit: 10, sort: "name" });
    await deleteRows(
      world.parts,
      by,
      id,
      first.items.map((row) => row.id),
    );
    const second = await list(id, { limit: 100, sort: "name", cursor: first.next! });
    expect(second.items).toHaveLength(47);
    expect((await list(id, { count: "true", limit: 1 })).count).toEqual({ rows: 47, more: false });
  });

  test("columns that are named as the statements' own words are sorted and filtered by what is in them", async () => {
    const names = ["version", "place", "c0", "c1", "t", "rows", "text", "value"];
    const id = await orders(names.map((name) => column(name, "integer")));
    await insert(
      id,
      ...[3, 1, 2].map((n) => Object.fromEntries(names.map((name, at) => [name, at % 2 === 0 ? n : -n]))),
    );
    for (const [at, name] of names.entries()) {
      const { items } = await list(id, { sort: name, filter: JSON.stringify([{ field: name, op: "neq", value: 0 }]) });
      expect([name, items.map(({ values }) => values[name])]).toEqual([name, at % 2 === 0 ? [1, 2, 3] : [-3, -2, -1]]);
      expect(await changeColumn(world.parts, by, id, name, { unique: true, dryRun: false })).toMatchObject({
        changed: true,
      });
    }
  });

  test("any text goes in and comes out, through JSON and through CSV", async () => {
    const id = await orders();
    const text = fc
      .string({ unit: "binary", minLength: 1, maxLength: 40 })
      .filter((one) => !one.includes("\0") && one.isWellFormed());
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(text, fc.jsonValue({ stringUnit: "binary" })), { minLength: 1, maxLength: 20 }),
        async (given) => {
          const rows = given
            .filter(([, extra]) => !/\\u0000|\\ud[89a-f]|__proto__/i.test(JSON.stringify(extra)))
            .map(([name, extra]) => ({ name, extra: JSON.parse(JSON.stringify(extra)) as Json }));
          if (rows.length === 0) return;
          const added = await insert(id, ...rows);
          expect(added.map(({ values }) => values["name"])).toEqual(rows.map(({ name }) => name));
          const { lines } = await exportRows(world.parts, by, id, "asStored");
          let csv = "";
          for await (const line of lines) csv += line;
          await deleteRows(
            world.parts,
            by,
            id,
            added.map((row) => row.id),
          );
          await load(id, csv);
          const { items } = await list(id, { sort: "id", limit: 100 });
          expect(items.map(({ values }) => values)).toEqual(added.map(({ values }) => values));
          await deleteRows(
            world.parts,
            by,
            id,
            items.map((row) => row.id),
          );
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe("changing columns", () => {
  test("a type changes when every value fits, else it tells how many don't and changes nothing", async () => {
    const id = await orders([column("v", "text")]);
    await insert(id, { v: "1" }, { v: " 2.00 " }, { v: "x" }, { v: null }, { v: "" });
    const dry = await changeColumn(world.parts, by, id, "v", { type: "integer", dryRun: true });
    expect(dry).toMatchObject({ changed: false, failures: 1, examples: [{ value: "x" }] });
    expect(await changeColumn(world.parts, by, id, "v", { type: "integer", dryRun: false })).toMatchObject({
      changed: false,
      failures: 1,
    });
    await sql("delete from orders where v = 'x'");
    const done = await changeColumn(world.parts, by, id, "v", { type: "integer", name: "n", dryRun: false });
    expect(done).toMatchObject({ changed: true, failures: 0, table: { columns: [{ name: "n", type: "integer" }] } });
    expect((await list(id, { sort: "id" })).items.map(({ values }) => values["n"])).toEqual([1, 2, null, null]);
  });

  test("every change that is said to fit is done by the database too, and reads the same", async () => {
    const types = ["text", "number", "integer", "boolean", "date", "time", "json", "select"] as const;
    const texts = [
      "1",
      "1.0",
      "1.5",
      "-0",
      "1e3",
      "true",
      "no",
      "2026-01-01",
      "2026-01-01T00:00:00Z",
      "2026-01-01 10:00",
      '{"a":1}',
      '"x"',
      "null",
      " 7\t",
      "x",
      "",
      "\u00a05",
    ];
    for (const from of types)
      for (const to of types) {
        if (from === to) continue;
        const options = { options: texts.filter((text) => text !== "") };
        const of = (type: (typeof types)[number]) => column("v", type, type === "select" ? options : {});
        const table = await createTable(world.parts, by, { name: `${from} to ${to}`, columns: [of(from)] });
        await load(table.id, ["v", ...texts.map((text) => `"${text.replaceAll('"', '""')}"`)].join("\n"), {
          onError: "skip",
        });
        const change = { type: to, ...(to === "select" ? options : {}), dryRun: false };
        const first = await changeColumn(world.parts, by, table.id, "v", change);
        if (!first.changed) {
          expect([from, to, first.failures]).not.toEqual([from, to, 0]);
          await deleteRows(
            world.parts,
            by,
            table.id,
            first.examples.map(({ row }) => row),
          );
          const second = await changeColumn(world.parts, by, table.id, "v", change);
          expect([from, to, second]).toMatchObject([from, to, { changed: second.failures === 0 }]);
        }
        await dropTable(world.parts, by, table.id);
      }
  });

  test("rules on a column hold for SQL too, and come only where nothing stands against them", async () => {
    const id = await orders([column("v", "text"), column("s", "select", { options: ["a"] })]);
    await insert(id, { v: "x" }, { v: "x" }, { v: null });
    expect(await changeColumn(world.parts, by, id, "v", { unique: true, dryRun: false })).toMatchObject({
      failures: 1,
      examples: [{ value: "x" }],
    });
    expect(await changeColumn(world.parts, by, id, "v", { required: true, dryRun: false })).toMatchObject({
      failures: 1,
      examples: [{ value: null }],
    });
    await sql("delete from orders where v is null or id = (select max(id::text)::uuid from orders where v = 'x')");
    const ruled = await changeColumn(world.parts, by, id, "v", { unique: true, required: true, dryRun: false });
    expect(ruled).toMatchObject({
      changed: true,
      table: { columns: [{ name: "v", required: true, unique: true }, {}] },
    });
    for (const text of [
      "insert into orders (v) values (null)",
      "insert into orders (v) values ('x')",
      "insert into orders (v, s) values ('y', 'b')",
    ])
      await expect(sql(text)).rejects.toMatchObject({ code: "sql_error" });
    await expect(insert(id, { v: "x" })).rejects.toMatchObject({ code: "conflict" });
    await changeColumn(world.parts, by, id, "s", { options: ["a", "b"], dryRun: false });
    await changeColumn(world.parts, by, id, "v", { unique: false, required: false, dryRun: false });
    await sql("insert into orders (v, s) values ('x', 'b'), (null, 'a')");
    expect(await changeColumn(world.parts, by, id, "s", { options: ["a"], dryRun: true })).toMatchObject({
      failures: 1,
      examples: [{ value: "b" }],
    });
    await changeColumn(world.parts, by, id, "s", { type: "text", dryRun: false });
    await sql("update orders set s = 'anything'");
    expect(await getTable(world.parts, by, id)).toMatchObject({
      columns: [
        { unique: false, required: false },
        { type: "text", options: null },
      ],
    });
  });

  test("columns come and go", async () => {
    const id = await orders([column("v", "text")]);
    await insert(id, { v: "x" });
    await addColumn(world.parts, by, id, column("w", "select", { options: ["a"] }));
    await expect(addColumn(world.parts, by, id, column("r", "text", { required: true }))).rejects.toMatchObject({
      code: "value_invalid",
    });
    await expect(addColumn(world.parts, by, id, column("o", "text", { options: ["a"] }))).rejects.toMatchObject({
      code: "value_invalid",
    });
    await expect(addColumn(world.parts, by, id, column("o", "select"))).rejects.toMatchObject({
      code: "value_invalid",
    });
    const table = await dropColumn(world.parts, by, id, "v");
    expect(table.columns.map(({ name }) => name)).toEqual(["w"]);
    await sql("create view depends as select w from orders");
    await expect(dropColumn(world.parts, by, id, "w")).rejects.toMatchObject({ code: "conflict" });
    await expect(dropTable(world.parts, by, id)).rejects.toMatchObject({ code: "conflict" });
    await sql("drop view depends");
  });
});

describe("CSV", () => {
  test("a file comes in by its headers, as spreadsheets write them", async () => {
    const id = await orders();
    const csv = `\ufeffName;Amount;paid;due;sent;state;Remark\r\n"Ada ""L""";12,5;x;;;;\r\n`;
    await expect(load(id, csv, { delimiter: ";" })).rejects.toMatchObject({
      code: "value_invalid",
      details: { field: "map" },
    });
    const good = `\ufeffName;Amount;paid;due;sent;state;Remark\r\n"Ada ""L""\nx";12.5;Yes;2026-01-02;2026-01-02 10:00;new;left out\r\n\r\nBob;;;;;;\r\n`;
    const map = JSON.stringify({ Remark: null });
    expect(await load(id, good, { delimiter: ";", map })).toEqual({ imported: 2, rejected: 0, problems: [] });
    expect((await getTable(world.parts, by, id)).rowsAbout).toBe(2);
    const { items } = await list(id, { sort: "name" });
    expect(items.map(({ values }) => values)).toEqual([
      {
        name: 'Ada "L"\nx',
        amount: 12.5,
        pieces: null,
        paid: true,
        due: "2026-01-02",
        sent: "2026-01-02T10:00:00.000Z",
        extra: null,
        state: "new",
      },
      { name: "Bob", amount: null, pieces: null, paid: null, due: null, sent: null, extra: null, state: null },
    ]);
  });

  test("the first line that doesn't fit is told and nothing stays", async () => {
    const id = await orders([column("name", "text", { unique: true }), column("n", "integer")]);
    const many = Array.from({ length: 2500 }, (_, at) => `r${at},${at}`).join("\n");
    await expect(load(id, `name,n\n${many}\nlast,x\n`)).rejects.toMatchObject({
      code: "value_invalid",
      details: { line: 2502, field: "n" },
    });
    await expect(load(id, `name,n\n${many}\nr7,1\n`)).rejects.toMatchObject({
      code: "value_invalid",
      details: { line: 2502 },
    });
    await expect(load(id, `name,n\n"a\nb",1\n"c\nd",x\n`)).rejects.toMatchObject({ details: { line: 4, field: "n" } });
    await expect(load(id, `name,n\na,1,2\n`)).rejects.toMatchObject({ details: { line: 2 } });
    for (const text of ["", "\n\n", 'name,n\n"a,1\n', 'name,n\na"b",1\n', "nope\na\n", "name,name\na,b\n"])
      await expect(load(id, text)).rejects.toMatchObject({ code: "value_invalid" });
    const latin = importRows(
      world.parts,
      by,
      id,
      { onError: "fail", delimiter: "," },
      bytesOf("name\n", Buffer.from([0xe4, 0x0a])),
    );
    await expect(latin).rejects.toMatchObject({
      code: "value_invalid",
      message: expect.stringContaining("UTF-8") as string,
    });
    expect((await list(id)).items).toEqual([]);
  });

  test("with skip the lines that don't fit are left out and told, by whatever rule", async () => {
    const id = await orders([column("name", "text", { unique: true, required: true }), column("n", "integer")]);
    await insert(id, { name: "there" });
    await sql("alter table orders add constraint small check (n < 100)");
    const csv = "name,n\na,1\n,2\nb,x\nthere,3\na,4\nc,500\nd,5\n";
    const result = await load(id, csv, { onError: "skip" });
    expect(result).toMatchObject({ imported: 2, rejected: 5 });
    expect(result.problems.map(({ line }) => line).toSorted((a, b) => a - b)).toEqual([3, 4, 5, 6, 7]);
    expect((await list(id, { sort: "name" })).items.map(({ values }) => values["name"])).toEqual(["a", "d", "there"]);
    const bad = `name,n\n${"x,x\n".repeat(150)}`;
    expect((await load(id, bad, { onError: "skip" })).problems).toHaveLength(100);
    await expect(load(id, `name,n\n${"x,x\n".repeat(10_001)}`, { onError: "skip" })).rejects.toMatchObject({
      code: "value_invalid",
    });
  });

  test("100,000 rows come in while others go on, and are never all in memory", async () => {
    const id = await orders([column("name", "text"), column("email", "text", { unique: true }), column("n", "number")]);
    const aside = await createTable(world.parts, by, { name: "aside", columns: [column("name", "text")] });
    async function* many(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("name,email,n\n");
      for (let from = 0; from < 100_000; from += 500) {
        const lines = Array.from(
          { length: 500 },
          (_, at) => `Person ${from + at},p${from + at}@example.com,${(from + at) / 4}`,
        );
        yield await Promise.resolve(Buffer.from(`${lines.join("\n")}\n`));
      }
    }
    const before = process.memoryUsage().rss;
    const loading = importRows(world.parts, by, id, { onError: "fail", delimiter: "," }, many());
    const loaded = loading.then(() => true);
    let meanwhile = 0;
    while (!(await Promise.race([loaded, insert(aside.id, { name: "x" }).then(() => false)]))) meanwhile++;
    expect(await loading).toMatchObject({ imported: 100_000 });
    expect(meanwhile).toBeGreaterThan(20);
    expect(process.memoryUsage().rss - before).toBeLessThan(250 * 2 ** 20);
    expect(await list(id, { count: "true", limit: 1 })).toMatchObject({ count: { rows: 10_000, more: true } });
    await expect(
      Promise.all(
        [1, 2].map(() => importRows(world.parts, by, id, { onError: "fail", delimiter: "," }, bytesOf("name\na\n"))),
      ),
    ).rejects.toMatchObject({ code: "overloaded" });
  });

  test("a sender that goes away leaves nothing", async () => {
    const id = await orders([column("name", "text")]);
    async function* breaking(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`name\n${"a\n".repeat(3000)}`);
      await Promise.resolve();
      throw new Error("the sender went away");
    }
    await expect(importRows(world.parts, by, id, { onError: "skip", delimiter: "," }, breaking())).rejects.toThrow(
      "went away",
    );
    expect((await list(id)).items).toEqual([]);
  });

  test("what a spreadsheet would run goes out as text", async () => {
    const id = await orders([column("name", "text"), column("n", "integer")]);
    await insert(id, { name: "=1+1", n: -5 }, { name: "@SUM(A1)" }, { name: '+"x"' }, { name: "plain" });
    const read = async (formulas: "safe" | "asStored"): Promise<string> => {
      let text = "";
      for await (const line of (await exportRows(world.parts, by, id, formulas)).lines) text += line;
      return text.replace(/^[0-9a-f-]{36}/gm, "ID");
    };
    expect(await read("safe")).toBe(`id,name,n\r\nID,'=1+1,-5\r\nID,'@SUM(A1),\r\nID,"'+""x""",\r\nID,plain,\r\n`);
    expect(await read("asStored")).toContain("ID,=1+1,-5");
  });
});

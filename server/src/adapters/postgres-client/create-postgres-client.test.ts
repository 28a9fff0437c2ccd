import { Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AllowList, parseAllowList } from "../../core/egress/allow-list.ts";
import type { Json } from "../../core/json.ts";
import type { PostgresClient, PostgresQuery } from "../../core/ports/postgres-client.ts";
import { parsePostgresUrl } from "../../core/postgres-url.ts";
import { createPostgresClient, type PostgresClientOptions } from "./create-postgres-client.ts";
import {
  DEBIANS_POSTGRES,
  fakeServer,
  PASSWORD,
  startPostgres,
  type TestPostgres,
  USER,
} from "./postgres-client.testsuite.ts";

interface More extends Partial<PostgresQuery> {
  readonly values?: readonly Json[];
  readonly rowsMax?: number;
  readonly bytesMax?: number;
}

function asked(
  url: string,
  text: string,
  { values = [], rowsMax = 100, bytesMax = 1_000_000, ...more }: More = {},
): PostgresQuery {
  return {
    server: parsePostgresUrl(url)!,
    user: USER,
    password: PASSWORD,
    statement: { text, values, rowsMax, bytesMax },
    mode: "write",
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    beforeFirstByte: () => true,
    partition: "p",
    ...more,
  };
}

/** Every name lies at a public address, whose connections come here. */
const faraway = {
  resolve: async () => ["203.0.114.7"],
  newSocket: () => new Nearby(),
};

class Nearby extends Socket {
  override connect(...given: unknown[]): this {
    const [port, host] = given;
    if (host !== "203.0.114.7" && host !== "127.0.0.1") throw new Error(`not a checked address: ${String(host)}`);
    return super.connect(Number(port), "127.0.0.1");
  }
}

const open = (allow: AllowList, more: Partial<PostgresClientOptions> = {}): PostgresClient =>
  createPostgresClient({ allow, nowMs: () => performance.now(), applicationName: "steward test", ...more });

describe.runIf(DEBIANS_POSTGRES)("on Debian's PostgreSQL", () => {
  let pg: TestPostgres;
  let client: PostgresClient;
  let url = "";
  beforeAll(async () => {
    pg = await startPostgres();
    client = open(parseAllowList(""), { ca: pg.ca, ...faraway });
    url = `postgres://steward.test:${pg.port}/shop`;
  });
  afterAll(async () => {
    await client?.close();
    await pg?.stop();
  });
  beforeEach(async () => {
    await pg.sql("drop table if exists orders");
    await pg.sql(
      `create table orders (id bigint primary key, amount numeric, made timestamptz, notes jsonb, tags text[]); grant all on orders to ${USER}`,
    );
  });
  const query = (text: string, more: More = {}) => client.query(asked(url, text, more));

  test("values are bound by the statement's own types, and answers come as JSON", async () => {
    const values: Json[] = [1, "12.50", "2026-11-21T10:00:00Z", { a: [1] }, ["x", "y"]];
    expect(await query("insert into orders values ($1, $2, $3, $4, $5)", { values })).toMatchObject({
      kind: "answer",
      answer: { rowCount: 1, rows: [] },
    });
    expect(await query("select * from orders where id = $1", { values: [1], mode: "read" })).toEqual({
      kind: "answer",
      answer: {
        rows: [{ id: "1", amount: 12.5, made: "2026-11-21T10:00:00.000Z", notes: { a: [1] }, tags: ["x", "y"] }],
        rowCount: 1,
        columns: [
          { name: "id", type: "bigint" },
          { name: "amount", type: "numeric" },
          { name: "made", type: "timestamptz" },
          { name: "notes", type: "jsonb" },
          { name: "tags", type: "text[]" },
        ],
      },
    });
  });

  test.each([
    "insert into orders values (1)",
    "with made as (insert into orders values (1) returning id) select * from made",
    "select set_config('transaction_read_only', 'off', false)",
    "create table other (id int)",
    "select nextval('counted')",
    "select writes()",
  ])("a read changes nothing: %s", async (text) => {
    await pg.sql(`create sequence if not exists counted; grant all on counted to ${USER};
      create or replace function writes() returns int language plpgsql as $$ begin
        perform set_config('transaction_read_only', 'off', true); insert into orders values (7); return 1; end $$`);
    expect(await query(text, { mode: "read" })).toMatchObject({ kind: "failed", code: "sql_error" });
    expect(await pg.sql("select count(*)::int as count from orders")).toEqual([{ count: 0 }]);
  });

  test.each<[string, string, More, string]>([
    ["a wrong word", "selec 1", {}, "sql_error"],
    ["two statements", "select 1; select 2", {}, "sql_error"],
    ["the end of its transaction", "commit", {}, "sql_error"],
    ["too few values", "select $1::int", {}, "sql_values"],
    ["a value of another type", "select $1::int", { values: ["x"] }, "sql_error"],
    ["too many rows", "select * from generate_series(1, 101)", {}, "sql_too_many_rows"],
    ["too large an answer", "select repeat('x', 20000000)", {}, "sql_too_large"],
    ["too much time", "select pg_sleep(5)", { timeoutMs: 300 }, "sql_timeout"],
    ["its session's end", "select pg_terminate_backend(pg_backend_pid())", {}, "sql_unavailable"],
    ["what it may not see", "select * from pg_authid", {}, "sql_error"],
  ])("%s fails, and nothing stays", async (_what, text, more, code) => {
    const answer = await query(text, more);
    expect(answer).toMatchObject({ kind: "failed", code });
    expect(JSON.stringify(answer)).not.toContain(PASSWORD);
  });

  test("a constraint that waits for the end fails the statement, not the commit", async () => {
    await pg.sql("alter table orders add constraint late unique (amount) deferrable initially deferred");
    const values: Json[] = [];
    expect(await query("insert into orders (id, amount) values (1, 5), (2, 5)", { values })).toMatchObject({
      kind: "failed",
      code: "sql_error",
      message: expect.stringContaining("late"),
    });
  });

  test("nothing that one sets or locks is met by the next", async () => {
    await query("select set_config('app.who', 'ann', false), pg_advisory_lock(7)");
    expect(
      await query("select current_setting('app.who', true) as who, pg_try_advisory_lock(7) as free"),
    ).toMatchObject({
      answer: { rows: [{ who: null, free: true }] },
    });
  });

  test("who may not come in is told so, without the password", async () => {
    for (const more of [{ password: "wrong" }, { user: "bob" }]) {
      const answer = await query("select 1", more);
      expect(answer).toMatchObject({ kind: "refused", code: "sql_sign_in" });
      expect(JSON.stringify(answer)).not.toMatch(/wrong|canary/);
    }
    const other = await client.query(asked(`postgres://steward.test:${pg.port}/nowhere`, "select 1"));
    expect(other).toMatchObject({ kind: "refused", code: "sql_sign_in" });
  });

  test("a certificate that nobody vouches for, or for another name, gets no password", async () => {
    const untrusting = open(parseAllowList(""), faraway);
    expect(await untrusting.query(asked(url, "select 1"))).toMatchObject({ kind: "failed", code: "tls" });
    const misled = open(parseAllowList(""), { ca: pg.ca, ...faraway });
    expect(await misled.query(asked(`postgres://other.test:${pg.port}/shop`, "select 1"))).toMatchObject({
      kind: "failed",
      code: "tls",
    });
    const seen = await pg.sql(
      "select count(*)::int as count from pg_stat_activity where application_name = 'steward test'",
    );
    expect(seen).toEqual([{ count: 0 }]);
    const byNumber = open(parseAllowList(`127.0.0.1:${pg.port}`));
    const answer = await byNumber.query(
      asked(`postgres://127.0.0.1:${pg.port}/shop`, "select ssl from pg_stat_ssl where pid = pg_backend_pid()"),
    );
    // Opened, and this machine itself: words may go plain.
    expect(answer).toMatchObject({ answer: { rows: [{ ssl: false }] } });
    expect(await query("select ssl from pg_stat_ssl where pid = pg_backend_pid()")).toMatchObject({
      answer: { rows: [{ ssl: true }] },
    });
  });

  test("stopped on its way it is undone, by the run and for all", async () => {
    const stop = new AbortController();
    const one = query("insert into orders select 1, pg_sleep(10)::text::numeric", { signal: stop.signal });
    await expect
      .poll(
        async () => (await pg.sql("select count(*)::int as n from pg_stat_activity where wait_event = 'PgSleep'"))[0],
      )
      .toEqual({ n: 1 });
    stop.abort();
    expect(await one).toMatchObject({ kind: "refused", code: "cancelled" });
    const other = query("select pg_sleep(10)");
    await expect
      .poll(
        async () => (await pg.sql("select count(*)::int as n from pg_stat_activity where wait_event = 'PgSleep'"))[0],
      )
      .toMatchObject({ n: expect.toSatisfy((n: number) => n >= 1) });
    client.abortAll("the lease was lost");
    expect(await other).toEqual({ kind: "refused", code: "cancelled", message: "the lease was lost" });
    expect(await pg.sql("select count(*)::int as count from orders")).toEqual([{ count: 0 }]);
    // The server ends what lost its client, by itself.
    await expect
      .poll(
        async () => (await pg.sql("select count(*)::int as n from pg_stat_activity where wait_event = 'PgSleep'"))[0],
        { timeout: 5_000 },
      )
      .toEqual({ n: 0 });
  });

  test("nothing is sent once it may not be any more", async () => {
    expect(await query("insert into orders values (1)", { beforeFirstByte: () => false })).toMatchObject({
      kind: "refused",
      code: "cancelled",
    });
    let asks = 0;
    const late = await query("insert into orders values (1)", { beforeFirstByte: () => ++asks < 2 });
    expect([asks, late]).toEqual([2, expect.objectContaining({ kind: "refused", code: "cancelled" })]);
    expect(await pg.sql("select count(*)::int as count from orders")).toEqual([{ count: 0 }]);
  });

  test("a partition has eight at once, and waits for its own", async () => {
    const slow = Array.from({ length: 8 }, () => query("select pg_sleep(0.5)", { partition: "busy" }));
    const ninth = await query("select 1", { partition: "busy", timeoutMs: 100 });
    expect(ninth).toMatchObject({ kind: "failed", code: "connect_timeout" });
    expect(await query("select 1 as one", { partition: "calm" })).toMatchObject({ kind: "answer" });
    expect((await Promise.all(slow)).every(({ kind }) => kind === "answer")).toBe(true);
  });
});

test.runIf(DEBIANS_POSTGRES)("a server without TLS gets nothing, but on this machine itself", async () => {
  const bare = await startPostgres({ tls: false });
  const client = open(parseAllowList(`127.0.0.1:${bare.port}`), faraway);
  expect(await client.query(asked(`postgres://far.test:${bare.port}/shop`, "select 1"))).toEqual({
    kind: "refused",
    code: "tls",
    message: `far.test (port ${bare.port}) offers no TLS, and nothing is sent without`,
  });
  expect(await client.query(asked(`postgres://127.0.0.1:${bare.port}/shop`, "select 1"))).toMatchObject({
    kind: "answer",
  });
  await client.close();
  await bare.stop();
});

describe("the guard", () => {
  test.each([
    ["postgres://10.0.0.7/shop", "address_forbidden"],
    ["postgres://127.0.0.1/shop", "address_forbidden"],
    ["postgres://169.254.169.254/shop", "address_forbidden"],
    ["postgres://localhost/shop", "address_forbidden"],
    ["postgres://rebound.test/shop", "address_forbidden"],
  ])("%s is not reached", async (url, code) => {
    const client = open(parseAllowList(""), { resolve: async () => ["10.1.2.3"] });
    expect(await client.query(asked(url, "select 1"))).toMatchObject({ kind: "refused", code });
  });

  test("a name without an address is a failure that may pass", async () => {
    const client = open(parseAllowList(""), { resolve: () => Promise.reject(new Error("queryA ENOTFOUND")) });
    expect(await client.query(asked("postgres://nowhere.test/shop", "select 1"))).toMatchObject({
      kind: "failed",
      code: "dns",
    });
  });

  test("nobody listening is one, too", async () => {
    const gone = await fakeServer(() => undefined);
    const { port } = gone;
    await gone.stop();
    const client = open(parseAllowList(`127.0.0.1:${port}`));
    expect(await client.query(asked(`postgres://127.0.0.1:${port}/shop`, "select 1"))).toMatchObject({
      kind: "failed",
      code: "connect",
    });
    await client.close();
    expect(await client.query(asked(`postgres://127.0.0.1:${port}/shop`, "select 1"))).toMatchObject({
      kind: "refused",
      code: "cancelled",
    });
  });
});

describe("a hostile server", () => {
  const message = (type: string, body: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(body.length + 4);
    return Buffer.concat([Buffer.from(type), length, body]);
  };
  const signedIn = Buffer.concat([message("R", Buffer.alloc(4)), message("Z", Buffer.from("I"))]);
  /** Lets everybody in, and answers each further message with these bytes. */
  const answering = (bytes: Buffer) =>
    fakeServer((socket) => {
      socket.once("data", () => {
        socket.write(signedIn);
        socket.on("data", () => void socket.write(bytes));
      });
    });

  test.each<[string, Buffer]>([
    ["fields that are not there", message("T", Buffer.from([0, 9, 0]))],
    ["a row beyond its end", message("D", Buffer.from([0x7f, 0xff]))],
    ["an error without an end", message("E", Buffer.from("SERROR"))],
    ["a message of another protocol", Buffer.from("HTTP/1.1 200 OK\r\n\r\n")],
    ["a length that is negative", Buffer.from([0x54, 0xff, 0xff, 0xff, 0xff, 0, 0])],
    ["a length of two gigabytes", Buffer.from([0x54, 0x7f, 0xff, 0xff, 0xff, ...Buffer.alloc(100)])],
    ["nothing at all", Buffer.alloc(0)],
  ])("that answers %s ends its own query only", async (_what, bytes) => {
    const server = await answering(bytes);
    const client = open(parseAllowList(`127.0.0.1:${server.port}`));
    const answer = await client.query(
      asked(`postgres://127.0.0.1:${server.port}/shop`, "select 1", { timeoutMs: 700 }),
    );
    expect(answer.kind).toBe("failed");
    await client.close();
    await server.stop();
  });

  test("that talks without end fills no memory", async () => {
    const notice = message("N", Buffer.from(`SNOTICE\0M${"x".repeat(60_000)}\0\0`));
    const server = await fakeServer((socket) => {
      socket.once("data", () => {
        const flood = (): void => {
          if (!socket.destroyed) socket.write(notice, flood);
        };
        flood();
      });
    });
    const client = open(parseAllowList(`127.0.0.1:${server.port}`));
    const before = process.memoryUsage().rss;
    const answer = await client.query(
      asked(`postgres://127.0.0.1:${server.port}/shop`, "select 1", { timeoutMs: 5_000 }),
    );
    expect(answer).toMatchObject({ kind: "failed" });
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
    await client.close();
    await server.stop();
  });

  test("that says nothing is left when its time is over", async () => {
    const server = await fakeServer(() => undefined);
    const client = open(parseAllowList(`127.0.0.1:${server.port}`));
    const answer = await client.query(
      asked(`postgres://127.0.0.1:${server.port}/shop`, "select 1", { timeoutMs: 300 }),
    );
    expect(answer).toMatchObject({ kind: "failed" });
    await client.close();
    await server.stop();
  });
});

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import * as fc from "fast-check";
import { afterEach, describe, expect, expectTypeOf, it } from "vitest";
import type { Run } from "./api.ts";
import { type Client, createClient, RawBody } from "./client.ts";
import { defineFlow } from "./define-flow.ts";
import { listAll } from "./list-all.ts";
import { ProblemError } from "./problem-error.ts";
import { createSseParser } from "./sse.ts";

interface Seen {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  body: string;
}

const open: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function serve(answer: (seen: Seen, response: ServerResponse, n: number) => void) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (piece: Buffer) => (body += piece.toString()));
    request.on("end", () => {
      const one = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body };
      seen.push(one);
      answer(one, response, seen.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push({
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const baseUrl = `http://127.0.0.1:${port}`;
  const eventLimits = { delayMs: 1, delayMsMax: 5, attemptsMax: 3 };
  return { seen, baseUrl, client: createClient({ baseUrl, apiKey: "k", eventLimits, random: () => 0 }) };
}

const json = (response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}) => {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(value === undefined ? undefined : JSON.stringify(value));
};

const stream = (response: ServerResponse) => response.writeHead(200, { "content-type": "text/event-stream" });
const pages = (of: (cursor: string | null) => { items: number[]; next: string | null }) =>
  serve(({ url }, response) => json(response, 200, of(new URL(url, "http://h").searchParams.get("cursor"))));

const run = (status: Run["status"]): Run => ({
  id: `run_${"0".repeat(26)}`,
  flow: "order",
  version: 1,
  status,
  trigger: "api",
  input: null,
  output: null,
  error: null,
  retryOf: null,
  parent: null,
  createdAt: "2026-01-01T00:00:00.000Z",
  startedAt: null,
  endedAt: null,
  usage: { steps: 0, effects: 0, bytes: 0, tokens: 0, cost: null },
});
const frame = (seq: number, status: Run["status"]) =>
  `id: ${seq}\ndata: ${JSON.stringify({ type: "run", run: run(status) })}\n\n`;

async function problemOf(call: Promise<unknown>): Promise<ProblemError> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof ProblemError) return error;
  throw new Error(`not a problem: ${String(error)}`);
}

async function taken<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of source) all.push(one);
  return all;
}

describe("a call", () => {
  it("sends method, path, query, body, key and idempotency key, and gives the answer", async () => {
    const { client, seen } = await serve((_, response) => json(response, 202, run("queued")));
    const answer = await client.startRun({ slug: "order", body: { input: { n: 1 } }, idempotencyKey: "once" });
    expect(answer).toEqual(run("queued"));
    await client.listRuns({ flow: "order", status: "in_doubt", limit: 10 });
    expect(seen.map(({ method, url, body }) => ({ method, url, body }))).toEqual([
      { method: "POST", url: "/v1/flows/order/runs", body: '{"input":{"n":1}}' },
      { method: "GET", url: "/v1/runs?limit=10&flow=order&status=in_doubt", body: "" },
    ]);
    expect(seen[0]?.headers).toMatchObject({
      authorization: "Bearer k",
      "content-type": "application/json",
      "idempotency-key": "once",
    });
  });

  it("encodes a parameter as one segment and refuses one that would change the path", async () => {
    const { client, seen } = await serve((_, response) => json(response, 200, run("queued")));
    await client.getRun({ id: "a/b?c#d" });
    expect(seen[0]?.url).toBe("/v1/runs/a%2Fb%3Fc%23d");
    for (const id of ["", ".", ".."]) expect(() => client.getRun({ id })).toThrow(TypeError);
  });

  it("sends a raw body as it stands", async () => {
    const { client, seen } = await serve((_, response) => json(response, 200, { slug: "a", name: "a", problems: [] }));
    await client.putFlow({ slug: "a", body: new RawBody("format: 1\n", "application/yaml") });
    expect(seen[0]).toMatchObject({ body: "format: 1\n", headers: { "content-type": "application/yaml" } });
  });

  it("gives null for an answer without a body", async () => {
    const { client } = await serve((_, response) => json(response, 204, undefined));
    expect(await client.deleteFlow({ slug: "a" })).toBeNull();
  });

  it("is typed by the table of routes", () => {
    expectTypeOf<Client["startRun"]>().returns.resolves.toEqualTypeOf<Run>();
    expectTypeOf<Parameters<Client["listFlows"]>[0]>().extract<undefined>().toEqualTypeOf<undefined>();
    expectTypeOf<NonNullable<Parameters<Client["listFlows"]>[0]>["limit"]>().toEqualTypeOf<number | undefined>();
    expectTypeOf<Parameters<Client["getVersion"]>[0]["version"]>().toEqualTypeOf<number>();
    // @ts-expect-error the slug is missing
    expectTypeOf<Client["getFlow"]>().toBeCallableWith({});
    expectTypeOf<Client>().not.toHaveProperty("runEvents");
  });
});

describe("a refusal", () => {
  it("is thrown as a ProblemError with its fields, its other members and Retry-After", async () => {
    const problem = { type: "t", title: "T", status: 429, detail: "D", code: "overloaded", hint: "H", run: "r" };
    const { client } = await serve((_, response) => json(response, 429, problem, { "retry-after": "7" }));
    const error = await problemOf(client.me());
    expect(error).toMatchObject({
      type: "t",
      title: "T",
      detail: "D",
      status: 429,
      code: "overloaded",
      hint: "H",
      retryAfterSeconds: 7,
    });
    expect(error.message).toBe("D");
    expect(error.details).toEqual({ run: "r" });
  });

  it("that is not a problem says so", async () => {
    const { client } = await serve((_, response) => response.writeHead(502).end("<html>"));
    expect(await problemOf(client.me())).toMatchObject({ status: 502, code: "bad_answer" });
  });

  it("tells an unreachable server, a slow one, a foreign one and a too large answer apart", async () => {
    const gone = await serve(() => undefined);
    await Promise.all(open.splice(0).map((one) => one.close()));
    expect(await problemOf(gone.client.me())).toMatchObject({ status: 0, code: "unreachable" });

    const slow = await serve((_, response) => response.writeHead(200).write("{"));
    expect(await problemOf(slow.client.me({ timeoutMs: 50 }))).toMatchObject({ status: 0, code: "timeout" });

    const foreign = await serve((_, response) => response.end("hello"));
    expect(await problemOf(foreign.client.me())).toMatchObject({ status: 0, code: "bad_answer" });

    const large = await serve((_, response) => json(response, 200, "x".repeat(10_000)));
    const narrow = createClient({ baseUrl: large.baseUrl, answerBytesMax: 1000 });
    expect(await problemOf(narrow.me())).toMatchObject({ code: "bad_answer" });
  });

  it("does not follow a redirect, which would carry the key elsewhere", async () => {
    const { client, seen } = await serve((_, response) => response.writeHead(307, { location: "/other" }).end());
    expect(await problemOf(client.me())).toMatchObject({ code: "unreachable" });
    expect(seen).toHaveLength(1);
  });
});

it("an aborted call throws the abort's own reason", async () => {
  const abort = new AbortController();
  const { client } = await serve(() => abort.abort(new Error("enough")));
  await expect(client.me({ signal: abort.signal })).rejects.toThrow("enough");
});

describe("listAll", () => {
  it("gives every item of every page", async () => {
    const { client } = await pages((cursor) =>
      cursor === null ? { items: [1, 2], next: "b" } : { items: [3], next: null },
    );
    expect(await taken(listAll(client.listFlows, { search: "x" }))).toEqual([1, 2, 3]);
  });

  it("stops at its limit and when a cursor comes again", async () => {
    const { client, seen } = await pages(() => ({ items: [1], next: "same" }));
    expect(await taken(listAll(client.listFlows, {}))).toEqual([1, 1]);
    expect(await taken(listAll(client.listFlows, {}, { itemsMax: 1 }))).toEqual([1]);
    expect(seen.length).toBeLessThan(5);
  });
});

describe("events", () => {
  it("come in order through a broken connection, without repeats, and end with the run", async () => {
    const { client, seen } = await serve((_, response, n) => {
      stream(response);
      if (n === 1) response.write(frame(1, "queued") + frame(2, "running") + "id: 3\ndata: {");
      if (n === 1) setImmediate(() => response.destroy());
      if (n === 2) response.write(frame(2, "running") + frame(3, "waiting") + frame(4, "completed"));
    });
    const all = await taken(client.events("run_1"));
    expect(all.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    expect(seen.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "2"]);
  });

  it("end when the server says that nothing more comes, and pass over events of other names", async () => {
    const { client, seen } = await serve((_, response) =>
      stream(response).end(`event: weather\ndata: {}\n\n${frame(8, "running")}event: end\ndata: {}\n\n`),
    );
    expect(await taken(client.events("run_1"))).toHaveLength(1);
    expect(seen).toHaveLength(1);
  });

  it("tell of a state that changed without a record, once", async () => {
    const { client } = await serve((_, response) =>
      stream(response).end(frame(2, "waiting") + frame(2, "parked") + frame(2, "parked") + frame(3, "completed")),
    );
    const all = await taken(client.events("run_1"));
    expect(all.map((one) => one.type === "run" && one.run.status)).toEqual(["waiting", "parked", "completed"]);
  });

  it("begin after the given record", async () => {
    const { client, seen } = await serve((_, response) => stream(response).end(frame(9, "failed")));
    await taken(client.events("run_1", { lastEventId: 8 }));
    expect(seen[0]?.headers["last-event-id"]).toBe("8");
  });

  it("go on after a 503, and stop at once for a refusal that will not pass", async () => {
    const { client } = await serve((_, response, n) =>
      n === 1 ? json(response, 503, {}) : stream(response).end(frame(1, "completed")),
    );
    expect(await taken(client.events("run_1"))).toHaveLength(1);
    const refused = await serve((_, response) => json(response, 404, { code: "not_found" }));
    expect(await problemOf(taken(refused.client.events("run_1")))).toMatchObject({ code: "not_found" });
    expect(refused.seen).toHaveLength(1);
  });

  it("give up after connections in a row that bring nothing", async () => {
    const { client, seen } = await serve((_, response) => stream(response).end(": nothing\n\n"));
    expect(await problemOf(taken(client.events("run_1")))).toMatchObject({ code: "unreachable" });
    expect(seen).toHaveLength(3);
  });

  it("connect again when a connection falls silent", async () => {
    const { baseUrl, seen } = await serve((_, response, n) => {
      stream(response).write(n === 1 ? frame(1, "running") : frame(2, "completed"));
    });
    const eventLimits = { delayMs: 1, delayMsMax: 5, silenceMsMax: 60 };
    const all = await taken(createClient({ baseUrl, eventLimits }).events("run_1"));
    expect(all.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(seen).toHaveLength(2);
  });

  it("end quietly when the caller aborts, and close the connection when the caller stops reading", async () => {
    const abort = new AbortController();
    let closed = 0;
    const { client } = await serve((_, response) => {
      response.on("close", () => (closed += 1));
      stream(response).write(frame(1, "running"));
    });
    for await (const _ of client.events("run_1", { signal: abort.signal })) abort.abort();
    for await (const _ of client.events("run_1")) break;
    await expect.poll(() => closed).toBe(2);
  });
});

describe("the SSE parser", () => {
  it("gives the same events however the stream is cut", () => {
    const line = fc.constantFrom(
      "data: a",
      "data:b",
      "data",
      "id: 7",
      "event: x",
      ": comment",
      "retry: 20",
      "",
      "other",
    );
    const text = fc.array(fc.tuple(line, fc.constantFrom("\n", "\r", "\r\n")), { maxLength: 30 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(200), { maxLength: 8 }), (lines, cuts) => {
        // The last line end is followed by one more character, so that no CR stays undecided.
        const whole = `${lines.map(([one, end]) => one + end).join("")}:`;
        const at = [...new Set([0, ...cuts.map((cut) => Math.min(cut, whole.length)), whole.length])].toSorted(
          (a, b) => a - b,
        );
        const cut = createSseParser(10_000);
        const events = at.slice(1).flatMap((end, i) => cut.push(whole.slice(at[i], end)));
        expect(events).toEqual(createSseParser(10_000).push(whole));
      }),
    );
  });

  it("joins data lines, keeps the id, names the event and drops what is unfinished", () => {
    const parser = createSseParser(100);
    expect(parser.push("\uFEFFid: 1\nevent: x\ndata: a\ndata:  b\n\ndata: c\n\nid: 3\ndata: unfinished\n")).toEqual([
      { id: "1", event: "x", data: "a\n b" },
      { id: "1", event: "message", data: "c" },
    ]);
  });

  it("refuses an event beyond its limit, finished or not", () => {
    expect(() => createSseParser(10).push("data: 0123456789")).toThrow(RangeError);
    expect(() => createSseParser(10).push("data: 01\ndata: 23\n")).toThrow(RangeError);
  });
});

it("defineFlow fills in defaults and names the field that is wrong", () => {
  expect(defineFlow({ format: 1, name: "a", steps: [{ id: "x", kind: "set" }] }).steps[0]).toMatchObject({ next: [] });
  expect(() => defineFlow({ format: 1, name: "a", steps: [{ id: "X", kind: "set" }] })).toThrow(/steps/);
});

/** Providers that misbehave and budgets that change beneath what they bind, tried on a whole Steward. */
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSteward, type TestSteward } from "./start-steward.ts";

const SECRET = "a-secret-that-is-sent-along-2b7e";
const ok = (body: string, more = ""): string =>
  `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n${more}content-length: ${body.length}\r\n\r\n${body}`;
const status = (code: number, more = ""): string => `HTTP/1.1 ${code} No\r\n${more}content-length: 2\r\n\r\nno`;

let odd: Server;
let steward: TestSteward;
/** Requests by path, in order. */
const heard: string[] = [];
/** Answers that are held back until they are let go. */
const held = new Set<() => void>();

const ANSWERS: Readonly<Record<string, (socket: Socket) => void>> = {
  "/plain": (socket) => void socket.write(ok("plain")),
  "/twice": (socket) => void socket.write(ok("once") + ok("POISON")),
  "/late": (socket) => void setTimeout(() => socket.destroyed || socket.write(ok("POISON")), 1500),
  "/longer": (socket) => void socket.write(`${ok("once")}POISON`),
  "/garbage": (socket) => void socket.write("hello? is this a provider?\r\n\r\n"),
  "/401": (socket) => void socket.write(status(401, 'www-authenticate: Bearer error="invalid_token"\r\n')),
  "/403": (socket) => void socket.write(status(403)),
  "/429": (socket) => void socket.write(status(429, "retry-after: 1\r\n")),
  "/500": (socket) => void socket.write(status(500)),
  "/echo": (socket) => void socket.write(ok(SECRET)),
  "/held": (socket) => void held.add(() => void socket.write(ok("held"))),
};

beforeAll(async () => {
  odd = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      const path = /^\w+ (\S+) HTTP/.exec(bytes.toString())?.[1];
      if (path === undefined) return;
      heard.push(path);
      ANSWERS[path]!(socket);
    });
  });
  await new Promise<void>((resolve) => void odd.listen(0, "127.0.0.1", resolve));
  steward = await startSteward({ STEWARD_EGRESS_ALLOW: "127.0.0.1" });
  const credential = { kind: "bearer", secret: SECRET, hosts: ["127.0.0.1"] };
  const set = await call("PUT", "/v1/credentials/box", credential);
  if (set.status !== 200) throw new Error(set.text);
}, 60_000);
afterAll(async () => {
  await steward?.close();
  odd?.close();
});

interface Answered {
  readonly status: number;
  readonly text: string;
}

async function call(method: string, target: string, body?: object): Promise<Answered> {
  const answer = await fetch(steward.address + target, {
    method,
    headers: { authorization: `Bearer ${steward.key}`, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

const idIn = (text: string, kind: string): string => new RegExp(`${kind}_[0-9a-z]{26}`).exec(text)![0];

/** Publishes a flow of one request each to these paths, one after another; gives its slug. */
async function flowOf(slug: string, paths: readonly string[], more: object = {}): Promise<string> {
  const base = `http://127.0.0.1:${(odd.address() as AddressInfo).port}`;
  const steps = paths.map((path, at) => ({
    id: `s${at}`,
    kind: "http",
    input: { method: "POST", url: base + path, credential: "box" },
    onError: "continue",
    ifUnknown: "fail",
    ...more,
    ...(at + 1 < paths.length ? { next: [`s${at + 1}`] } : {}),
  }));
  const file = { format: 1, name: slug, triggers: [{ id: "start", kind: "manual" }], steps };
  expect((await call("PUT", `/v1/flows/${slug}`, file)).status).toBeOneOf([200, 201]);
  const published = await call("POST", `/v1/flows/${slug}/publish`, {});
  expect([published.status, published.text]).toEqual([200, expect.anything()]);
  return slug;
}

/** Runs it to its end; gives what the API tells of its steps. */
async function stepsOf(slug: string): Promise<string> {
  const started = await call("POST", `/v1/flows/${slug}/runs`, { wait: 20 });
  expect(started.status).toBe(200);
  return (await call("GET", `/v1/runs/${idIn(started.text, "run")}/steps`)).text;
}

test.for(["/twice", "/longer"])(
  "a provider that says more than it was asked is not listened to: the next call gets its own answer (%s)",
  { timeout: 30_000 },
  async (path) => {
    const steps = await stepsOf(await flowOf(`more${path.replace("/", "-")}`, [path, "/plain", path, "/plain"]));
    expect(steps).not.toContain("POISON");
    expect(steps.match(/"body":"once"/g)).toHaveLength(2);
    expect(steps.match(/"body":"plain"/g)).toHaveLength(2);
  },
);

test("an answer that comes after its time is unknown, and is nobody else's", { timeout: 30_000 }, async () => {
  const steps = await stepsOf(await flowOf("late", ["/late", "/plain"], { timeoutMs: 1000 }));
  expect(steps).toMatch(/"code":"(?:timeout|effect_unknown)"/);
  expect(steps).toContain('"body":"plain"');
  expect(steps).not.toContain("POISON");
});

test.for([
  ["/401", /"status":401/],
  ["/403", /"status":403/],
  ["/429", /"status":429/],
  ["/500", /"status":500/],
  ["/garbage", /"code":"(?:protocol|effect_unknown)"/],
] as const)(
  "a provider that answers %s fails the step with that, asked once",
  { timeout: 30_000 },
  async ([path, told]) => {
    const before = heard.filter((one) => one === path).length;
    expect(await stepsOf(await flowOf(`no${path.replace("/", "-")}`, [path]))).toMatch(told);
    expect(heard.filter((one) => one === path).length - before).toBe(1);
  },
);

test("a provider that gives the credential back gives it to nobody", { timeout: 30_000 }, async () => {
  const steps = await stepsOf(await flowOf("echo", ["/echo"]));
  expect(steps).toContain("[redacted]");
  expect(steps).not.toContain(SECRET);
});

/** Starts a run and waits until its request has come. */
async function startHeld(slug: string): Promise<string> {
  const before = held.size;
  const started = await call("POST", `/v1/flows/${slug}/runs`, {});
  expect(started.status).toBe(202);
  await expect.poll(() => held.size, { timeout: 10_000 }).toBe(before + 1);
  return idIn(started.text, "run");
}

function letGo(): void {
  for (const act of held) act();
  held.clear();
}

const settled = async (run: string): Promise<void> =>
  await expect
    .poll(async () => (await call("GET", `/v1/runs/${run}`)).text, { timeout: 10_000 })
    .toContain('"completed"');

async function setBudget(flow: string, amount: number): Promise<string> {
  const body = { level: "flow", subject: flow, unit: "calls", period: "total", amount };
  const set = await call("POST", "/v1/budgets", body);
  expect([set.status, set.text]).toEqual([201, expect.anything()]);
  return `/v1/budgets/${idIn(set.text, "cap")}`;
}

const countOf = async (budget: string): Promise<string> => {
  const { text } = await call("GET", "/v1/budgets");
  const item = text.split('{"id":').find((one) => one.includes(budget.split("/").at(-1)!)) ?? "";
  return /"spent":\d+,"reserved":\d+/.exec(item)?.[0] ?? "none";
};

test(
  "a budget lowered while something is reserved lets that go on, and nothing more",
  { timeout: 60_000 },
  async () => {
    const flow = await flowOf("lowered", ["/held"]);
    const budget = await setBudget(flow, 3);
    const run = await startHeld(flow);
    expect(await countOf(budget)).toBe('"spent":0,"reserved":1');
    expect((await call("PATCH", budget, { amount: 1 })).status).toBe(200);
    letGo();
    await settled(run);
    expect(await countOf(budget)).toBe('"spent":1,"reserved":0');
    const sent = heard.length;
    expect(await stepsOf(flow)).toMatch(/"code":"(?:budget|rate)_exceeded"/);
    expect(heard.length).toBe(sent);
    expect((await call("PATCH", budget, { amount: 2 })).status).toBe(200);
    const again = await startHeld(flow);
    letGo();
    await settled(again);
    expect(await countOf(budget)).toBe('"spent":2,"reserved":0');
  },
);

test("a budget that ends while something is reserved keeps nothing from ending", { timeout: 60_000 }, async () => {
  const flow = await flowOf("ended", ["/held"]);
  const budget = await setBudget(flow, 1);
  const run = await startHeld(flow);
  expect((await call("DELETE", budget)).status).toBe(204);
  letGo();
  await settled(run);
  const free = await startHeld(flow);
  letGo();
  await settled(free);
});

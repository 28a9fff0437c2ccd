/**
 * Each example against real counterparts: GitHub's emulator, a model, a service that is slow and fails, the clocks, a kill.
 * The whole of `answer-issue`, with its mail, is walked in web-done-grants.test.ts.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { LLMock } from "@copilotkit/aimock";
import type { Client, Run } from "@steward/sdk";
import { listAll, RawBody } from "@steward/sdk";
import { createEmulator } from "emulate";
import { afterEach, expect, test, vi } from "vitest";
import { commandLine } from "./command-line.ts";
import { startSink, type SinkProcess } from "./sink-process.ts";
import { startSteward, type TestSteward } from "./start-steward.ts";
import { startUp } from "./steward-process.ts";
import { createStrictEmulator } from "./strict-emulate.ts";

const FOLDER = path.resolve(import.meta.dirname, "../../examples");
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const close of closers.splice(0).toReversed()) await close();
});

async function sinkFor(...options: readonly string[]): Promise<SinkProcess> {
  const sink = await startSink(...options);
  closers.push(() => sink.close());
  return sink;
}

async function stewardFor(sink: SinkProcess): Promise<TestSteward> {
  const steward = await startSteward({ STEWARD_EGRESS_ALLOW: sink.host });
  closers.push(() => steward.close());
  await steward.client.putVariable({ name: "sinkUrl", body: { value: sink.url } });
  return steward;
}

/** Stores and publishes an example as it lies in the folder. */
async function publish(client: Client, slug: string) {
  const text = readFileSync(path.join(FOLDER, `${slug}.flow.json`), "utf8");
  const draft = await client.putFlow({ slug, body: new RawBody(text, "application/json") });
  expect(draft.problems).toEqual([]);
  return await client.publishFlow({ slug });
}

/** Looks until there is something to see. */
async function until<T>(look: () => T | null | undefined | false | Promise<T | null | undefined | false>): Promise<T> {
  for (let tries = 0; tries < 1500; tries++) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    await pause(20);
  }
  throw new Error("it did not come within 30 s");
}

const ended = (client: Client, id: string): Promise<Run> =>
  until(async () => {
    const run = await client.getRun({ id });
    return run.endedAt !== null && run;
  });

test("every example is offered by the API", async () => {
  const { client } = await stewardFor(await sinkFor());
  const { items } = await client.listExamples();
  const slugs = [
    "answer-issue",
    "bulk-sync",
    "error-notice",
    "flaky-service",
    "github-push",
    "hello",
    "nightly-report",
  ];
  expect(items.map((one) => one.slug)).toEqual(slugs);
  const readme = readFileSync(path.join(FOLDER, "README.md"), "utf8");
  for (const slug of slugs) expect(readme).toContain(`| \`${slug}.flow.json\``);
});

test("hello needs nothing: by hand it gives the greetings, by its webhook it answers with them", async () => {
  const { client } = await stewardFor(await sinkFor());
  const url = (await publish(client, "hello")).webhooks[0]?.url ?? "";
  const run = await client.startRun({ slug: "hello", body: { input: { names: ["Bob", "Ada"] }, wait: 20 } });
  expect(run).toMatchObject({ status: "completed", output: { guests: 2, text: "Hello, Ada!\nHello, Bob!" } });
  const answer = await fetch(url, { method: "POST" });
  expect([answer.status, await answer.json()]).toEqual([200, { guests: 0, text: "Hello, world!" }]);
});

test("a push that GitHub delivers and signs is verified, summarised, posted on and answered", async () => {
  const sink = await sinkFor();
  const { client } = await stewardFor(sink);
  const secret = "it is no secret in a test";
  await client.putCredential({ slug: "github-webhook", body: { kind: "secret", secret } });
  const url = (await publish(client, "github-push")).webhooks[0]?.url ?? "";
  const github = await createEmulator({
    service: "github",
    port: 0,
    seed: { github: { users: [{ login: "ada" }], repos: [{ owner: "ada", name: "engine", auto_init: true }] } },
  });
  closers.push(() => github.close());
  const call = async (method: string, target: string, body: unknown): Promise<unknown> => {
    const headers = { authorization: "Bearer ada-token", "content-type": "application/json" };
    const answer = await fetch(github.url + target, { method, headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${method} ${target}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  };
  const hook = { events: ["push"], config: { url, secret, content_type: "json" } };
  const { id } = (await call("POST", "/repos/ada/engine/hooks", hook)) as { id: number };
  const content = Buffer.from("card 1").toString("base64");
  await call("PUT", "/repos/ada/engine/contents/cards/1.txt", { message: "Add the first card\n\nIt loops.", content });

  const { body } = await until(async () => (await sink.received())[0]);
  expect(body).toEqual({
    title: expect.stringMatching(/^1 to ada\/engine@main by \S/),
    lines: [expect.stringMatching(/^[0-9a-f]{7} Add the first card \(1 files\)$/)],
  });
  const delivered = await until(async () => {
    const answer = await fetch(`${github.url}/repos/ada/engine/hooks/${id}/deliveries`, {
      headers: { authorization: "Bearer ada-token" },
    });
    const list = (await answer.json()) as { status_code: number }[];
    return list[0];
  });
  expect(delivered.status_code).toBe(200);
  const { items } = await client.listRuns({ flow: "github-push" });
  expect(items).toMatchObject([{ status: "completed", trigger: "github" }]);

  const forged = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${"0".repeat(64)}` },
    body: JSON.stringify({ commits: [{ id: "0000000", message: "Forged", author: { name: "eve" } }] }),
  });
  expect(forged.status).toBe(401);
  expect(await sink.received()).toHaveLength(1);
});

test("an issue is read and an answer drafted; rejected by a person, it is mailed to nobody, and the command line says what the example needs", async () => {
  const seed = { users: [{ login: "ada" }], repos: [{ owner: "ada", name: "engine", auto_init: true }] };
  const tokens = { "ada-token": { login: "ada", scopes: ["repo"] } };
  const github = await createStrictEmulator({ service: "github", seed: { tokens, github: seed } });
  closers.push(() => github.close());
  const model = new LLMock({ port: 0 });
  await model.start();
  closers.push(() => model.stop());
  model.onMessage(/It hums\./, { content: "Thank you. Somebody will listen to it." });
  const folder = mkdtempSync(path.join(tmpdir(), "steward-example-"));
  closers.push(() => Promise.resolve(rmSync(folder, { recursive: true, force: true })));
  const places = path.join(folder, "connectors.json");
  writeFileSync(places, JSON.stringify({ github: { base: github.url } }));
  const steward = await startSteward({ STEWARD_EGRESS_ALLOW: "127.0.0.1,localhost", STEWARD_CONNECTORS: places });
  closers.push(() => steward.close());
  const { client } = steward;

  const place = { cwd: folder, address: steward.address, key: steward.key };
  const { code, out, err } = await commandLine(place, {}, ["example", "add", "answer-issue"]);
  expect([code, out]).toEqual([0, [expect.stringContaining("version 1 published")]]);
  const needs = err.join("\n");
  expect(needs).toContain("steward connection create github github --for github.get_issue");
  expect(needs).toContain("steward connection create gmail gmail --for gmail.send");
  expect(needs).toContain("steward connection create <connector> model");
  expect(needs).toContain("steward variable set issueRepository <value>");

  await client.createConnection({ body: { connector: "github", slug: "github", secret: { apiKey: "ada-token" } } });
  const address = `${model.url}/v1`;
  const key = { connector: "openai_compatible", slug: "model", address, secret: { apiKey: "sk-of-the-model" } };
  await client.createConnection({ body: key });
  const when = [{ field: "repository", in: ["ada/engine"] }];
  const to = "flow:answer-issue";
  await client.giveGrant({ body: { to, connection: "github", lines: [{ actions: ["github.get_issue"], when }] } });
  await client.giveGrant({ body: { to, connection: "model", lines: [{ actions: ["model.generate"] }] } });
  const vars = { issueRepository: "ada/engine", answerModel: "gpt-4", answerTo: "support@northwind.test" };
  for (const [name, value] of Object.entries(vars)) await client.putVariable({ name, body: { value } });
  const headers = { authorization: "Bearer ada-token", "content-type": "application/json" };
  const body = JSON.stringify({ title: "The engine hums", body: "It hums." });
  const opened = await fetch(`${github.url}/repos/ada/engine/issues`, { method: "POST", headers, body });
  const { number } = (await opened.json()) as { number: number };

  const { id } = await client.startRun({ slug: "answer-issue", body: { input: { number } } });
  const asked = await until(async () => (await client.listApprovals({ run: id })).items[0]);
  const approval = await client.getApproval({ approval: asked.id });
  expect(approval.arguments).toMatchObject({
    message: `Mail this answer to issue ${number}, “The engine hums”?`,
    show: "Thank you. Somebody will listen to it.",
  });
  const { digest } = approval;
  await client.decideApproval({ approval: asked.id, body: { decision: "reject", digest, note: "Not like this" } });
  expect(await ended(client, id)).toMatchObject({ status: "completed", output: { issue: number, mailed: false } });
});

test("the nightly report comes once in the night whose clocks skip its hour", async () => {
  vi.setSystemTime("2027-03-27T00:00:00Z");
  const sink = await sinkFor();
  const { client } = await stewardFor(sink);
  await publish(client, "nightly-report");
  const nights = [
    ["2027-03-27T01:30:00.000Z", "27 March 2027", "02:30:00 CET"],
    ["2027-03-28T01:00:00.000Z", "28 March 2027", "03:00:00 CEST"],
    ["2027-03-29T00:30:00.000Z", "29 March 2027", "02:30:00 CEST"],
  ];
  expect(await reportsOf(client, sink, nights)).toEqual(nights);
});

test("the nightly report comes once in the night that has its hour twice", async () => {
  vi.setSystemTime("2027-10-30T00:00:00Z");
  const sink = await sinkFor();
  const { client } = await stewardFor(sink);
  await publish(client, "nightly-report");
  const nights = [
    ["2027-10-30T00:30:00.000Z", "30 October 2027", "02:30:00 CEST"],
    ["2027-10-31T00:30:00.000Z", "31 October 2027", "02:30:00 CEST"],
    ["2027-11-01T01:30:00.000Z", "1 November 2027", "02:30:00 CET"],
  ];
  expect(await reportsOf(client, sink, nights)).toEqual(nights);
});

/** Lets the nights pass one by one, each as the API foretells it; gives what was reported. */
async function reportsOf(client: Client, sink: SinkProcess, nights: readonly unknown[]): Promise<unknown[]> {
  const reports: unknown[] = [];
  for (const at of nights.keys()) {
    const { schedules } = await client.getFlow({ slug: "nightly-report" });
    vi.setSystemTime(new Date(schedules[0]?.nextAt ?? Number.NaN).getTime() + 500);
    const { body } = await until(async () => (await sink.received())[at]);
    const { due, title, local } = body as { due: string; title: string; local: string };
    reports.push([due, title.replace("Report of ", ""), local.replace("GMT+2", "CEST").replace("GMT+1", "CET")]);
  }
  const { items } = await client.listRuns({ flow: "nightly-report" });
  expect(items).toHaveLength(nights.length);
  return reports;
}

test("a service that recovers is tried until it takes the order", async () => {
  const sink = await sinkFor("--fail-path", "/shipments", "--fail-first", "2");
  const { client } = await stewardFor(sink);
  await publish(client, "error-notice");
  await publish(client, "flaky-service");
  const run = await client.startRun({ slug: "flaky-service", body: { input: { id: "o-7", items: 1 }, wait: 20 } });
  expect(run).toMatchObject({ status: "completed", output: { order: "o-7", status: 201 } });
  const { items } = await client.listSteps({ id: run.id, step: "ship" });
  expect(items.map((one) => [one.attempt, one.status])).toEqual([
    [1, "failed"],
    [2, "failed"],
    [3, "done"],
  ]);
  expect((await sink.received()).map((one) => one.path)).toEqual(["/shipments"]);
});

test("a service that stays down fails the run after its tries, and the error flow tells", async () => {
  const sink = await sinkFor("--fail-path", "/shipments", "--fail-every", "1");
  const { client } = await stewardFor(sink);
  await publish(client, "error-notice");
  await publish(client, "flaky-service");
  const run = await client.startRun({ slug: "flaky-service", body: { wait: 20 } });
  expect(run).toMatchObject({ status: "failed", error: { code: "http_status", step: "ship" } });
  expect(await sink.requests()).toBe(4);
  const { body } = await until(async () => (await sink.received())[0]);
  expect(body).toMatchObject({ title: "flaky-service failed in step ship", run: run.id });
  const notices = await until(async () => {
    const { items } = await client.listRuns({ flow: "error-notice", status: "completed" });
    return items.length > 0 && items;
  });
  expect(notices).toMatchObject([{ trigger: "failed", parent: run.id }]);
});

test("a bulk sync whose server is killed in the middle goes on, and every item is written once", async () => {
  const sink = await sinkFor("--slow", "60", "--fail-every", "9");
  const home = mkdtempSync(path.join(tmpdir(), "steward-bulk-"));
  closers.push(async () => rmSync(home, { recursive: true, force: true }));
  const env = { STEWARD_HOME: home, STEWARD_PORT: "0", STEWARD_EGRESS_ALLOW: sink.host, XDG_CONFIG_HOME: home };
  const first = await startUp(env);
  await first.client.putVariable({ name: "sinkUrl", body: { value: sink.url } });
  await publish(first.client, "bulk-sync");
  const { id } = await first.client.startRun({ slug: "bulk-sync", body: {} });
  await until(async () => (await sink.received()).length >= 60);
  await first.end("SIGKILL");
  expect((await sink.received()).length).toBeLessThan(200);

  const second = await startUp(env, first.apiKey);
  closers.push(() => second.end("SIGTERM"));
  expect(await ended(second.client, id)).toMatchObject({ status: "completed", output: { written: 200 } });
  const items = (await sink.received()).map(({ body }) => (body as { id: string }).id);
  expect(new Set(items).size).toBe(200);
  expect(items).toHaveLength(200);
  const steps = await Array.fromAsync(listAll(second.client.listSteps, { id, step: "written", limit: 100 }));
  expect(steps.filter((step) => step.status === "done")).toHaveLength(200);
});

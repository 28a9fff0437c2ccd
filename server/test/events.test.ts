/** The whole Steward: what happens at GitHub and in Slack starts runs, while that is granted, and nothing does after. */
import { createHmac, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { FlowDetail, FlowEvent, Published, Receipt, TriedTrigger } from "@steward/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { eventually } from "./steward-home.ts";
import { createStrictEmulator } from "./strict-emulate.ts";
import { type Answer, startWhole, type WholeSteward } from "./tenant-objects-server.ts";

const TOKEN = "ghp_steward_1";
const SLACK_TOKEN = "xoxb-steward";
const SIGNING = "8f742231b10e8888abcd99yyyzzz85a5";

let steward: WholeSteward;
let github: { readonly url: string; close(): Promise<void> };
let slack: { readonly url: string; close(): Promise<void> };
let folder = "";

beforeAll(async () => {
  github = await createStrictEmulator({
    service: "github",
    seed: {
      tokens: { [TOKEN]: { login: "ada", scopes: ["repo", "admin:repo_hook"] } },
      github: { users: [{ login: "ada", name: "Ada" }], repos: [{ owner: "ada", name: "shop", auto_init: true }] },
    },
  });
  slack = await createStrictEmulator({
    service: "slack",
    seed: {
      slack: {
        team: { name: "Acme" },
        users: [{ name: "steward" }],
        channels: [{ name: "general" }],
        tokens: [{ token: SLACK_TOKEN, type: "bot", user: "steward", scopes: ["channels:history", "channels:read"] }],
      },
    },
  });
  folder = mkdtempSync(path.join(tmpdir(), "steward-events-"));
  const places = path.join(folder, "connectors.json");
  writeFileSync(places, JSON.stringify({ github: { base: github.url }, slack: { base: `${slack.url}/api` } }));
  steward = await startWhole({ STEWARD_EGRESS_ALLOW: "127.0.0.1,localhost", STEWARD_CONNECTORS: places });
  await made("POST", "/v1/connections", { connector: "github", slug: "code", secret: { apiKey: TOKEN } });
  const secret = { apiKey: SLACK_TOKEN, signingSecret: SIGNING };
  await made("POST", "/v1/connections", { connector: "slack", slug: "team", secret });
}, 60_000);
afterAll(async () => {
  await steward?.close();
  await Promise.all([github?.close(), slack?.close()]);
  rmSync(folder, { recursive: true, force: true });
});

async function made<T = Record<string, unknown>>(method: string, target: string, body?: unknown): Promise<T> {
  const headers = { authorization: `Bearer ${steward.key}` };
  const answer = await steward.call(method, target, { headers, ...(body === undefined ? {} : { body }) });
  if (answer.status >= 300) throw new Error(`${method} ${target}: ${answer.status} ${answer.text}`);
  return (answer.text === "" ? {} : answer.json()) as T;
}

async function atGithub<T>(method: string, target: string, body?: object): Promise<T> {
  const answer = await fetch(github.url + target, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as T;
}

interface Hook {
  readonly config: { readonly url: string };
}
const hooks = (): Promise<readonly Hook[]> => atGithub<Hook[]>("GET", "/repos/ada/shop/hooks");

async function publish(slug: string, trigger: object): Promise<Published> {
  await made("PUT", `/v1/flows/${slug}`, {
    format: 1,
    name: slug,
    triggers: [{ kind: "event", ...trigger }],
    steps: [{ id: "seen", kind: "set", input: { what: "{{ trigger.body }}" } }],
  });
  return await made<Published>("POST", `/v1/flows/${slug}/publish`);
}

async function standsAs(slug: string, wanted: Partial<FlowEvent>): Promise<FlowEvent> {
  return await eventually(`${slug} stands as ${JSON.stringify(wanted)}`, 20_000, async () => {
    const [event] = (await made<FlowDetail>("GET", `/v1/flows/${slug}`)).events;
    const fits = Object.entries(wanted).every(([name, value]) => event?.[name as keyof FlowEvent] === value);
    return event && fits ? event : null;
  });
}

const runsOf = async (slug: string): Promise<readonly { readonly id: string }[]> =>
  (await made<{ items: { id: string }[] }>("GET", `/v1/runs?flow=${slug}`)).items;

test("an event of GitHub: told what is missing, registered once it is granted, one run for each, and gone with the connection", async () => {
  const trigger = { id: "issue", event: "github.issue", connection: "code", settings: { repository: "ada/shop" } };
  const { events } = await publish("triage", trigger);
  expect(events).toMatchObject([{ trigger: "issue", kind: "hook", status: "paused", why: "not_granted" }]);
  expect(await hooks()).toEqual([]);

  await made("POST", "/v1/grants", { to: "flow:triage", connection: "code", lines: [{ actions: ["github.issue"] }] });
  await standsAs("triage", { status: "active", why: null });
  const [hook] = await hooks();
  expect(hook!.config.url).toMatch(/\/webhooks\/wh_0_/);

  await atGithub("POST", "/repos/ada/shop/issues", { title: "It is broken" });
  const [run] = await eventually("the issue starts a run", 20_000, async () => {
    const runs = await runsOf("triage");
    return runs.length === 0 ? null : runs;
  });
  const { output } = await made<{ output: { what: { action: string; payload: { issue: { title: string } } } } }>(
    "GET",
    `/v1/runs/${run!.id}`,
  );
  expect(output.what).toMatchObject({ action: "opened", payload: { issue: { title: "It is broken" } } });

  // Nobody else can tell it anything, and the same delivery twice is one.
  const target = new URL(hook!.config.url).pathname;
  const forged = await deliver(target, { "x-hub-signature-256": `sha256=${"0".repeat(64)}` });
  expect([forged.status, forged.text]).toEqual([401, expect.stringContaining("signature_invalid")]);
  expect((await deliver(target, {})).status).toBe(401);
  expect((await steward.call("GET", target, {})).status).toBe(405);
  expect((await standsAs("triage", { refused: 2 })).lastAt).not.toBeNull();
  expect(await runsOf("triage")).toHaveLength(1);
  const tried = await made<TriedTrigger>("POST", "/v1/flows/triage/triggers/issue/test");
  expect(tried).toMatchObject({ refused: null, events: [], sample: { event: "issues" } });

  await made("POST", "/v1/flows/triage/pause");
  await eventually("GitHub forgets it", 20_000, async () => ((await hooks()).length === 0 ? true : null));
  expect((await deliver(target, {})).status).toBe(404);
  await made("POST", "/v1/flows/triage/resume");
  await standsAs("triage", { status: "active" });
  await eventually("GitHub knows it again", 20_000, async () => ((await hooks()).length === 1 ? true : null));

  const { id } = await made<Receipt>("DELETE", "/v1/connections/code");
  const receipt = await eventually("the hook is taken away with the connection", 40_000, async () => {
    const now = await made<Receipt>("GET", `/v1/revocations/${id}`);
    return now.status === "waiting" ? null : now;
  });
  expect(receipt).toMatchObject({ status: "unsupported" }); // a token of its own can't be revoked by others
  expect(await hooks()).toEqual([]);
  await standsAs("triage", { status: "paused" });
}, 150_000);

function deliver(target: string, more: Record<string, string>, body = '{"action":"opened"}'): Promise<Answer> {
  const headers = { "x-github-event": "issues", "x-github-delivery": randomUUID(), ...more };
  return steward.call("POST", target, {
    headers: { "content-type": "application/json", ...headers },
    body: JSON.parse(body),
  });
}

test("events of Slack, whose address a person tells it: the challenge, the signature, its time, and what was said before", async () => {
  await made("POST", "/v1/grants", { to: "project", connection: "team", lines: [{ actions: ["slack.message"] }] });
  await publish("listener", { id: "said", event: "slack.message", connection: "team" });
  const { url, steps } = await standsAs("listener", { status: "by_hand" });
  expect(steps.length).toBeGreaterThan(2);
  const target = new URL(url!).pathname;
  const say = async (body: object, at = Math.floor(Date.now() / 1000), secret = SIGNING) => {
    const text = JSON.stringify(body);
    const signature = `v0=${createHmac("sha256", secret).update(`v0:${at}:${text}`).digest("hex")}`;
    const headers = { "x-slack-request-timestamp": String(at), "x-slack-signature": signature };
    return await steward.call("POST", target, { headers: { "content-type": "application/json", ...headers }, body });
  };
  expect(await say({ type: "url_verification", challenge: "abc" })).toMatchObject({ status: 200, text: "abc" });
  await standsAs("listener", { status: "active" });
  const event = { type: "message", channel: "C024BE91L", user: "U1", text: "Is it green?", ts: "1.2" };
  const callback = { type: "event_callback", event_id: "Ev1", event_time: 1, team_id: "T000000001", event };
  expect((await say(callback, Math.floor(Date.now() / 1000) - 301)).status).toBe(401);
  expect((await say(callback, undefined, "another")).status).toBe(401);
  // Signed by the same app, and told of another workspace.
  expect((await say({ ...callback, team_id: "T1" })).status).toBe(401);
  expect((await say(callback)).status).toBe(200);
  expect((await say(callback)).status).toBe(200);
  expect(await runsOf("listener")).toHaveLength(1);
  // Slack has one address for an app: another trigger of the same connection is told by it too.
  await publish("quiet", { id: "said", event: "slack.message", connection: "team", settings: { channel: "C0OTHER" } });
  await publish("reads-along", { id: "said", event: "slack.message", connection: "team" });
  await standsAs("quiet", { status: "by_hand" });
  await standsAs("reads-along", { status: "by_hand" });
  for (let times = 0; times < 2; times++) expect((await say({ ...callback, event_id: "Ev0" })).status).toBe(200);
  expect(await runsOf("listener")).toHaveLength(2);
  expect(await runsOf("reads-along")).toHaveLength(1);
  expect(await runsOf("quiet")).toHaveLength(0);
  await standsAs("reads-along", { status: "active" });
  // The flow whose address it is may be paused: the others are told on, and nobody when all are.
  await made("POST", "/v1/flows/listener/pause");
  expect((await say({ ...callback, event_id: "Ev4" })).status).toBe(200);
  expect(await runsOf("listener")).toHaveLength(2);
  expect(await runsOf("reads-along")).toHaveLength(2);
  for (const flow of ["quiet", "reads-along"]) await made("POST", `/v1/flows/${flow}/pause`);
  expect((await say({ ...callback, event_id: "Ev5" })).status).toBe(404);
  for (const flow of ["listener", "quiet", "reads-along"]) await made("POST", `/v1/flows/${flow}/resume`);
  await eventually("the address is taken again", 10_000, async () =>
    (await say({ ...callback, event_id: "Ev6", event: { ...event, bot_id: "B1" } })).status === 200 ? true : null,
  );
  // Its own messages start nothing.
  expect((await say({ ...callback, event_id: "Ev2", event: { ...event, bot_id: "B1" } })).text).toContain("ignored");

  const [grant] = (
    await made<{ items: { id: string; form: { connection?: string } }[] }>("GET", "/v1/grants")
  ).items.filter(({ form }) => form.connection === "team");
  await made("DELETE", `/v1/grants/${grant!.id}`);
  expect((await say({ ...callback, event_id: "Ev3" })).status).toBe(404);
  expect(await runsOf("listener")).toHaveLength(2);
  expect(await runsOf("reads-along")).toHaveLength(2);
}, 90_000);

/** The whole Steward: an approval asked in Slack, and what of what comes back from there counts. */
import { createHmac } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Approval, ApprovalSummary, Connection } from "@steward/sdk";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { eventually } from "./steward-home.ts";
import { createStrictEmulator } from "./strict-emulate.ts";
import { type Answer, OWNER, startWhole, type WholeSteward } from "./tenant-objects-server.ts";

const TOKEN = "xoxb-steward";
const SIGNING = "8f742231b10e8888abcd99yyyzzz85a5";
const SCOPES = ["chat:write", "users:read", "users:read.email", "channels:read", "channels:history"];

interface Button {
  readonly action_id: string;
  readonly value?: string;
  readonly url?: string;
}
interface Message {
  readonly ts: string;
  readonly text: string;
  readonly blocks?: { readonly type: string; readonly elements?: Button[] }[];
}

let steward: WholeSteward;
let slack: { readonly url: string; close(): Promise<void> };
let admin: ReturnType<WholeSteward["admin"]>;
let folder = "";
let channel = "";
let hook = "";
const ids: Record<string, string> = {};

beforeAll(async () => {
  slack = await createStrictEmulator({
    service: "slack",
    seed: {
      slack: {
        team: { name: "Acme" },
        users: [
          { name: "steward" },
          { name: "owner", email: OWNER.email },
          { name: "stranger", email: "stranger@elsewhere.test" },
          { name: "unproved", email: OWNER.email.toUpperCase(), is_email_confirmed: false },
        ],
        channels: [{ name: "approvals" }, { name: "other" }],
        tokens: [{ token: TOKEN, type: "bot", user: "steward", scopes: SCOPES }],
        strict_scopes: true,
      },
    },
  });
  folder = mkdtempSync(path.join(tmpdir(), "steward-slack-"));
  const places = path.join(folder, "connectors.json");
  writeFileSync(places, JSON.stringify({ slack: { base: `${slack.url}/api` } }));
  steward = await startWhole({ STEWARD_EGRESS_ALLOW: "127.0.0.1,localhost", STEWARD_CONNECTORS: places });
  admin = steward.admin();
  const secret = { apiKey: TOKEN, signingSecret: SIGNING };
  await made("POST", "/v1/connections", { connector: "slack", slug: "team", secret });
  const { buttonsUrl } = await made<Connection>("GET", "/v1/connections/team");
  hook = new URL(buttonsUrl!).pathname;
  const lines = [
    { actions: ["slack.post_message"], when: [{ field: "channel", in: ["#approvals"] }] },
    { actions: ["slack.update_message", "slack.post_ephemeral", "slack.read_user"] },
  ];
  await made("POST", "/v1/grants", { to: "approvals", connection: "team", lines });
  const { channels } = await ask<{ channels: { id: string; name: string }[] }>("conversations.list", {});
  channel = channels.find(({ name }) => name === "approvals")!.id;
  const { members } = await ask<{ members: { id: string; name: string }[] }>("users.list", {});
  for (const { id, name } of members) ids[name] = id;
}, 60_000);
afterAll(async () => {
  await steward?.close();
  await slack?.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => void (presses = 0));

async function made<T = Record<string, unknown>>(method: string, target: string, body?: unknown): Promise<T> {
  const headers = { authorization: `Bearer ${steward.key}` };
  const answer = await steward.call(method, target, { headers, ...(body === undefined ? {} : { body }) });
  if (answer.status >= 300) throw new Error(`${method} ${target}: ${answer.status} ${answer.text}`);
  return (answer.text === "" ? {} : answer.json()) as T;
}

async function ask<T>(method: string, fields: Record<string, string>): Promise<T> {
  const answer = await fetch(`${slack.url}/api/${method}`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}` },
    body: new URLSearchParams(fields),
  });
  return (await answer.json()) as T;
}

async function publish(slug: string, more: object = {}, ofStep: object = {}): Promise<void> {
  const input = { message: "May order <!channel> be refunded?", to: ["role:owner"], ...more };
  await made("PUT", `/v1/flows/${slug}`, {
    format: 1,
    name: slug,
    steps: [
      { id: "ok", kind: "approval", input, ...ofStep, next: { approved: ["yes"], rejected: [], expired: [] } },
      YES,
    ],
  });
  await made("POST", `/v1/flows/${slug}/publish`);
}
const YES = { id: "yes", kind: "set", input: { done: true } };

const messages = async (): Promise<readonly Message[]> =>
  (await ask<{ messages: Message[] }>("conversations.history", { channel })).messages;

/** A run that waits, and what was asked of it in the channel. */
async function asked(slug: string): Promise<{ readonly run: string; approval: Approval; message: Message }> {
  const run = String((await made("POST", `/v1/flows/${slug}/runs`, { input: {} }))["id"]);
  const approval = await eventually(`${run} asks`, 10_000, async () => {
    const { items } = await made<{ items: ApprovalSummary[] }>("GET", `/v1/approvals?run=${run}`);
    return items[0] ? await made<Approval>("GET", `/v1/approvals/${items[0].id}`) : null;
  });
  const message = await eventually(`${approval.id} is asked in Slack`, 15_000, () => messageOf(approval.id));
  return { run, approval, message };
}

const messageOf = async (approval: string): Promise<Message | null> =>
  (await messages()).find((one) => JSON.stringify(one.blocks ?? []).includes(approval)) ?? null;

const buttons = ({ blocks = [] }: Message): readonly Button[] =>
  blocks.flatMap((block) => (block.type === "actions" ? (block.elements ?? []) : []));

let presses = 0;
interface Press {
  readonly user?: string;
  readonly action?: string;
  readonly value?: string;
  readonly at?: string;
  readonly ts?: string;
  readonly secret?: string;
  readonly sentMs?: number;
  readonly hook?: string;
}

/** As Slack's reference of `block_actions` has it. */
async function press(message: Message, more: Press = {}): Promise<Answer> {
  const { user = "owner", action = "steward_approve", secret = SIGNING, sentMs = Date.now() } = more;
  const { ts = message.ts, at = `${Math.floor(sentMs / 1000)}.${String(++presses).padStart(6, "0")}` } = more;
  const value = more.value ?? buttons(message).find(({ action_id }) => action_id === action)?.value;
  const payload = {
    type: "block_actions",
    user: { id: ids[user], username: user, name: user, team_id: "T000000001" },
    api_app_id: "A0123456789",
    token: "never looked at",
    container: { type: "message", message_ts: ts, channel_id: channel, is_ephemeral: false },
    trigger_id: "1.2.abc",
    team: { id: "T000000001", domain: "acme" },
    channel: { id: channel, name: "approvals" },
    message: { type: "message", ts, text: message.text },
    response_url: "https://hooks.slack.com/actions/T000000001/1/abc",
    actions: [
      {
        type: "button",
        action_id: action,
        block_id: "steward",
        text: { type: "plain_text", text: "x" },
        value,
        action_ts: at,
      },
    ],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = String(Math.floor(sentMs / 1000));
  const signature = `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
  return await steward.call("POST", more.hook ?? hook, {
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": signature,
    },
    body,
  });
}

const decided = (id: string): Promise<Approval> =>
  eventually(`${id} is decided`, 10_000, async () => {
    const one = await made<Approval>("GET", `/v1/approvals/${id}`);
    return one.status === "open" ? null : one;
  });

/** Nothing that was pressed before changes anything once this has settled. */
async function heard(): Promise<void> {
  await eventually("what was pressed was heard", 20_000, async () => {
    const { rows } = await admin.query<{ open: number }>({
      text: "select count(*)::int as open from steward.runs r join steward.flows f on f.id = r.flow where f.slug = 'approval-hear' and r.status not in ('completed', 'failed', 'cancelled')",
    });
    return rows[0]!.open === 0 ? true : null;
  });
}

async function stillOpen(id: string): Promise<void> {
  await heard();
  expect((await made<Approval>("GET", `/v1/approvals/${id}`)).status).toBe("open");
}

test(
  "it is asked with buttons and a link, decided by who presses, and the message says by whom",
  { timeout: 60_000 },
  async () => {
    await publish("plain");
    const { run, approval, message } = await asked("plain");
    expect(JSON.stringify(message.blocks)).toContain("May order &lt;!channel&gt; be refunded?");
    expect(buttons(message).map(({ action_id }) => action_id)).toEqual([
      "steward_approve",
      "steward_reject",
      "steward_open",
    ]);
    expect(buttons(message)[2]?.url).toBe(`${steward.address}/approvals/${approval.id}`);
    expect((await press(message)).status).toBe(200);
    expect(await decided(approval.id)).toMatchObject({
      status: "approved",
      decisions: [{ decision: "approve", via: "slack" }],
    });
    await eventually("the run ends", 10_000, async () =>
      (await made("GET", `/v1/runs/${run}`))["status"] === "completed" ? true : null,
    );
    const after = await eventually("the message says so", 10_000, async () => {
      const now = (await messages()).find(({ ts }) => ts === message.ts)!;
      return buttons(now).length === 0 ? now : null;
    });
    expect(JSON.stringify(after.blocks)).toMatch(/Approved by .*UTC\./);
    expect((await made<Approval>("GET", `/v1/approvals/${approval.id}`)).status).toBe("approved");
  },
);

test(
  "only what was pressed below its message, by somebody whose confirmed address is a member's, counts",
  { timeout: 90_000 },
  async () => {
    await publish("strict");
    const { approval, message } = await asked("strict");
    await eventually("it is known where the message stands", 10_000, async () => {
      const { rows } = await admin.query<{ told: string[] }>({
        text: "select told from steward.approvals where status = 'open'",
      });
      return rows.some(({ told }) => told.some((text) => text.startsWith("slack "))) ? true : null;
    });
    const value = buttons(message)[0]!.value!;
    expect((await press(message, { secret: "another app's signing secret" })).status).toBe(401);
    expect((await press(message, { sentMs: Date.now() - 301_000 })).status).toBe(401);
    expect((await press(message, { sentMs: Date.now() + 301_000 })).status).toBe(401);
    expect((await press(message, { hook: hook.replace(/.$/, (last) => (last === "0" ? "1" : "0")) })).status).toBe(401);
    const forged = (await ask<{ ts: string }>("chat.postMessage", { channel, text: "Free coffee" })).ts;
    expect((await press(message, { ts: forged })).status).toBe(200);
    expect((await press(message, { user: "stranger" })).status).toBe(200);
    expect((await press(message, { value: `${value.slice(0, -1)}${value.endsWith("0") ? "1" : "0"}` })).status).toBe(
      200,
    );
    expect((await press(message, { value: "apr_nothing" })).status).toBe(200);
    expect((await press(message, { action: "steward_open" })).status).toBe(200);
    await stillOpen(approval.id);
    const refused = await eventually("what was refused is audited", 10_000, async () => {
      const { rows } = await admin.query<{ target: string; needs: string }>({
        text: `select e->>'target' as target, e->'facts'->>'needs' as needs from steward.audit_batches,
        jsonb_array_elements(entries) e where e->>'action' = 'call.refused' and e->>'actor' = 'slack'`,
      });
      return new Set(rows.map(({ needs }) => needs)).size >= 4 ? rows : null;
    });
    expect(refused).toEqual(
      expect.arrayContaining([
        { target: "slackInteractivity", needs: "signature" },
        { target: "slackInteractivity", needs: "value" },
        { target: "decideApproval", needs: "message" },
        { target: "decideApproval", needs: "approval.decide" },
      ]),
    );
    const at = `${Math.floor(Date.now() / 1000)}.999999`;
    const twice = await Promise.all([1, 2, 3].map(() => press(message, { action: "steward_reject", at })));
    expect(twice.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await decided(approval.id)).toMatchObject({
      status: "rejected",
      decisions: [{ decision: "reject", via: "slack" }],
    });
    expect((await press(message, { action: "steward_reject", at })).status).toBe(200);
    expect((await press(message)).status).toBe(200);
    await heard();
    expect(await made("GET", `/v1/approvals/${approval.id}`)).toMatchObject({ status: "rejected", decisions: [{}] });
  },
);

test(
  "what would be sent is shown where the rule says so, and what is private nowhere",
  { timeout: 60_000 },
  async () => {
    const place = { connection: "team", channel: "#approvals", arguments: true };
    await publish("shown", { slack: place, show: { order: "A-17" } });
    expect(JSON.stringify((await asked("shown")).message.blocks)).toContain("A-17");
    await publish("secretive", { slack: place, show: { order: "A-19" } }, { private: ["input.show"] });
    const secretive = JSON.stringify((await asked("secretive")).message.blocks);
    expect(secretive).toContain("what it shows is private");
    expect(secretive).not.toMatch(/A-19|be refunded/);
    await publish("unshown", { show: { order: "A-18" } });
    expect(JSON.stringify((await asked("unshown")).message.blocks)).not.toContain("A-18");
  },
);

test(
  "where the organization asks for a second factor, the message only leads to the page",
  { timeout: 60_000 },
  async () => {
    await publish("guarded");
    const before = await asked("guarded");
    await admin.query({ text: "update steward.organizations set second_factor_required = true" });
    try {
      const { message } = await asked("guarded");
      expect(buttons(message).map(({ action_id }) => action_id)).toEqual(["steward_open"]);
      expect((await press(before.message)).status).toBe(200);
      await stillOpen(before.approval.id);
    } finally {
      await admin.query({ text: "update steward.organizations set second_factor_required = false" });
    }
  },
);

test(
  "without a grant nothing is written, and people are asked by page and mail all the same",
  { timeout: 60_000 },
  async () => {
    const { items } = await made<{ items: { id: string; form: { to: string } }[] }>(
      "GET",
      "/v1/grants?connection=team",
    );
    await publish("ungranted", { slack: { connection: "team", channel: "#other" } });
    const run = String((await made("POST", "/v1/flows/ungranted/runs", { input: {} }))["id"]);
    await eventually("it is refused", 15_000, async () => {
      const { rows } = await admin.query({
        text: `select from steward.audit_batches, jsonb_array_elements(entries) e
        where e->>'action' = 'effect.refused' and e->>'actor' = 'approvals' and e->'facts'->>'code' = 'not_granted'`,
      });
      return rows.length > 0 ? true : null;
    });
    expect(items.map(({ form }) => form.to)).toEqual(["approvals"]);
    const { items: open } = await made<{ items: ApprovalSummary[] }>("GET", `/v1/approvals?run=${run}`);
    expect(open).toHaveLength(1);
  },
);

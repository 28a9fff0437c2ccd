/** Slack's connector against emulate's Slack with strict scopes, each action with a token that has its own scopes and no other. */
import { ProviderError } from "@steward/sdk";
import { createEmulator } from "emulate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, asking, drive, inTurn, type Driven, type Provider } from "../drive.testsuite.ts";
import { slack } from "./connector.ts";

let origin = "";
let close: () => Promise<void>;
let channel = "";
beforeAll(async () => {
  const tokens = Object.entries(slack.actions).map(([name, { scopes }]) => ({
    token: `xoxb-${name}`,
    type: "bot",
    user: "ada",
    scopes: [...scopes],
  }));
  const seed = {
    slack: {
      team: { name: "Acme" },
      users: [{ name: "ada", real_name: "Ada Lovelace", email: "ada@example.com" }],
      channels: [{ name: "builds" }, { name: "secrets", is_private: true }],
      tokens: [{ token: "xoxb-none", user: "ada", scopes: ["team:read"] }, ...tokens],
      strict_scopes: true,
    },
  };
  const server = await createEmulator({ service: "slack", port: 0, seed });
  close = async () => await server.close();
  origin = server.url;
  const { output } = await perform("list_channels", {});
  channel = (output["channels"] as { id: string; name: string }[]).find(({ name }) => name === "builds")?.id ?? "";
});
afterAll(async () => await close());

/** Emulate serves what Slack has on two hosts. */
function provider(token: string): Provider {
  const ask = asking(slack, origin, `Bearer ${token}`);
  return async (call, url) => {
    const { body, ...rest } = await ask(call, url);
    return {
      ...rest,
      body: JSON.parse(JSON.stringify(body).replaceAll(`${origin}/upload`, "https://files.slack.com/upload")),
    };
  };
}

async function perform(name: string, input: object, token = `xoxb-${name}`): Promise<Driven<Record<string, unknown>>> {
  const action = slack.actions[name]!;
  const driven = await drive(slack, action.perform(action.input.parse(input), "key"), provider(token));
  expect(action.output.parse(driven.output)).toEqual(driven.output);
  return driven as Driven<Record<string, unknown>>;
}

async function failing(tried: Promise<unknown>): Promise<ProviderError["failure"]> {
  const error: unknown = await tried.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ProviderError)) throw new Error(`expected a failure of the provider, got ${String(error)}`);
  return error.failure;
}

test("an account is told by who it is and where", async () => {
  const { output } = await drive(slack, slack.whoami(), provider("xoxb-none"));
  expect(output).toEqual({ account: expect.stringMatching(/^T000000001\/U[A-Z0-9]+$/), label: "ada in Acme" });
});

test("a message is posted, changed, answered in a thread and read, with the narrowest scopes", async () => {
  const { output: posted } = await perform("post_message", { channel, text: "The build is *green*." });
  expect(posted).toMatchObject({ channel, ts: expect.stringMatching(/^\d+\.\d+$/) });
  await perform("update_message", { channel, ts: posted["ts"], text: "The build is *red*." });
  await perform("post_message", { channel, text: "Oh no", thread_ts: posted["ts"] });
  const { output: read } = await perform("read_messages", { channel });
  expect(read["messages"]).toEqual(
    expect.arrayContaining([expect.objectContaining({ ts: posted["ts"], text: "The build is *red*." })]),
  );
  const { output: thread } = await perform("read_messages", { channel, thread_ts: posted["ts"] });
  expect((thread["messages"] as { text: string }[]).map(({ text }) => text)).toEqual(["The build is *red*.", "Oh no"]);
});

test("history is read page by page", async () => {
  for (const n of [1, 2, 3]) await perform("post_message", { channel, text: `Line ${n}` });
  const { output: one, calls } = await perform("read_messages", { channel, limit: 1, pages: 2 });
  expect(calls).toHaveLength(2);
  const { output: rest } = await perform("read_messages", { channel, limit: 1, pages: 1, cursor: one["next"] });
  const texts = [one, rest].flatMap((output) => (output["messages"] as { text: string }[]).map(({ text }) => text));
  expect(texts).toEqual(["Line 3", "Line 2", "Line 1"]);
});

test("people are listed, and found by their mail address", async () => {
  const { output } = await perform("find_user", { email: "ada@example.com" });
  expect(output).toMatchObject({ name: "ada", real_name: "Ada Lovelace", profile: { email: "ada@example.com" } });
  const { output: all } = await perform("list_users", {});
  expect(all["users"]).toEqual(expect.arrayContaining([expect.objectContaining({ id: output["id"] })]));
  expect((await failing(perform("find_user", { email: "nobody@example.com" }))).kind).toBe("not_found");
  const { output: read } = await perform("read_user", { user: output["id"] });
  expect(read).toMatchObject({ id: output["id"], profile: { email: "ada@example.com" } });
  expect((await failing(perform("read_user", { user: "U0NOTHERE" }))).kind).toBe("not_found");
  const told = { channel, user: output["id"], text: "This is for you alone." };
  expect((await perform("post_ephemeral", told)).output).toEqual({
    message_ts: expect.stringMatching(/^\d+\.\d+$/),
  });
});

test("a file is shared in one write, its bytes as they were", async () => {
  const content = Buffer.from([0, 255, 1, 254]).toString("base64");
  const input = { channel, filename: "four bytes.bin", content, encoding: "base64", initial_comment: "Here" };
  const { output, calls } = await perform("upload_file", input);
  expect(output).toMatchObject({ id: expect.stringMatching(/^F/) });
  expect(calls.map(({ reads }) => reads === true)).toEqual([true, true, false]);
  const found = await drive(
    slack,
    slack.actions["read_messages"]!.perform({ channel, limit: 5, pages: 1 }, "key"),
    provider("xoxb-read_messages"),
  );
  expect(JSON.stringify(found.output)).toContain(String(output["id"]));
});

test("a scope that is missing is named, and other refusals are told apart", async () => {
  const input = { channel, text: "Hello" };
  expect(await failing(perform("post_message", input, "xoxb-none"))).toEqual({
    kind: "not_available",
    message: "missing_scope; needs chat:write",
  });
  expect((await failing(perform("post_message", { ...input, channel: "C0NOTHERE" }))).kind).toBe("not_found");
  const codes = {
    invalid_auth: "reauth_required",
    token_revoked: "reauth_required",
    no_text: "rejected",
    internal_error: "unavailable",
    toString: "rejected",
  };
  for (const [error, kind] of Object.entries(codes))
    expect(slack.failure(answer({ ok: false, error }))?.kind).toBe(kind);
  expect(slack.failure(answer({ ok: false, error: "ratelimited" }, 429, { "retry-after": "7" }))).toEqual({
    kind: "rate_limited",
    message: "ratelimited",
    retryAfterMs: 7000,
  });
  expect(slack.failure(answer({ ok: false, error: "rate_limited", retry_after: 1.5 }))).toEqual({
    kind: "rate_limited",
    message: "rate_limited",
    retryAfterMs: 1500,
  });
  expect(slack.failure(answer({ ok: true }))).toBeNull();
});

test("an upload's address elsewhere than at Slack is not gone to", async () => {
  const action = slack.actions["upload_file"]!;
  const ticket = answer({ ok: true, upload_url: "https://files.slack.com.evil.example/upload", file_id: "F1" });
  const tried = drive(slack, action.perform(action.sample.input, "key"), inTurn([ticket]));
  await expect(tried).rejects.toThrow("may not reach files.slack.com.evil.example");
});

const MESSAGE = {
  token: "the app's verification token",
  team_id: "T012AB3C4",
  api_app_id: "A012",
  event: { type: "message", channel: "C024BE91L", user: "U061F7AUR", text: "Is it green?", ts: "1503435956.000247" },
  type: "event_callback",
  event_id: "Ev0PV52K21",
  event_time: 1503435956,
};

test("Slack's first delivery is answered with its challenge, and nothing else is", () => {
  const trigger = slack.triggers["message"]!;
  if (trigger.kind !== "hook") throw new Error("no hook");
  const asked = {
    token: "x",
    challenge: "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P",
    type: "url_verification",
  };
  expect(trigger.challenge?.(asked)).toBe(asked.challenge);
  expect(trigger.read({ bots: false }, {}, asked)).toBeNull();
  for (const body of [MESSAGE, "", null, { type: "url_verification" }]) expect(trigger.challenge?.(body)).toBeNull();
});

test("an event starts one run however often it is delivered, and never carries the app's token", () => {
  const trigger = slack.triggers["message"]!;
  if (trigger.kind !== "hook") throw new Error("no hook");
  const settings = trigger.settings.parse({});
  const event = trigger.read(settings, {}, MESSAGE);
  expect(event).toEqual({
    key: "Ev0PV52K21",
    data: { team_id: "T012AB3C4", event_time: 1503435956, event: MESSAGE.event },
  });
  expect(trigger.read(settings, { "x-slack-retry-num": "1" }, MESSAGE)?.key).toBe(event?.key);
  const bot = { ...MESSAGE, event: { ...MESSAGE.event, bot_id: "B1" } };
  expect(trigger.read(settings, {}, bot)).toBeNull();
  expect(trigger.read({ bots: true }, {}, bot)).not.toBeNull();
  expect(trigger.read({ bots: false, channel: "C0OTHER" }, {}, MESSAGE)).toBeNull();
  expect(trigger.read(settings, {}, { ...MESSAGE, event: { type: "app_mention" } })).toBeNull();
});

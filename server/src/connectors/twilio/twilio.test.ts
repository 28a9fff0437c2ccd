/** Twilio's connector against emulate's Twilio for SMS, and against the documented answers for all else. */
import { type ConnectorAnswer, ProviderError } from "@steward/sdk";
import { createEmulator } from "emulate";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, asking, drive, inTurn, type Driven, type Provider } from "../drive.testsuite.ts";
import { twilio } from "./connector.ts";
import { inbound, messageList, MESSAGE } from "./twilio.testsuite.ts";

const ACCOUNT = "AC00000000000000000000000000000001";
const TOKEN = "an auth token of the test";
const NUMBER = "+15017122661";
let origin = "";
let close: () => Promise<void>;
let provider: Provider;
beforeAll(async () => {
  const seed = {
    twilio: {
      account: { sid: ACCOUNT, auth_token: TOKEN, friendly_name: "Acme" },
      phone_numbers: [{ phone_number: NUMBER }],
    },
  };
  const server = await createEmulator({ service: "twilio", port: 0, seed });
  close = async () => await server.close();
  origin = server.url;
  provider = asking(twilio, origin, `Basic ${Buffer.from(`${ACCOUNT}:${TOKEN}`).toString("base64")}`);
});
afterAll(async () => await close());

async function perform(name: string, input: object, by: Provider = provider): Promise<Driven<Record<string, unknown>>> {
  const action = twilio.actions[name]!;
  const driven = await drive(twilio, action.perform(action.input.parse(input), "key"), by, ACCOUNT);
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

test("an account is told by its SID and name", async () => {
  const { output } = await drive(twilio, twilio.whoami(), provider, ACCOUNT);
  expect(output).toEqual({ account: ACCOUNT, label: "Acme" });
});

test("an SMS is sent, read and listed page by page", async () => {
  const { output: sent } = await perform("send_sms", { to: "+4915112345678", from: NUMBER, body: "Grüße & mehr" });
  expect(sent).toMatchObject({ to: "+4915112345678", from: NUMBER, body: "Grüße & mehr" });
  expect((await perform("get_message", { sid: sent["sid"] })).output).toMatchObject({ sid: sent["sid"] });
  await perform("send_sms", { to: "+4915112345678", from: NUMBER, body: "Second" });
  const { output: all } = await perform("list_messages", { to: "+4915112345678", limit: 1, pages: 5 });
  expect((all["messages"] as { body: string }[]).map(({ body }) => body)).toEqual(["Second", "Grüße & mehr"]);
  expect(all["next"]).toBeNull();
});

test("what Twilio refuses is told with its number", async () => {
  const input = { to: "+4915112345678", from: "+19999999999", body: "x" };
  expect(await failing(perform("send_sms", input))).toEqual({
    kind: "rejected",
    message: expect.stringMatching(/\(21\d{3}\)$/),
  });
  const stranger = asking(twilio, origin, `Basic ${Buffer.from(`${ACCOUNT}:wrong`).toString("base64")}`);
  expect((await failing(perform("send_sms", input, stranger))).kind).toBe("reauth_required");
  expect((await failing(perform("get_message", { sid: `SM${"0".repeat(32)}` }))).kind).toBe("not_found");
  expect(twilio.failure(answer({ code: 20429, message: "Too Many Requests", status: 429 }, 429))).toMatchObject({
    kind: "rate_limited",
  });
});

test("WhatsApp goes from number to number, with a text or a template", async () => {
  const { calls } = await perform(
    "send_whatsapp",
    { to: "+4915112345678", from: "+14155238886", content: `HX${"a".repeat(32)}`, variables: { 1: "Ann" } },
    inTurn([answer(MESSAGE, 201)]),
  );
  expect(calls).toEqual([
    {
      method: "POST",
      url: "/2010-04-01/Accounts/{user}/Messages.json",
      as: "form",
      body: {
        To: "whatsapp:+4915112345678",
        From: "whatsapp:+14155238886",
        ContentSid: `HX${"a".repeat(32)}`,
        ContentVariables: '{"1":"Ann"}',
      },
    },
  ]);
  const { input } = twilio.actions["send_whatsapp"]!;
  expect(input.safeParse({ to: "+4915112345678", from: NUMBER }).success).toBe(false);
  expect(input.safeParse({ to: "+4915112345678", body: "x" }).success).toBe(false);
  expect(input.safeParse({ to: "whatsapp:+4915112345678", from: NUMBER, body: "x" }).success).toBe(false);
});

test("each message that comes in starts one run, oldest first, what was there before none", async () => {
  const trigger = twilio.triggers["message_received"]!;
  if (trigger.kind !== "poll") throw new Error("no poll");
  const poll = async (cursor: unknown, ...answers: readonly ConnectorAnswer[]) =>
    await drive(twilio, trigger.poll({ to: NUMBER }, cursor as never), inTurn(answers), ACCOUNT);
  const next = "/2010-04-01/Accounts/AC/Messages.json?PageSize=50&Page=1&PageToken=PASM1";
  const first = await poll(null, messageList([inbound("SM1")], next));
  const second = await poll(
    first.output.cursor,
    messageList([inbound("SM4"), MESSAGE, inbound("SM3")], next),
    messageList([inbound("SM2"), inbound("SM1")]),
  );
  expect(second.calls[1]?.query).toMatchObject({ Page: "1", PageToken: "PASM1" });
  expect(second.output.events.map(({ key }) => key)).toEqual(["SM2", "SM3", "SM4"]);
  expect((await poll(second.output.cursor, messageList([inbound("SM4"), inbound("SM3")]))).output.events).toEqual([]);

  const empty = await poll(null, messageList([]));
  const many = Array.from({ length: 130 }, (_, n) => inbound(`SN${130 - n}`));
  const all = await poll(empty.output.cursor, messageList(many));
  expect(all.output).toMatchObject({ more: true });
  expect(all.output.events[0]?.key).toBe("SN1");
  expect(all.output.events).toHaveLength(100);
  const rest = await poll(all.output.cursor, messageList(many));
  expect(rest.output.events.map(({ key }) => key)).toEqual(Array.from({ length: 30 }, (_, n) => `SN${101 + n}`));
});

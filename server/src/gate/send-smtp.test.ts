import { expect, test } from "vitest";
import { smtp } from "../connectors/smtp/connector.ts";
import type { JsonObject } from "../core/json.ts";
import type { ReadySecret } from "../core/ports/connections.ts";
import type { EffectCall } from "../core/ports/gate.ts";
import type { MailAnswer } from "../core/ports/mail-transport.ts";
import type { OwnMail } from "../core/ports/smtp-client.ts";
import type { SmtpServer } from "../core/smtp-url.ts";
import { callOf, connection, connections, openGate, type RecordedCall } from "./gate.testsuite.ts";
import { uuidOf } from "./policy.testsuite.ts";
import { sendSmtp } from "./send-smtp.ts";

const PASSWORD = "canary-of-a-password";
const READY: ReadySecret = {
  kind: "ready",
  mark: "m",
  connector: "smtp",
  authentication: "basic",
  header: null,
  query: null,
  basic: { user: "ann", password: PASSWORD },
  scopes: [],
  hosts: ["mail.example.com"],
  address: "smtps://mail.example.com:465",
  forms: [PASSWORD],
};
const GIVEN = { from: "orders@example.com", to: ["ada@Example.org"], subject: "canary-subject", text: "canary-text" };
const TAKEN: MailAnswer = { kind: "accepted", status: 250, bytes: 700 };

const DOMAIN = { field: "to", domains: ["example.org"] };

function open(answer: MailAnswer = TAKEN, secret: Partial<ReadySecret> = {}, when: readonly (typeof DOMAIN)[] = []) {
  const sent: { readonly server: SmtpServer; readonly mail: OwnMail }[] = [];
  const client = {
    signIn: async () => TAKEN,
    send: async (server: SmtpServer, mail: OwnMail) => {
      sent.push({ server, mail });
      return answer;
    },
    abortAll: () => undefined,
    close: async () => undefined,
  };
  const clock = { nowMs: () => 1_000, monotonicMs: () => 0, after: () => () => undefined };
  const row = { slug: "post", connector: "smtp", authentication: "basic", hosts: ["mail.example.com"] } as const;
  const { gate } = openGate({
    connections: connections([connection(row)]),
    inForce: {
      grants: [
        {
          connection: uuidOf("connection", 0),
          form: { to: "project", connection: "post", lines: [{ actions: ["smtp.send"], when: [...when] }] },
        },
      ],
    },
    actions: {
      "smtp.send": sendSmtp({
        connector: smtp,
        client,
        clock,
        secrets: { freshSecret: async () => ({ ...READY, ...secret }) },
      }),
    },
  });
  return { gate, sent };
}

function call(given: JsonObject = GIVEN, change: Partial<EffectCall> = {}): RecordedCall {
  const action = "smtp.send" as const;
  const effect = { action, connection: "post", arguments: given, repeat: "never" } as const;
  return callOf({ url: "" }, effect, { written: { action, connection: "post", arguments: given }, ...change });
}

test("a message goes by the connection's server, and the audit has counts only", async () => {
  const { gate, sent } = open({ ...TAKEN, refused: ["bob@example.org"] });
  const content = Buffer.from("%PDF").toString("base64");
  const asked = call({
    ...GIVEN,
    bcc: ["bob@example.org"],
    attachments: [{ name: "a.pdf", type: "application/pdf", content }],
  });
  const { outcome, audit } = await gate.perform(asked);
  expect(outcome).toEqual({
    kind: "done",
    result: {
      messageId: expect.stringMatching(/^<[\w-]{43}@example\.com>$/),
      accepted: 1,
      refused: ["bob@example.org"],
    },
  });
  expect(sent).toMatchObject([
    {
      server: { host: "mail.example.com", port: 465, secure: true, auth: { user: "ann", pass: PASSWORD } },
      mail: {
        from: "orders@example.com",
        to: ["ada@example.org"],
        bcc: ["bob@example.org"],
        html: null,
        createdMs: 1_000,
        attachments: [{ name: "a.pdf", bytes: Buffer.from("%PDF") }],
      },
    },
  ]);
  const written = JSON.stringify([asked.intents, audit]);
  expect(written).toContain('"recipients":2,"attachments":1');
  expect(written).not.toMatch(/canary|ada@|bob@/);
});

test("the same effect names its message the same at every sending, another one another way", async () => {
  const { gate, sent } = open();
  for (const step of ["a", "a", "b"]) await gate.perform(call(GIVEN, { step }));
  const [one, again, other] = sent.map(({ mail }) => mail.id);
  expect(again).toBe(one);
  expect(other).not.toBe(one);
});

test("a grant's recipients bind every one of them, seen or not", async () => {
  const when = ["to", "bcc"].map((field) => ({ ...DOMAIN, field }));
  const { gate, sent } = open(TAKEN, {}, when);
  expect((await gate.perform(call({ ...GIVEN, bcc: ["eve@evil.example"] }))).outcome).toMatchObject({
    kind: "refused",
    code: "not_granted",
  });
  expect((await gate.perform(call({ ...GIVEN, to: ["ada@example.org", "eve@evil.example"] }))).outcome.kind).toBe(
    "refused",
  );
  expect(sent).toEqual([]);
});

test.each<[string, JsonObject]>([
  ["nobody", { ...GIVEN, to: [] }],
  ["no text", { from: GIVEN.from, to: GIVEN.to, subject: "x" }],
  ["two addresses in one", { ...GIVEN, to: ["a@b.example,c@d.example"] }],
  ["a quoted address", { ...GIVEN, to: ['"a b"@c.example'] }],
  ["another header", { ...GIVEN, subject: "x\r\nBcc: eve@evil.example" }],
  ["a name with one", { ...GIVEN, fromName: "x\nBcc: eve@evil.example" }],
  ["what is no base64", { ...GIVEN, attachments: [{ name: "a", content: "%%" }] }],
  ["too much", { ...GIVEN, attachments: [{ name: "a", content: "A".repeat(14_000_000) }] }],
  [
    "a hundred and one",
    {
      ...GIVEN,
      to: Array.from({ length: 60 }, (_, at) => `a${at}@b.example`),
      bcc: Array.from({ length: 41 }, (_, at) => `b${at}@b.example`),
    },
  ],
  ["fields that there are not", { ...GIVEN, headers: {} }],
])("%s is refused before anything", async (_what, given) => {
  const { gate, sent } = open();
  expect((await gate.perform(call(given))).outcome).toMatchObject({ kind: "refused", code: "arguments_invalid" });
  expect(sent).toEqual([]);
});

test.each<[MailAnswer, string, string]>([
  [{ kind: "rejected", permanent: true, status: 550, message: "no" }, "failed", "mail_rejected"],
  [{ kind: "rejected", permanent: false, status: 451, message: "later" }, "failed", "mail_deferred"],
  [{ kind: "refused", code: "address_forbidden", message: "no" }, "refused", "address_forbidden"],
  [{ kind: "refused", code: "overloaded", message: "later" }, "failed", "overloaded"],
  [{ kind: "unsent", code: "mail_sign_in", message: "no" }, "refused", "mail_sign_in"],
  [{ kind: "unsent", code: "connect", message: "no" }, "failed", "connect"],
  [{ kind: "unknown", code: "timeout", message: "?" }, "unknown", "timeout"],
])("%j is told as it is", async (answer, kind, code) => {
  expect((await open(answer).gate.perform(call())).outcome).toMatchObject({ kind, code });
});

test.each([["smtps://u:p@mail.example.com"], ["https://mail.example.com/"], [null]])(
  "at %s nothing is sent",
  async (address) => {
    const { gate, sent } = open(TAKEN, { address });
    expect((await gate.perform(call())).outcome.kind).toBe("refused");
    expect(sent).toEqual([]);
  },
);

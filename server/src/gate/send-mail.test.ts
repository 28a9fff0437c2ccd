import { expect, test } from "vitest";
import { placeOf } from "../catalogue/tables.ts";
import { showId, uuidBytes } from "../core/id.ts";
import { GRANTED } from "../core/ports/gate.testsuite.ts";
import type { MailAnswer, MailTransport } from "../core/ports/mail-transport.ts";
import { INSTALLATION } from "../store/installation.ts";
import type { OutboxRow } from "../store/outbox.ts";
import { callOf, keys, openGate, type RecordedCall } from "./gate.testsuite.ts";
import { sendMail } from "./send-mail.ts";

const ID = "01234567-89ab-7cde-8f01-0000000000ee";
const WRITTEN = { to: "canary@example.org", subject: "canary", text: "canary-token", html: "<p>canary</p>", links: [] };

function row(change: Partial<OutboxRow> = {}): OutboxRow {
  const body = keys.seal("mail", placeOf("outbox", "body"), uuidBytes(ID), Buffer.from(JSON.stringify(WRITTEN)));
  const facts = { id: ID, template: "reset", status: "sending", attempt: 1, run: null, errorCode: null } as const;
  return { ...facts, body, createdAt: 0, expiresAt: 10_000, endedAt: null, ...change };
}

function open(answer: MailAnswer, message: OutboxRow | null = row()) {
  const sent: unknown[] = [];
  const logged: string[] = [];
  const transport: MailTransport = {
    host: "mail.test",
    async send(mail, { beforeFirstByte }) {
      if (!beforeFirstByte()) return { kind: "refused", code: "cancelled", message: "cancelled" };
      sent.push(mail);
      return answer;
    },
    abortAll: () => undefined,
    close: async () => undefined,
  };
  const clock = { nowMs: () => 1_000, monotonicMs: () => 0, after: () => () => undefined };
  const action = sendMail({ transport, findMessage: async () => message, clock, log: (line) => logged.push(line) });
  return { gate: openGate({ actions: { "mail.send": action } }).gate, sent, logged };
}

function ask(change: Parameters<typeof callOf>[2] = {}): RecordedCall {
  const given = { message: ID, template: "reset" };
  const effect = { action: "mail.send", arguments: given, repeat: "safe" } as const;
  return callOf({ url: "" }, effect, { organization: INSTALLATION, project: INSTALLATION, ...change });
}

const ACCEPTED = { kind: "accepted", status: 250, bytes: 900 } as const;

test("a message is opened after the intent and sent; nothing of it is in the outcome or the audit", async () => {
  const { gate, sent } = open(ACCEPTED);
  const call = ask({
    intend: async ({ audit }) => {
      call.intents.push(audit);
      return GRANTED;
    },
  });
  const { outcome, audit } = await gate.perform(call);
  expect(outcome).toEqual({ kind: "done", result: { status: 250 } });
  expect(sent).toEqual([{ ...WRITTEN, id: showId("msg", ID), createdMs: 0 }]);
  expect(call.intents).toMatchObject([
    [
      {
        action: "effect.intent",
        facts: { host: "mail.test", message: showId("msg", ID), template: "reset", repeat: "safe" },
      },
    ],
  ]);
  expect(audit).toMatchObject([
    { facts: { effect: "mail.send", outcome: "done", code: null, status: 250, bytes: 900 } },
  ]);
  expect(JSON.stringify([outcome, audit, call.intents])).not.toContain("canary");
});

test.each([
  ["own_run", "action_unavailable", ask({ project: "01234567-89ab-7cde-8f01-0000000000aa" }), row()],
  ["message_there", "mail_gone", ask(), null],
  ["message_there", "mail_gone", ask(), row({ body: null, status: "sent" })],
  ["message_alive", "mail_expired", ask(), row({ expiresAt: 1_000 })],
  ["not_cancelled", "cancelled", ask({ mayProceed: () => false }), row()],
])("the check %s refuses with %s before the intent", async (check, code, call, message) => {
  const { gate, sent } = open(ACCEPTED, message);
  const { outcome, audit } = await gate.perform(call);
  expect(outcome).toMatchObject({ kind: "refused", code });
  expect(audit).toMatchObject([{ action: "effect.refused", facts: { check, code } }]);
  expect([call.intents, sent]).toEqual([[], []]);
});

test("E2 a run that is cancelled after the intent sends nothing", async () => {
  let asked = 0;
  const { gate, sent } = open(ACCEPTED);
  const { outcome } = await gate.perform(ask({ mayProceed: () => (asked += 1) <= 2 }));
  expect(outcome).toMatchObject({ kind: "refused", code: "cancelled" });
  expect(sent).toEqual([]);
});

test("a message that does not open is refused, and the log says which, without its words", async () => {
  const { gate, logged } = open(ACCEPTED, row({ body: Buffer.alloc(60) }));
  expect((await gate.perform(ask())).outcome).toMatchObject({ kind: "refused", code: "mail_unreadable" });
  expect(logged).toEqual([expect.stringContaining(ID)]);
});

test("a mail server that the operator has not opened is told to them, with the setting, and nothing of the message", async () => {
  const setting = "The operator can open it with STEWARD_EGRESS_ALLOW=10.0.0.5:25";
  const { gate, logged } = open({ kind: "refused", code: "address_forbidden", message: setting });
  await gate.perform(ask());
  expect(logged).toEqual([`no mail goes out: ${setting}`]);
});

test.each<[MailAnswer, object]>([
  [
    { kind: "rejected", permanent: true, status: 550, message: "m" },
    { kind: "failed", code: "mail_rejected" },
  ],
  [
    { kind: "rejected", permanent: false, status: 451, message: "m" },
    { kind: "failed", code: "mail_deferred" },
  ],
  [
    { kind: "refused", code: "overloaded", message: "m" },
    { kind: "failed", code: "overloaded" },
  ],
  [
    { kind: "refused", code: "address_forbidden", message: "m" },
    { kind: "refused", code: "address_forbidden" },
  ],
  [
    { kind: "unsent", code: "tls", message: "m" },
    { kind: "failed", code: "tls" },
  ],
  [
    { kind: "unknown", code: "reset", message: "m" },
    { kind: "unknown", code: "reset" },
  ],
])("what the server says is the outcome: %o", async (answer, expected) => {
  expect((await open(answer).gate.perform(ask())).outcome).toMatchObject(expected);
});

test("an action that this installation does not perform is refused without an intent", async () => {
  const call = ask();
  const { outcome, audit } = await openGate().gate.perform(call);
  expect(outcome).toMatchObject({ kind: "refused", code: "action_unavailable" });
  expect(audit).toMatchObject([{ action: "effect.refused", facts: { check: "action", host: null } }]);
  expect(call.intents).toEqual([]);
});

test("what a project names like it is refused, whatever its arguments are", async () => {
  const { gate, sent } = open(ACCEPTED);
  const effect = { action: "mail.send", arguments: { to: "ada@example.org" }, repeat: "safe" } as const;
  const call = callOf({ url: "" }, effect, { project: "01234567-89ab-7cde-8f01-0000000000aa" });
  const { outcome } = await gate.perform(call);
  expect(outcome).toMatchObject({ kind: "refused", code: "action_unavailable" });
  expect([call.intents, sent]).toEqual([[], []]);
});

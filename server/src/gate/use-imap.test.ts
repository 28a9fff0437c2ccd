import { expect, test } from "vitest";
import { imap } from "../connectors/imap/connector.ts";
import type { JsonObject } from "../core/json.ts";
import type { ReadySecret } from "../core/ports/connections.ts";
import type { EffectCall } from "../core/ports/gate.ts";
import type { ImapAnswer, ImapAsking } from "../core/ports/imap-client.ts";
import { callOf, connection, connections, openGate } from "./gate.testsuite.ts";
import { pollImap } from "./poll-imap.ts";
import { uuidOf } from "./policy.testsuite.ts";
import { useImap } from "./use-imap.ts";

const PASSWORD = "canary-of-a-password";
const READY: ReadySecret = {
  kind: "ready",
  mark: "m",
  connector: "imap",
  authentication: "basic",
  header: null,
  query: null,
  basic: { user: "ann", password: PASSWORD },
  scopes: [],
  hosts: ["mail.example.com"],
  address: "imaps://mail.example.com",
  forms: [PASSWORD],
};
const ROW = { slug: "post", connector: "imap", authentication: "basic", hosts: ["mail.example.com"] } as const;

/** A gate with one mailbox that answers as it is told. */
function open(answer: ImapAnswer, actions: readonly string[] = ["imap.*"]) {
  const asked: ImapAsking[] = [];
  const client = {
    perform: async (asking: ImapAsking) => {
      asked.push(asking);
      return answer;
    },
    abortAll: () => undefined,
    close: async () => undefined,
  };
  const secrets = { freshSecret: async () => READY };
  const clock = { nowMs: () => 1_000, monotonicMs: () => 0, after: () => () => undefined };
  const form = { to: "project", connection: "post", lines: [{ actions: [...actions] }] };
  const { gate } = openGate({
    connections: connections([connection(ROW)]),
    inForce: { grants: [{ connection: uuidOf("connection", 0), form }] },
    actions: useImap({ connector: imap, client, secrets, clock }),
  });
  const ask = async (name: string, given: JsonObject, change: Partial<EffectCall> = {}) => {
    const effect = { action: `imap.${name}`, connection: "post", arguments: given, repeat: "safe" } as const;
    const written = { action: effect.action, connection: "post", arguments: given };
    return await gate.perform(callOf({ url: "" }, effect, { written, ...change }));
  };
  return { ask, asked, poll: pollImap({ client, secrets })["imap.new_mail"]! };
}

const at = { folder: "INBOX", uids: [7], uidValidity: null };

test.each<[string, JsonObject, object]>([
  ["list_folders", {}, { does: "list" }],
  [
    "search",
    { from: "bob", seen: false },
    { does: "search", folder: "INBOX", limit: 20, below: null, criteria: { from: "bob", seen: false } },
  ],
  ["read", { uid: 7 }, { does: "read", at }],
  ["attachment", { uid: 7, part: "2" }, { does: "attachment", at, part: "2", bytesMax: 10_000_000 }],
  [
    "move",
    { uids: [7], to: "Archive", uidValidity: "9" },
    { does: "move", at: { ...at, uidValidity: "9" }, to: "Archive" },
  ],
  ["mark", { uids: [7], add: ["\\Seen"] }, { does: "mark", at, add: ["\\Seen"], remove: [] }],
  ["delete", { uids: [7] }, { does: "delete", at }],
])("%s asks the connection's mailbox, as its user, and gives what it answers", async (name, given, task) => {
  const { sample } = imap.actions[name]!;
  const { ask, asked } = open({ kind: "answer", result: sample.output as JsonObject });
  const { outcome } = await ask(name, given);
  expect(outcome).toMatchObject({ kind: "done", result: sample.output });
  expect(asked).toMatchObject([
    { user: "ann", password: PASSWORD, server: { host: "mail.example.com", port: 993 }, task },
  ]);
});

test("a mail that is put has the same name at each sending of its effect, and another in another run", async () => {
  const mail = { from: "shop@example.com", to: ["ann@example.com"], subject: "Your order", text: "On its way" };
  const { ask, asked } = open({ kind: "answer", result: imap.actions["append"]!.sample.output as JsonObject });
  for (const run of ["run_1", "run_1", "run_2"]) await ask("append", mail, { run });
  const ids = asked.map(({ task }) => (task.does === "append" ? task.mail.id : ""));
  expect(ids[0]).toMatch(/^[\w-]{20,}$/);
  expect([ids[1] === ids[0], ids[2] === ids[0]]).toEqual([true, false]);
});

test.each<[ImapAnswer, object]>([
  [
    { kind: "refused", code: "mail_sign_in", message: `no ${PASSWORD}` },
    { kind: "refused", code: "mail_sign_in" },
  ],
  [
    { kind: "failed", code: "provider_not_found", message: "no" },
    { kind: "failed", code: "provider_not_found" },
  ],
  [
    { kind: "unknown", code: "reset", message: "lost" },
    { kind: "unknown", code: "reset" },
  ],
])("what the mailbox did not do is what became of the effect, without the password", async (answer, outcome) => {
  const ended = await open(answer).ask("delete", { uids: [7] });
  expect(ended.outcome).toMatchObject(outcome);
  expect(JSON.stringify(ended)).not.toContain(PASSWORD);
});

test("what was not granted is not asked for, and reading grants no deleting", async () => {
  const { ask, asked } = open({ kind: "answer", result: {} }, ["imap.read", "imap.search"]);
  expect((await ask("delete", { uids: [7] })).outcome).toMatchObject({ kind: "refused", code: "not_granted" });
  expect((await ask("append", { from: "x" })).outcome).toMatchObject({ kind: "refused" });
  expect(asked).toEqual([]);
});

test("a mail that comes in is an event of its folder, numbering and number", async () => {
  const until = { uidValidity: "9", uid: 8 };
  const sample = imap.triggers["new_mail"]!.sample as JsonObject;
  const { uidValidity: _, folder: __, ...mail } = sample;
  const { poll, asked } = open({ kind: "answer", result: { messages: [{ ...mail, uid: 8 }], until, more: false } });
  const effect = { action: "imap.new_mail", connection: "post", arguments: {}, repeat: "safe" } as const;
  const call = callOf({ url: "" }, effect);
  const matter = { call, connection: connection(ROW), readAtMs: 0 } as unknown as Parameters<typeof poll>[0];
  const { outcome } = await poll(matter, { folder: "INBOX" }, { uidValidity: "9", uid: 7 });
  expect(asked[0]?.task).toEqual({ does: "new", folder: "INBOX", since: { uidValidity: "9", uid: 7 }, limit: 100 });
  expect(outcome).toMatchObject({
    kind: "done",
    result: {
      events: [{ key: "INBOX\n9\n8", data: { ...sample, uid: 8, uidValidity: "9" } }],
      cursor: until,
      more: false,
    },
  });
  await poll(matter, { folder: "INBOX" }, null);
  expect(asked[1]?.task).toMatchObject({ does: "new", since: null });
});

/** What the audit says of a flow's whole life: who did what, and not a word of what it carried. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { auditFaults } from "../../test/audit-faults.ts";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import type { Egress, EgressAnswer } from "../core/ports/egress.ts";
import type { Gate } from "../core/ports/gate.ts";
import { putCredential } from "../flows/put-credential.ts";
import { createGate } from "../gate/create-gate.ts";
import { createInFlight } from "../gate/in-flight.ts";
import { storedParts } from "../gate/stored-parts.ts";

let it: TestEngine;
let answer: (url: string) => EgressAnswer;
const sent: string[] = [];
const egress: Egress = {
  request: async ({ url, body, headers }) => {
    sent.push(JSON.stringify([url, String(body), headers]));
    return answer(url);
  },
  abortAll: () => undefined,
  inFlight: () => 0,
  close: () => Promise.resolve(),
};

/** Each stands for something that must not be in the log. */
const PLANTED = {
  secret: "sk-live-planted-secret",
  mail: "ann.planted@example.com",
  body: "planted-body-4711",
  query: "planted-query",
  path: "planted-path",
  header: "planted-header",
  answer: "planted-answer",
  event: "planted-event",
  eventName: "planted_name",
  input: "planted-input",
  result: "planted-result",
  failure: "planted-failure",
} as const;

beforeAll(async () => {
  let gate: Gate | null = null;
  it = await testEngine({ gate: { perform: (call) => gate!.perform(call) } });
  gate = createGate({
    egress,
    ...storedParts(it.db.database, { clock: it.clock, log: (message) => void it.logs.push(message) }),
    inFlight: createInFlight(it.clock),
    keysOf: async (scope) => (await it.parts.projects.get(scope)).keys,
    clock: it.clock,
    log: (message) => void it.logs.push(message),
  });
  await putCredential(
    { database: it.db.database, projects: it.parts.projects, clock: it.clock, ids: it.parts.ids },
    it.scope,
    "mail",
    { kind: "bearer", secret: PLANTED.secret, hosts: ["api.example.com"] },
    it.parts.ids.uuid(),
    "key_1",
  );
});
afterAll(() => it.close());

const answered = (): EgressAnswer => ({
  kind: "answer",
  status: 200,
  headers: [["x-planted", PLANTED.header]],
  body: Buffer.from(JSON.stringify({ to: PLANTED.answer })),
  url: "",
});

const FLOW = {
  format: 1,
  name: "order",
  steps: [
    {
      id: "send",
      kind: "http",
      input: {
        method: "POST",
        url: `https://api.example.com/${PLANTED.path}?q=${PLANTED.query}`,
        headers: { "x-own": PLANTED.header },
        body: { to: PLANTED.mail, text: PLANTED.body, all: "{{ trigger.body }}" },
        credential: "mail",
      },
      next: ["pause"],
    },
    { id: "pause", kind: "wait", input: { event: PLANTED.eventName }, next: ["end"] },
    { id: "end", kind: "fail", input: { message: PLANTED.failure } },
  ],
} as const;

async function entries(): Promise<readonly AuditEntry[]> {
  const { rows } = await it.db.admin.query<{ entries: readonly AuditEntry[] }>({
    text: "select entries from steward.audit_batches order by recorded_at, chain, seq",
  });
  return rows.flatMap((row) => row.entries);
}

test("of effects, events, cancels, retries, answers and refusals the log says who and what, never with which words", async () => {
  const { engine, scope } = it;
  const version = it.flow(structuredClone(FLOW) as never);
  const start = (): Promise<{ run: string }> =>
    engine.startRun({ scope, version, trigger: "manual", input: { body: PLANTED.input } }, null, 0);
  const until = async (run: string, status: string): Promise<void> => {
    await expect.poll(async () => (await engine.readRun(scope, run))?.row.status, { timeout: 20_000 }).toBe(status);
  };

  answer = answered;
  const first = await start();
  await until(first.run, "waiting");
  await engine.sendEvent(scope, first.run, PLANTED.eventName, { by: PLANTED.event }, "key_1");
  await until(first.run, "failed");
  const again = await engine.retryRun(scope, first.run, "send", "mem_2");
  await until(again, "waiting");
  await engine.cancelRun(scope, again, "key_3");
  await until(again, "cancelled");

  answer = () => ({ kind: "unknown", code: "timeout", message: PLANTED.answer });
  const doubtful = await start();
  await until(doubtful.run, "in_doubt");
  const resolution = { step: "send", path: null, how: "done" as const, result: { x: PLANTED.result } };
  await engine.resolveEffect(scope, doubtful.run, resolution, "key_4");
  await until(doubtful.run, "waiting");

  answer = () => ({ kind: "refused", code: "host_not_allowed", message: PLANTED.answer });
  await until((await start()).run, "failed");

  const all = await entries();
  const shown = all.map(({ actor, action }) => `${actor} ${action}`);
  for (const expected of [
    "key_1 credential.set",
    "key_1 grant.given",
    "flow:order effect.intent",
    "flow:order effect.outcome",
    "key_1 run.event_sent",
    "mem_2 run.retried",
    "key_3 run.cancelled",
    "key_4 run.resolved",
  ])
    expect(shown).toContain(expected);
  expect(shown.filter((one) => one.startsWith("key_"))).toHaveLength(5); // each act once
  expect(sent.join()).toContain(PLANTED.secret); // the outside did see all of it
  expect(sent.join()).toContain(PLANTED.mail);
  const text = JSON.stringify(all);
  for (const [what, planted] of Object.entries(PLANTED)) expect([what, text.includes(planted)]).toEqual([what, false]);
  expect(text).not.toMatch(/[\w.]+@[\w.]+\.\w/); // no mail address of anybody
  expect(await auditFaults(it.db.admin)).toEqual([]);
});

test("whoever learns nothing from the log but the shape of a value has no long text in it at all", async () => {
  for (const { facts, target } of await entries()) {
    expect(target.length).toBeLessThan(200);
    for (const value of Object.values(facts)) expect(String(value).length).toBeLessThan(100);
  }
});

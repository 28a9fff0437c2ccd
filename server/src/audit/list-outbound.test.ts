/** The ledger of effects as a project's members read it, and how the engine fills it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import type { EffectCall, Gate } from "../core/ports/gate.ts";
import { forgetOutboundEffects, noteOutboundEffects } from "../store/outbound-effects.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { listOutbound } from "./list-outbound.ts";

let it: TestEngine;
let perform: (call: EffectCall) => Promise<AuditEntry["facts"]> = async () => ({ outcome: "done", ms: 3 });

const entryOf = (call: EffectCall, action: string, facts: AuditEntry["facts"]): AuditEntry => ({
  atMs: it.clock.nowMs(),
  project: call.project,
  actor: `flow:${call.flow}`,
  action,
  target: `${call.run}/${call.step}`,
  facts: { effect: call.effect.action, attempt: call.attempt, digest: "d", host: "example.com", ...facts },
});

const gate: Gate = {
  async perform(call) {
    const intent = entryOf(call, "effect.intent", { decidedBy: "grt_x", line: 0 });
    await call.intend({ audit: [intent], reservations: [] });
    const facts = await perform(call);
    return {
      outcome: { kind: "done", result: { status: 200, headers: {}, body: "ok" } },
      audit: [entryOf(call, "effect.outcome", facts)],
      settle: [],
      usage: null,
    };
  },
};

beforeAll(async () => {
  it = await testEngine({ gate });
});
afterAll(() => it.close());

const SEND = {
  format: 1 as const,
  name: "post",
  steps: [{ id: "send", kind: "http", input: { method: "POST", url: "https://example.com/" } }],
};

type Query = Parameters<typeof listOutbound>[2];
const list = (query: Partial<Query> = {}, scope: Scope = it.scope) =>
  listOutbound(it.db.database, scope, { refused: "false", limit: 50, ...query }, (code) => `In words: ${code}`);

const note = (scope: Scope, ...entries: readonly AuditEntry[]): Promise<void> =>
  inScope(it.db.database, scope, async (tx) => {
    for (const statement of noteOutboundEffects(scope, entries)) await tx.query(statement);
  });

const plain = (change: Partial<AuditEntry> & { readonly host?: string } = {}): AuditEntry => ({
  atMs: it.clock.nowMs(),
  project: it.scope.project,
  actor: "flow:plain",
  action: "effect.outcome",
  target: `${showId("run", it.parts.ids.uuid())}/send`,
  ...change,
  facts: {
    effect: "http.request",
    attempt: 1,
    digest: "d",
    host: change.host ?? "a.example",
    outcome: "done",
    ...change.facts,
  },
});

test("an effect stands in the ledger before anything is sent, and says afterwards what became of it", async () => {
  const seen: Awaited<ReturnType<typeof list>>["items"] = [];
  perform = async (call) => {
    seen.push(...(await list({ cause: call.run })).items);
    return { outcome: "done", ms: 3 };
  };
  const version = it.flow(SEND);
  const { run } = await it.run(version);
  const cause = showId("run", run);
  expect(seen).toMatchObject([{ cause, host: "example.com", step: "send", outcome: null, times: 1, ms: null }]);
  const { items, next } = await list({ cause });
  expect(next).toBeNull();
  expect(items).toMatchObject([
    {
      cause,
      flow: version.slug,
      action: "http.request",
      outcome: "done",
      times: 1,
      ms: 3,
      decidedBy: { id: "grt_x", line: 0 },
    },
  ]);
});

test("an effect that is sent again after a crash is one line, begun twice", async () => {
  const run = showId("run", it.parts.ids.uuid());
  const target = `${run}/0.2/send`;
  const begun = plain({ action: "effect.intent", target });
  await note(it.scope, begun);
  await note(it.scope, { ...begun, atMs: begun.atMs + 60_000 });
  expect((await list({ cause: run })).items).toMatchObject([{ times: 2, outcome: null, step: "send", path: [0, 2] }]);
  await note(it.scope, plain({ target, facts: { outcome: "unknown", code: "timeout" } }));
  expect((await list({ cause: run })).items).toMatchObject([
    {
      times: 2,
      outcome: "unknown",
      code: "timeout",
      reason: "In words: timeout",
      at: new Date(begun.atMs).toISOString(),
    },
  ]);
});

test("pages of any size give every line once, the newest first, where several are of one moment", async () => {
  const scope = await it.project();
  const atMs = it.clock.nowMs();
  const entries = Array.from({ length: 23 }, (_, n) =>
    plain({ atMs: atMs + Math.floor(n / 5), project: scope.project }),
  );
  await note(scope, ...entries);
  const seen: string[] = [];
  for (let cursor: string | undefined, pages = 0; pages < 20; pages++) {
    const page = await list({ limit: 4, ...(cursor === undefined ? {} : { cursor }) }, scope);
    seen.push(...page.items.map(({ at, cause }) => `${at} ${cause}`));
    if (page.next === null) break;
    cursor = page.next;
  }
  expect(seen).toHaveLength(23);
  expect(seen).toEqual([...new Set(seen)].toSorted().toReversed());
});

test("it is found by host, flow, time, and what was refused", async () => {
  const scope = await it.project();
  const atMs = it.clock.nowMs();
  await note(
    scope,
    plain({ host: "a.example", atMs }),
    plain({ host: "b.example", atMs: atMs + 1000, actor: "flow:other" }),
    plain({ host: "c.example", atMs: atMs + 2000, action: "effect.refused", facts: { code: "egress_refused" } }),
    plain({ host: "d.example", atMs: atMs + 3000, facts: { outcome: "refused", code: "address_refused" } }),
  );
  const hosts = async (query: Partial<Query>) => (await list(query, scope)).items.map(({ host }) => host);
  expect(await hosts({ host: "B.example" })).toEqual(["b.example"]);
  expect(await hosts({ host: "example" })).toHaveLength(4);
  expect(await hosts({ host: "xample" })).toEqual([]);
  expect(await hosts({ flow: "other" })).toEqual(["b.example"]);
  expect(await hosts({ refused: "true" })).toEqual(["d.example", "c.example"]);
  expect(await hosts({ from: new Date(atMs + 1000).toISOString(), to: new Date(atMs + 3000).toISOString() })).toEqual([
    "c.example",
    "b.example",
  ]);
  expect(await hosts({ connection: "nobody" })).toEqual([]);
  await expect(list({ cursor: "nonsense" }, scope)).rejects.toMatchObject({ code: "value_invalid" });
});

test("another project sees none of it", async () => {
  await note(it.scope, plain());
  expect((await list({}, await it.project())).items).toEqual([]);
});

test("after 90 days it is forgotten, and nothing younger can be", async () => {
  const scope = await it.project();
  const oldMs = Date.now() - 91 * 86_400_000;
  await note(scope, plain({ atMs: oldMs, host: "old.example" }), plain({ atMs: Date.now(), host: "young.example" }));
  while ((await forgetOutboundEffects(it.db.dispatch, 1)) > 0);
  expect((await list({}, scope)).items.map(({ host }) => host)).toEqual(["young.example"]);
});

/** Triggers of connectors in engine tests: a provider that the test speaks for, and flows whose triggers ask it. */
import type { FlowFileInput } from "@steward/sdk";
import type { Json } from "../core/json.ts";
import type { EventAsk, EventEnd, EventGate, Polled } from "../core/ports/events.ts";
import { alignTriggers } from "../flows/align-triggers.ts";
import { openWebhookToken } from "../flows/webhook-token.ts";
import { inScope } from "../store/scope.ts";
import type { TestEngine } from "../../test/engine.ts";
import type { EventWorks } from "./engine-parts.ts";
import { readRecords } from "./read-records.ts";

export const CONNECTION = "01234567-89ab-7cde-8fd1-000000000001";

export interface ScriptedProvider extends EventGate {
  /** What has happened there, in order; a poll gives all after the cursor, ten at most. */
  readonly happened: string[];
  /** Each poll and registration that got through, as it was asked. */
  readonly asked: { readonly does: string; readonly cursor?: Json; readonly url?: string; readonly kept?: Json }[];
  /** Addresses that it knows. */
  readonly known: Set<string>;
  /** Refuses what is judged. */
  refusal: { readonly code: string; readonly message: string } | null;
  /** In the place of what it would answer; once. */
  next: ((ask: EventAsk) => Promise<EventEnd<never> | null>) | null;
  connection: string;
  /** Like Slack's events, or GitHub's hooks. */
  kind: "poll" | "hook" | "by_hand";
  /** Whether the connection has what deliveries are signed with. */
  signing: boolean;
}

export function scriptedProvider(): ScriptedProvider {
  const it: ScriptedProvider = {
    happened: [],
    asked: [],
    known: new Set(),
    refusal: null,
    next: null,
    connection: CONNECTION,
    kind: "poll",
    signing: false,
    describe: () =>
      Promise.resolve(
        it.kind === "poll"
          ? { kind: "poll", everySeconds: { default: 60, min: 15 } }
          : {
              kind: "hook",
              signature: it.kind === "by_hand" ? "slack" : "github",
              byHand: it.kind === "by_hand" ? ["Do it"] : null,
            },
      ),
    judge: () =>
      Promise.resolve(
        it.refusal === null
          ? { kind: "done", value: { connection: it.connection } }
          : { kind: "refused", ...it.refusal },
      ),
    poll: (ask, cursor) =>
      answered(ask, (): Polled => {
        it.asked.push({ does: "poll", cursor });
        const from = typeof cursor === "number" ? cursor : it.happened.length;
        const found = it.happened.slice(from, from + 10);
        const events = found.map((text) => ({ key: text, data: { text } }));
        return { events, cursor: from + found.length, more: from + found.length < it.happened.length };
      }),
    register: (ask, { url }) =>
      answered(ask, (): Json => {
        it.asked.push({ does: "register", url });
        it.known.add(url);
        return { hook: 1 };
      }),
    unregister: (ask, { url, kept }) =>
      answered(ask, () => {
        it.asked.push({ does: "unregister", url, kept });
        it.known.delete(url);
        return null;
      }),
    makeSecret: () => Promise.resolve(Buffer.from("sealed")),
    signs: () => Promise.resolve(it.signing),
    read: () => Promise.reject(new Error("no deliveries here")),
  };

  const answered = async <T>(ask: EventAsk, answer: () => T): Promise<EventEnd<T>> => {
    if (!(await ask.stillMay())) return { kind: "refused", code: "cancelled", message: "not wanted any more" };
    const { next } = it;
    it.next = null;
    const instead = next === null ? null : await next(ask);
    return instead ?? { kind: "done", value: answer() };
  };
  return it;
}

/** What of the engine needs the rest; the address is the token's. */
export function worksOf(gate: EventGate): EventWorks {
  return { gate, addressOf: (keys, trigger, token) => `https://here/${openWebhookToken(keys, trigger, token)}` };
}

export const EVENT_FLOW: FlowFileInput = {
  format: 1,
  name: "mails",
  triggers: [{ id: "mail", kind: "event", event: "box.mail", connection: "box" }],
  steps: [{ id: "seen", kind: "set", input: { text: "{{ trigger.body.text }}" } }],
};

/** Publishes it as the product's verb does; once more for another version, or to pause it. */
export async function publishEvents(
  it: TestEngine,
  change: { readonly file?: FlowFileInput; readonly running?: boolean; readonly again?: boolean } = {},
): Promise<{ readonly flow: string; readonly trigger: string }> {
  const { running = true, again = true, file = EVENT_FLOW } = change;
  const version = again ? it.flow(file) : (await it.parts.versions.published(it.scope, file.name))!;
  const { organization, project } = it.scope;
  const { keys } = await it.parts.projects.get(it.scope);
  await inScope(it.db.database, it.scope, async (tx) => {
    await tx.query({
      text: `insert into steward.flows (organization, project, id, slug, name, draft, draft_digest, draft_problems, version, paused, created_at, updated_at)
        values ($1, $2, $3, $4, $4, '', '', 0, 1, false, now(), now()) on conflict do nothing`,
      values: [organization, project, version.flow, file.name],
    });
    const around = { scope: it.scope, keys, ids: it.parts.ids, nowMs: it.clock.nowMs() };
    const triggers = [...version.compiled.triggers.values()];
    await alignTriggers(tx, around, { flow: version.flow, version: version.number, triggers, running });
  });
  const { rows } = await it.db.admin.query<{ id: string }>({
    text: "select id from steward.triggers where flow = $1 order by id",
    values: [version.flow],
  });
  return { flow: version.flow, trigger: rows[0]!.id };
}

/** Everything that is due, looked at by this worker, once. */
export async function lookOnce(it: TestEngine): Promise<void> {
  await it.poller.look();
  await it.poller.settled();
}

/** Looks until nothing is due any more. */
export async function lookAround(it: TestEngine): Promise<void> {
  for (let look = 0; look < 20; look++) {
    const { rows } = await it.db.admin.query({
      text: "select from steward.event_triggers where due_at <= to_timestamp($1)",
      values: [it.clock.nowMs() / 1000],
    });
    if (rows.length === 0) return;
    await lookOnce(it);
  }
  throw new Error("something is always due");
}

export interface StandingEvent {
  readonly status: string;
  readonly why: string | null;
  readonly failures: number;
  readonly tries: number;
  readonly claimed: boolean;
  readonly dueInMs: number | null;
}

export async function standing(it: TestEngine): Promise<StandingEvent> {
  const { rows } = await it.db.admin.query<Omit<StandingEvent, "dueInMs"> & { dueAt: number | null }>({
    text: `select status, why, failures, tries, claimed_by is not null as claimed, due_at as "dueAt" from steward.event_triggers
      where project = $1`,
    values: [it.scope.project],
  });
  const { dueAt, ...row } = rows[0]!;
  return { ...row, dueInMs: dueAt === null ? null : dueAt - it.clock.nowMs() };
}

/** What the runs of a flow were told, in the order in which they began. */
export async function told(it: TestEngine, flow: string): Promise<readonly Json[]> {
  const { rows } = await it.db.admin.query<{ id: string }>({
    text: "select id from steward.runs where flow = $1 order by id",
    values: [flow],
  });
  const bodies: Json[] = [];
  for (const { id } of rows) {
    for await (const { record } of readRecords(it.parts, it.scope, id, 1)) {
      if (record.t === "accepted") bodies.push((record.input as { body: { text: Json } }).body.text);
      break;
    }
  }
  return bodies;
}

/** Claims end by the database's clock: what a minute of it would do. */
export async function lapseClaims(it: TestEngine): Promise<void> {
  await it.db.admin.query({
    text: "update steward.event_triggers set claimed_until = clock_timestamp() - interval '1 second' where claimed_until is not null",
  });
}

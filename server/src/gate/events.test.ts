/** What triggers ask of providers passes the gate like every other effect: granted, limited, audited, revoked. */
import { createHmac } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import type { HookTrigger, PollTrigger } from "@steward/sdk";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { createEgress } from "../adapters/egress/create-egress.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import { capsOfGrant } from "../core/budget/line-caps.ts";
import { parseAllowList } from "../core/egress/allow-list.ts";
import { placeOf } from "../catalogue/tables.ts";
import { showId, uuidBytes } from "../core/id.ts";
import type { Json } from "../core/json.ts";
import type { EventAsk, EventGate } from "../core/ports/events.ts";
import { putCaps } from "../grants/put-caps.ts";
import { storedGrant } from "../grants/stored-grant.ts";
import { insertConnection } from "../store/connections.ts";
import { endGrants, insertGrant } from "../store/grants.ts";
import { inScope } from "../store/scope.ts";
import { askForTrigger, unregisterHook } from "./ask-for-trigger.ts";
import { boxAt, boxSecrets } from "./box.testsuite.ts";
import { createEvents } from "./create-events.ts";
import { createGate } from "./create-gate.ts";
import { answer, connection, serve, type Server } from "./gate.testsuite.ts";
import { type Heard, heardBy } from "./heard.ts";
import { createInFlight } from "./in-flight.ts";
import { storedParts } from "./stored-parts.ts";

const CANARY = "t0ken-canary-9f8e7d";
const OWNER = "01234567-89ab-7cde-8f01-0000000000aa";

const Settings = z.strictObject({ label: z.string().default("all"), calls: z.int().default(1) });
const mail: PollTrigger<z.output<typeof Settings>> = {
  kind: "poll",
  title: "Mail",
  summary: "Mails.",
  settings: Settings,
  scopes: ["box.use"],
  everySeconds: { default: 60, min: 15 },
  sample: {},
  *poll({ label, calls }, cursor) {
    let last: unknown = null;
    for (let n = 0; n < calls; n++) last = (yield { method: "GET", url: "/mails", query: { label, n } }).body;
    return { events: [{ key: "k1", data: { last: JSON.stringify(last), cursor } }], cursor: { at: 7 }, more: false };
  },
};
const writing: PollTrigger = {
  ...mail,
  settings: z.strictObject({}),
  *poll() {
    yield { method: "POST", url: "/mails", body: {} };
    return { events: [], cursor: null, more: false };
  },
};
const hook: HookTrigger = {
  kind: "hook",
  title: "Hook",
  summary: "Hooks.",
  settings: z.strictObject({}),
  scopes: ["box.use"],
  sample: {},
  signature: "slack",
  *register(_settings, url, secret) {
    yield { method: "POST", url: "/hooks", body: { url, secret } };
    return { hook: 5 };
  },
  *unregister(_settings, kept) {
    yield { method: "DELETE", url: "/hooks/5", accepts: [404] };
    return kept === null ? null : null;
  },
  challenge: (body) =>
    typeof body === "object" && body !== null && "challenge" in body ? JSON.stringify(body["challenge"]) : null,
  read: (_settings, _headers, body) => ({ key: JSON.stringify(body), data: body }),
};

/** Signed as GitHub does, and named by a header that is not signed. */
const pushed: HookTrigger = {
  ...hook,
  signature: "github",
  read: (_settings, headers, body) => ({ key: headers["x-github-delivery"] ?? "", data: body }),
};

let it: TestEngine;
let events: EventGate;
let heard: Heard;
let server: Server;
let con: string;
const egress = createEgress({ allow: parseAllowList("127.0.0.0/8"), nowMs: () => performance.now() });
let secrets = boxSecrets([CANARY]);

beforeAll(async () => {
  it = await testEngine();
  const { clock, db, logs } = it;
  const log = (message: string): void => void logs.push(message);
  const stored = storedParts(db.database, { clock, log });
  const inFlight = createInFlight(clock);
  heard = heardBy(stored.policies, inFlight);
  const box = () => boxAt(server, { triggers: { mail, writing, hook, pushed } });
  const connectors = {
    find: async (_place: unknown, id: string) => (id === "box" ? box() : null),
    list: async () => [box()],
  };
  const asks = {
    connectors,
    secrets: { freshSecret: (...given: Parameters<typeof secrets.freshSecret>) => secrets.freshSecret(...given) },
    egress,
    clock,
    log,
  };
  const judging = {
    ...stored,
    inFlight,
    egress,
    keysOf: async (scope: { readonly organization: string; readonly project: string }) =>
      (await it.parts.projects.get(scope)).keys,
    clock,
    log,
    actions: { "event.ask": askForTrigger(asks), "event.unregister": unregisterHook(asks) },
  };
  events = createEvents({
    gate: createGate(judging),
    judging,
    asks: askForTrigger(asks),
    connectors,
    database: db.database,
    ids: it.parts.ids,
  });
});
afterAll(async () => {
  await it.close();
  await egress.close();
});
beforeEach(async () => {
  secrets = boxSecrets([CANARY]);
  server = await serve((socket) => socket.write(answer('{"id":"7"}', { "content-type": "application/json" })));
  con = await connect("box");
});
afterEach(async () => {
  await it.db.admin.query({
    text: "update steward.connections set status = 'disconnected', secret = null where status <> 'disconnected'",
  });
  await it.db.admin.query({ text: "update steward.grants set revoked_at = now(), revoked_by = 'x'" });
  heard.changed(it.scope);
});

async function connect(slug: string, owner: string | null = null): Promise<string> {
  const id = it.parts.ids.uuid();
  const row = connection({ id, slug, owner, scopes: ["box.use"], secret: Buffer.from("sealed") });
  await inScope(it.db.database, it.scope, (tx) => tx.query(insertConnection(it.scope, row)));
  return id;
}

async function give(line: Record<string, Json> = {}, to = "project", of = con, slug = "box"): Promise<string> {
  const id = it.parts.ids.uuid();
  const atMs = it.clock.nowMs();
  const form: Json = {
    to,
    connection: slug,
    lines: [{ actions: ["box.mail", "box.hook", "box.writing"], when: [], rate: [], money: [], ...line }],
    note: "",
  };
  const row = {
    id,
    kind: "grant",
    principal: to,
    connection: of,
    credential: null,
    form,
    givenBy: null,
    by: "acc_1",
    atMs,
  } as const;
  await inScope(it.db.database, it.scope, async (tx) => {
    for (const statement of insertGrant(it.scope, row)) await tx.query(statement);
    const caps = capsOfGrant(storedGrant({ ...row, version: 1, createdAt: atMs }));
    await putCaps(tx, it.parts.ids, { ...it.scope, of: `grant:${showId("grt", id)}`, by: "acc_1", atMs }, caps);
  });
  heard.changed(it.scope);
  return id;
}

function askOf(change: Partial<EventAsk> = {}): EventAsk {
  return {
    ...it.scope,
    trigger: it.parts.ids.uuid(),
    name: "mail",
    flow: "reader",
    version: 1,
    event: "box.mail",
    connection: "box",
    settings: {},
    look: 1,
    by: null,
    signal: new AbortController().signal,
    stillMay: async () => true,
    mayProceed: () => true,
    ...change,
  };
}

async function entries(): Promise<AuditEntry[]> {
  const { rows } = await it.db.admin.query<{ entries: AuditEntry[] }>({
    text: "select entries from steward.audit_batches order by recorded_at, chain, seq",
  });
  return rows.flatMap((row) => row.entries);
}

test("without a grant nobody hears anything, and the audit has the refusal", async () => {
  const before = (await entries()).length;
  expect(await events.judge(askOf())).toMatchObject({ kind: "refused", code: "not_granted" });
  expect((await entries()).length).toBe(before);
  expect(await events.poll(askOf(), null)).toMatchObject({ kind: "refused", code: "not_granted" });
  expect(server.requests).toEqual([]);
  expect((await entries()).at(-1)).toMatchObject({
    action: "effect.refused",
    target: "trigger:reader/mail",
    facts: { code: "not_granted", effect: "box.mail" },
  });
});

test("with a grant it is asked, and the audit names the trigger before and after; the secret is nowhere", async () => {
  const grant = await give();
  expect(await events.judge(askOf())).toEqual({ kind: "done", value: { connection: con } });
  const polled = await events.poll(askOf({ settings: { label: "a" }, look: 3 }), { at: 1 });
  expect(polled).toMatchObject({ kind: "done", value: { cursor: { at: 7 }, more: false } });
  expect(server.requests[0]).toContain("GET /mails?label=a&n=0");
  expect(server.requests[0]).toContain(`Bearer ${CANARY}`);
  const [intent, outcome] = (await entries()).slice(-2);
  expect(intent).toMatchObject({
    actor: "flow:reader",
    action: "effect.intent",
    target: "trigger:reader/mail",
    facts: { effect: "box.mail", attempt: 3, decidedBy: showId("grt", grant), connection: showId("con", con) },
  });
  expect(outcome).toMatchObject({
    action: "effect.outcome",
    target: "trigger:reader/mail",
    facts: { outcome: "done", calls: 1, attempt: 3 },
  });
  expect(JSON.stringify([polled, await entries(), it.logs])).not.toContain(CANARY);
});

test("a person who tries a trigger is named in its place", async () => {
  await give();
  await events.poll(askOf({ by: "acc_ann" }), null);
  expect((await entries()).slice(-2).map(({ actor }) => actor)).toEqual(["acc_ann", "acc_ann"]);
});

test("a look that is told apart by the time, as a trial is, is noted like every other, and so is the longest-lived trigger's", async () => {
  await give();
  const looks = [1_795_298_252_300, 2_147_483_647, 2_147_483_648, Number.MAX_SAFE_INTEGER];
  for (const look of looks)
    expect(await events.poll(askOf({ name: "longest", look, by: "acc_ann" }), null)).toMatchObject({ kind: "done" });
  const { rows } = await it.db.admin.query<{ attempt: number; outcome: string }>({
    text: "select attempt, outcome from steward.outbound_effects where cause = 'trigger:reader/longest'",
  });
  expect(rows.map(({ outcome }) => outcome)).toEqual(looks.map(() => "done"));
  const noted = (await entries()).filter(({ target }) => target === "trigger:reader/longest");
  expect(noted.map(({ facts }) => facts["attempt"])).toEqual(rows.flatMap(({ attempt }) => [attempt, attempt]));
});

test("a rate counts looks, also those that died before they could say so", async () => {
  await give({ rate: [{ times: 3, per: "day" }] });
  const trigger = it.parts.ids.uuid();
  expect(await events.poll(askOf({ trigger, look: 1 }), null)).toMatchObject({ kind: "done" });
  const dying = askOf({
    trigger,
    look: 2,
    stillMay: () => Promise.reject(new Error("killed between the intent and the outcome")),
  });
  await expect(events.poll(dying, null)).rejects.toThrow("killed");
  expect(await events.poll(askOf({ trigger, look: 3 }), null)).toMatchObject({ kind: "done" });
  const message = expect.stringMatching(
    /^line 1 of the grant to .+ \(3 calls a day\) has too little left: 3 calls spent; /,
  );
  const full = { kind: "refused", code: "rate_exceeded", message };
  expect(await events.poll(askOf({ trigger, look: 4 }), null)).toMatchObject(full);
  expect(await events.poll(askOf(), null)).toMatchObject(full);
  expect(server.requests).toHaveLength(2);
  const { rows } = await it.db.admin.query({ text: "select from steward.reservations" });
  expect(rows).toEqual([]);
});

test("a grant that asks a person each time is none for an event", async () => {
  await give({ approval: { when: "always", by: ["role:owner"] } });
  const refused = { kind: "refused", code: "not_granted", message: expect.stringContaining("asks a person") };
  expect(await events.judge(askOf())).toMatchObject(refused);
  expect(await events.poll(askOf(), null)).toMatchObject(refused);
  expect(server.requests).toEqual([]);
});

test("events of a person's own connection need a grant to the flow by name: one to the project is for runs they start", async () => {
  const own = await connect("mine", OWNER);
  const ask = askOf({ connection: "mine" });
  await give({}, "project", own, "mine");
  await give({}, `member:${showId("acc", OWNER)}`, own, "mine");
  expect(await events.judge(ask)).toMatchObject({ kind: "refused", code: "not_granted" });
  await give({}, "flow:other", own, "mine");
  expect(await events.poll(ask, null)).toMatchObject({ kind: "refused", code: "not_granted" });
  await give({}, "flow:reader", own, "mine");
  expect(await events.poll(ask, null)).toMatchObject({ kind: "done" });
});

test("what can't be asked says why before any grant: settings, event, connection, scope", async () => {
  await give();
  const codeOf = async (change: Partial<EventAsk>) => {
    const judged = await events.judge(askOf(change));
    return judged.kind === "done" ? "done" : judged.code;
  };
  expect(await codeOf({ settings: { label: 5 } })).toBe("arguments_invalid");
  expect(await codeOf({ event: "box.nothing" })).toBe("action_unavailable");
  expect(await codeOf({ event: "nobody.mail" })).toBe("action_unavailable");
  expect(await codeOf({ connection: "gone" })).toBe("connection_missing");
  await it.db.admin.query({
    text: "update steward.connections set status = 'reauth_required', secret = null where id = $1",
    values: [con],
  });
  expect(await codeOf({})).toBe("reauth_required");
  await it.db.admin.query({
    text: "update steward.connections set status = 'active', secret = 'x', scopes = '{}' where id = $1",
    values: [con],
  });
  expect(await codeOf({})).toBe("not_available");
  expect(await events.poll(askOf(), null)).toMatchObject({ kind: "refused", code: "not_available" });
  expect(server.requests).toEqual([]);
});

test("a revoke while it is asked stops it at once, and no later call is made", async () => {
  const grant = await give();
  const arrived = Promise.withResolvers<void>();
  server = await serve(() => arrived.resolve()); // never answers
  const polling = events.poll(askOf({ settings: { calls: 5 } }), null);
  await arrived.promise;
  const atMs = it.clock.nowMs();
  await inScope(it.db.database, it.scope, (tx) => endGrants(tx, it.scope.project, { grant }, { by: "acc_1", atMs }));
  const stopped = await heard.revoked(it.scope, { kind: "grant", id: grant }, 2000);
  expect(stopped).toMatchObject([{ action: "box.mail", step: "mail", fate: "stopped" }]);
  expect(await polling).toMatchObject({ kind: "refused", code: "revoked" });
  expect(server.requests).toHaveLength(1);
});

test("a trigger that is paused between two calls makes no further one", async () => {
  await give();
  let asked = 0;
  const ask = askOf({ settings: { calls: 5 }, stillMay: async () => ++asked <= 2 });
  expect(await events.poll(ask, null)).toMatchObject({ kind: "refused", code: "cancelled" });
  expect(server.requests).toHaveLength(2);
});

test("what a provider says is data: dead tokens, limits, failures, garbage", async () => {
  await give();
  const reply = async (status: number, body = "{}") => {
    server = await serve((socket) =>
      socket.write(
        `HTTP/1.1 ${status} X\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      ),
    );
    return await events.poll(askOf(), null);
  };
  expect(await reply(429)).toMatchObject({ kind: "failed", code: "rate_limited", afterMs: 30_000 });
  expect(await reply(403)).toMatchObject({
    kind: "failed",
    code: "not_available",
    message: expect.stringMatching(/^.+; connect box again with an account or key that has box\.use there$/),
  });
  expect(await reply(503)).toMatchObject({ kind: "failed", code: "provider_unavailable" });
  secrets = boxSecrets([CANARY], {}, { kind: "refused", code: "reauth_required", message: "dead" });
  expect(await reply(401)).toMatchObject({ kind: "refused", code: "reauth_required" });
});

test("a poll that would write is the connector's fault, and writes nothing", async () => {
  await give();
  await expect(events.poll(askOf({ event: "box.writing" }), null)).rejects.toThrow("writes");
  expect(server.requests).toEqual([]);
});

test("a hook is registered with a secret of its own, and taken away without any grant", async () => {
  const grant = await give();
  const ask = askOf({ event: "box.hook", name: "hook" });
  const secret = await events.makeSecret(it.scope, ask.trigger);
  const url = "https://here/webhooks/wh_1";
  expect(await events.register(ask, { url, secret })).toEqual({ kind: "done", value: { hook: 5 } });
  const body = JSON.parse(server.requests[0]!.slice(server.requests[0]!.indexOf("\r\n\r\n"))) as Record<string, string>;
  expect(body).toEqual({ url, secret: expect.stringMatching(/^[\w-]{43}$/) });
  const signed = delivery(body["secret"]!, '{"a":1}');
  expect(await events.read(ask, secret, signed)).toEqual({ kind: "event", event: { key: '{"a":1}', data: { a: 1 } } });

  await inScope(it.db.database, it.scope, (tx) =>
    endGrants(tx, it.scope.project, { grant }, { by: "acc_1", atMs: it.clock.nowMs() }),
  );
  heard.changed(it.scope);
  expect(await events.register(ask, { url, secret })).toMatchObject({ kind: "refused", code: "not_granted" });
  expect(await events.unregister(ask, { url, kept: { hook: 5 } })).toEqual({ kind: "done", value: null });
  expect(server.requests.map((request) => request.split(" ")[0])).toEqual(["POST", "DELETE"]);
  expect((await entries()).at(-1)).toMatchObject({ action: "effect.outcome", facts: { does: "unregister" } });
});

/** As Slack signs. */
function delivery(secret: string, body: string, at = 1_700_000_000, nowMs = at * 1000) {
  const signature = `v0=${createHmac("sha256", secret).update(`v0:${at}:${body}`).digest("hex")}`;
  const headers = { "x-slack-request-timestamp": String(at), "x-slack-signature": signature };
  return { headers: { ...headers, "content-type": "application/json" }, rawBody: Buffer.from(body), url: "x", nowMs };
}

test("a delivery is read only as it was signed, and not late", async () => {
  const ask = askOf({ event: "box.hook", name: "hook" });
  const { keys } = await it.parts.projects.get(it.scope);
  const place = placeOf("event_triggers", "secret");
  const secret = keys.seal("credential", place, uuidBytes(ask.trigger), Buffer.from("s3cret"));
  const kindOf = async (given: ReturnType<typeof delivery>, by: Buffer | null = secret) =>
    (await events.read(ask, by, given)).kind;
  const good = delivery("s3cret", '{"a":1}');
  expect(await kindOf(good)).toBe("event");
  expect(await kindOf({ ...good, rawBody: Buffer.from('{"a":2}') })).toBe("unsigned");
  expect(await kindOf(delivery("other", '{"a":1}'))).toBe("unsigned");
  expect(await kindOf({ ...good, nowMs: good.nowMs + 299_000 })).toBe("event");
  expect(await kindOf({ ...good, nowMs: good.nowMs + 301_000 })).toBe("unsigned");
  expect(await kindOf({ ...good, nowMs: good.nowMs - 301_000 })).toBe("unsigned");
  expect(await kindOf({ ...good, headers: { ...good.headers, "x-slack-request-timestamp": "1700000001" } })).toBe(
    "unsigned",
  );
  expect(await kindOf(delivery("s3cret", "no json"))).toBe("unreadable");
  // While no secret is set, an address can only be tried.
  expect(await kindOf(good, null)).toBe("unsigned");
  expect(await events.read(ask, null, delivery("", '{"challenge":"abc"}'))).toEqual({
    kind: "challenge",
    answer: '"abc"',
    signed: false,
  });
  expect(await kindOf(delivery("other", '{"challenge":"abc"}'))).toBe("unsigned");
});

test("the same signed body is the same event, under whatever id a header gives it", async () => {
  const ask = askOf({ event: "box.pushed", name: "pushed" });
  const { keys } = await it.parts.projects.get(it.scope);
  const place = placeOf("event_triggers", "secret");
  const secret = keys.seal("credential", place, uuidBytes(ask.trigger), Buffer.from("s3cret"));
  const keyOf = async (id: string, body: string) => {
    const signature = `sha256=${createHmac("sha256", "s3cret").update(body).digest("hex")}`;
    const headers = { "x-hub-signature-256": signature, "x-github-delivery": id, "content-type": "application/json" };
    const read = await events.read(ask, secret, { headers, rawBody: Buffer.from(body), url: "x", nowMs: 0 });
    return read.kind === "event" ? read.event?.key : read.kind;
  };
  const first = await keyOf("one", '{"a":1}');
  expect(first).toMatch(/^[\w-]{43}$/);
  expect(await keyOf("two", '{"a":1}')).toBe(first);
  expect(await keyOf("one", '{"a":2}')).not.toBe(first);
});

/** Disconnecting, until the provider has forgotten us: by the installation's own flow, on a real engine. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Connecting, connecting } from "../connections/connecting.testsuite.ts";
import { endLeftBehind, endOfProject, endOwned } from "../connections/end-left-behind.ts";
import { type Revoking, revoking } from "../connections/revoking.testsuite.ts";
import { parseId, showId } from "../core/id.ts";
import type { EffectCall } from "../core/ports/gate.ts";
import { GRANTED, performPlainly, PLAIN_CALL } from "../core/ports/gate.testsuite.ts";
import type { ConnectionPlace } from "../core/ports/connections.ts";
import { INSTALLATION, INSTALLATION_SCOPE } from "../store/installation.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";

let it: Connecting;
let worker: Revoking;
beforeEach(async () => {
  it = await connecting();
  worker = await revoking(it);
});
afterEach(async () => {
  await worker.close();
  await it.close();
});

const DAY_MS = 86_400_000;

interface Receipt extends Record<string, unknown> {
  readonly id: string;
  readonly status: string;
  readonly attempts: number;
}

async function disconnect(slug = "box"): Promise<Receipt> {
  const answer = await it.ann.call("DELETE", `/v1/connections/${slug}`);
  expect([answer.status, answer.text]).toEqual([200, expect.anything()]);
  return answer.json() as Receipt;
}

async function receipt({ id }: Pick<Receipt, "id">): Promise<Receipt> {
  // By key: a session is over before a receipt's seven days are.
  return (await it.http.call("GET", `/v1/revocations/${id}`)).json() as Receipt;
}

async function tokenOf(place: ConnectionPlace): Promise<string> {
  const secret = await it.http.connections.fresh.freshSecret(place, { signal: new AbortController().signal });
  if (secret.kind !== "ready") throw new Error(secret.message);
  return secret.forms[0]!;
}

async function rows(text: string): Promise<readonly Record<string, unknown>[]> {
  return (await it.http.db.admin.query<Record<string, unknown>>({ text })).rows;
}

const revocationCalls = () => it.provider.asked.filter((one) => one === "POST /token/revocation").length;

test("disconnecting erases here at once, and the provider forgets us: the receipt says both", async () => {
  const place = await it.connect();
  const token = await tokenOf(place);
  const made = await disconnect();
  expect(made).toMatchObject({
    status: "waiting",
    slug: "box",
    attempts: 0,
    providerCode: null,
    erased: ["tokens", "scopes", "account", "address", "times"],
    stopped: { acknowledged: [], inFlight: [] },
  });
  expect(await rows("select * from steward.connections")).toMatchObject([
    { status: "disconnected", secret: null, account: null, scopes: [], hosts: [], connected_at: null, client: null },
  ]);
  expect((await it.ann.call("GET", "/v1/connections/box")).status).toBe(404);
  expect(await it.provider.takes(token)).toBe(true);

  expect(await worker.revoker.turn()).toBe(1);
  await expect.poll(async () => (await receipt(made)).status).toBe("confirmed");
  expect(await it.provider.takes(token)).toBe(false);
  expect(await receipt(made)).toMatchObject({ attempts: 1, endedAt: expect.any(String) });
  expect(await rows("select slot, run is not null as ran from steward.revocations")).toEqual([
    { slot: null, ran: true },
  ]);
  expect(await worker.revoker.turn()).toBe(0);
  const acts = await rows("select entries::text as entries from steward.audit_batches");
  const text = acts.map(({ entries }) => entries).join(" ");
  for (const action of ["connection.disconnected", "connection.revoked", "effect.intent", "effect.outcome"])
    expect(text).toContain(action);
  expect(text).not.toContain(token);
});

test("what was disconnected leaves its slug to the next", async () => {
  await it.connect();
  await disconnect();
  await it.connect();
  expect(await it.shown()).toMatchObject({ status: "active" });
});

test("a provider that can't just now is asked again, and the slot stays until it could", async () => {
  await it.connect();
  let down = true;
  it.provider.instead = (path, response) => {
    if (path !== "/token/revocation" || !down) return false;
    response.writeHead(503).end();
    return true;
  };
  const made = await disconnect();
  await worker.revoker.turn();
  await expect.poll(async () => (await receipt(made)).attempts).toBe(1);
  expect(await receipt(made)).toMatchObject({ status: "waiting", providerCode: "unavailable" });
  expect(await worker.revoker.turn()).toBe(0);
  down = false;
  await expect
    .poll(
      async () => {
        it.http.clock.advance(70_000);
        return (await receipt(made)).status;
      },
      { timeout: 5000 },
    )
    .toBe("confirmed");
});

test("after seven days the slot is destroyed, whatever the provider says", async () => {
  await it.connect();
  it.provider.instead = (path, response) => path === "/token/revocation" && (void response.writeHead(503).end(), true);
  const made = await disconnect();
  await worker.revoker.turn();
  await expect.poll(async () => (await receipt(made)).attempts).toBe(1);
  it.http.clock.jump(7 * DAY_MS + 1000);
  expect(await worker.revoker.turn()).toBe(1);
  expect(await receipt(made)).toMatchObject({ status: "failed", providerCode: "expired" });
  expect(await rows("select slot from steward.revocations")).toEqual([{ slot: null }]);
});

test("however many processes look, a provider is asked once", async () => {
  await it.connect();
  const made = await disconnect();
  await Promise.all([worker.revoker, worker.another(), worker.another()].map((one) => one.turn()));
  await expect.poll(async () => (await receipt(made)).status).toBe("confirmed");
  // The refresh token, and what came of it.
  expect(revocationCalls()).toBe(2);
});

test("a run that ended without having revoked is followed by another", async () => {
  await it.connect();
  it.provider.instead = (path, response) => path === "/token/revocation" && (void response.writeHead(503).end(), true);
  const made = await disconnect();
  await worker.revoker.turn();
  await expect.poll(async () => (await receipt(made)).attempts).toBe(1);
  const [{ run } = {}] = await rows("select run::text from steward.revocations");
  await worker.running.engine.cancelRun(INSTALLATION_SCOPE, String(run), "test");
  it.provider.instead = null;
  await expect
    .poll(async () => {
      await worker.revoker.turn();
      return (await receipt(made)).status;
    })
    .toBe("confirmed");
});

test("a client that the provider does not take ends it: asking again would be of no use", async () => {
  await it.connect();
  it.provider.instead = (path, response) =>
    path === "/token/revocation" &&
    (void response.writeHead(401, { "content-type": "application/json" }).end('{"error":"invalid_client"}'), true);
  const made = await disconnect();
  await worker.revoker.turn();
  await expect.poll(async () => (await receipt(made)).status).toBe("failed");
  expect(await receipt(made)).toMatchObject({ providerCode: "invalid_client", attempts: 1 });
  expect(await rows("select slot from steward.revocations")).toEqual([{ slot: null }]);
});

test("a token that the provider does not know any more is as good as revoked", async () => {
  await it.connect();
  it.provider.instead = (path, response) =>
    path === "/token/revocation" &&
    (void response.writeHead(400, { "content-type": "application/json" }).end('{"error":"invalid_token"}'), true);
  const made = await disconnect();
  await worker.revoker.turn();
  await expect.poll(async () => (await receipt(made)).status).toBe("confirmed");
});

test("a key can't be revoked by us, and what never was connected needs nothing", async () => {
  it.provider.instead = (path, response) =>
    path === "/me" && (void response.setHeader("content-type", "application/json").end('{"sub":"ann"}'), true);
  await it.ann.call("POST", "/v1/connections", {
    body: { connector: "box", slug: "keyed", secret: { apiKey: "a-key-of-length" } },
  });
  expect(await disconnect("keyed")).toMatchObject({ status: "unsupported", endedAt: expect.any(String) });
  await it.ask([], "pending");
  expect(await disconnect("pending")).toMatchObject({
    status: "confirmed",
    providerCode: "nothing_held",
    erased: ["address"],
  });
  expect(await worker.revoker.turn()).toBe(0);
});

test("what the keys to are gone can't be revoked, and says so", async () => {
  await it.connect();
  const made = await disconnect();
  await it.http.db.admin.query({ text: "update steward.revocations set slot = '\\x00'::bytea" });
  await worker.revoker.turn();
  await expect.poll(async () => (await receipt(made)).status).toBe("failed");
  expect(await receipt(made)).toMatchObject({ providerCode: "unreadable" });
});

function effect(made: Receipt, change: Partial<EffectCall> = {}): EffectCall {
  const { organization, project } = it.http.installed;
  const revocation = parseId("rev", made.id)!;
  return {
    ...PLAIN_CALL,
    organization: INSTALLATION,
    project: INSTALLATION,
    run: "run_1",
    flow: "revoke",
    version: 1,
    step: "revoke",
    path: [],
    attempt: 1,
    effect: {
      action: "connection.revoke",
      arguments: { organization, project, revocation },
      credential: null,
      repeat: "safe",
      timeoutMs: 5000,
    },
    signal: new AbortController().signal,
    intend: async () => GRANTED,
    mayProceed: () => true,
    ...change,
  };
}

test("a run of anybody else's can't ask for it, and a repetition after a crash finds it done", async () => {
  await it.connect();
  const made = await disconnect();
  const theirs = await performPlainly(worker.gate, effect(made, { ...it.http.installed }));
  expect(theirs.outcome).toMatchObject({ kind: "refused", code: "action_unavailable" });
  expect(revocationCalls()).toBe(0);
  const first = await performPlainly(worker.gate, effect(made));
  expect(first.outcome).toEqual({ kind: "done", result: { status: "confirmed" } });
  const again = await performPlainly(worker.gate, effect(made));
  expect(again.outcome).toMatchObject({ kind: "refused", code: "revocation_over" });
  expect(revocationCalls()).toBe(2);
});

test("nothing leaves when the run was cancelled meanwhile", async () => {
  await it.connect();
  const made = await disconnect();
  const stopped = await performPlainly(worker.gate, effect(made, { mayProceed: () => false }));
  expect(stopped.outcome).toMatchObject({ kind: "refused", code: "cancelled" });
  expect(revocationCalls()).toBe(0);
  expect(await receipt(made)).toMatchObject({ status: "waiting" });
});

test("grants on it end with it, and their caps", async () => {
  const place = await it.connect();
  const given = await it.ann.call("POST", "/v1/grants", {
    body: { to: "project", connection: "box", lines: [{ actions: ["box.look"], rate: [{ times: 5, per: "day" }] }] },
  });
  expect([given.status, given.text]).toEqual([201, expect.anything()]);
  await disconnect();
  expect(
    await rows(`select revoked_at is not null as over from steward.grants where connection = '${place.id}'`),
  ).toEqual([{ over: true }]);
  expect(await rows("select count(*)::int as left from steward.caps where ended_at is null")).toEqual([{ left: 0 }]);
});

test("a project that is deleted is disconnected, by the deletion or, when that was cut off, soon after", async () => {
  await it.connect(["box.look"], "one");
  await it.connect(["box.look"], "two");
  const parts = { ...it.http.parts, connections: it.http.connections.outside };
  const scope = { organization: it.http.installed.organization, project: it.http.installed.project };
  expect(await endLeftBehind(parts)).toBe(0);
  await it.http.db.admin.query({
    text: "update steward.projects set deleted_at = now() where id = $1",
    values: [scope.project],
  });
  expect(await endLeftBehind(parts)).toBe(2);
  await endOfProject(parts, scope, "system");
  expect(await rows("select distinct status from steward.connections")).toEqual([{ status: "disconnected" }]);
  await worker.revoker.turn();
  await expect
    .poll(async () => rows("select status, count(*)::int as n from steward.revocations group by status"))
    .toEqual([{ status: "confirmed", n: 2 }]);
});

test("who leaves takes their own connections along, and nobody else's", async () => {
  await it.connect(["box.look"], "mine", { owner: "me" });
  await it.connect(["box.look"], "ours");
  const parts = { ...it.http.parts, connections: it.http.connections.outside };
  const { organization } = it.http.installed;
  await inScope(it.http.parts.database, organizationScope(organization), (tx) =>
    endOwned(parts, tx, { organization, account: it.ann.account, by: showId("acc", it.ann.account) }),
  );
  expect(await rows("select slug, status from steward.connections order by slug")).toEqual([
    { slug: "mine", status: "disconnected" },
    { slug: "ours", status: "active" },
  ]);
  await worker.revoker.turn();
  await expect.poll(async () => rows("select status from steward.revocations")).toEqual([{ status: "confirmed" }]);
});

test("a consent that nobody went on with is over after a day, its slug free", async () => {
  await it.ask(["box.look"]);
  const parts = { ...it.http.parts, connections: it.http.connections.outside };
  expect(await endLeftBehind(parts)).toBe(0);
  it.http.clock.jump(DAY_MS + 60_000);
  expect(await endLeftBehind(parts)).toBe(1);
  expect((await it.ann.call("GET", "/v1/connections")).json()).toMatchObject({ items: [] });
});

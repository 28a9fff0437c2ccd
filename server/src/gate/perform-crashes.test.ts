/**
 * A worker dies before or after each thing that `perform` awaits, with all that an effect can need: an OAuth token that must
 * be refreshed first, a reservation, a person's word. Another worker leads the run on. What each death ends as is told by
 * what had happened by then; nothing is sent twice unless the flow says so, and nothing under no approval.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { testEngine, type TestEngine } from "../../test/engine.ts";
import { createOAuth } from "../adapters/oauth/create-oauth.ts";
import { capsOfGrant } from "../core/budget/line-caps.ts";
import { showId } from "../core/id.ts";
import type { Json } from "../core/json.ts";
import { connectorsOf } from "../core/ports/connectors.ts";
import { ConnectionLostError, type Database, type Statement, type Transaction } from "../core/ports/database.ts";
import type { Egress, EgressAnswer, EgressRequest } from "../core/ports/egress.ts";
import type { Gate } from "../core/ports/gate.ts";
import { approvals, decide } from "../engine/people.testsuite.ts";
import { putCaps } from "../grants/put-caps.ts";
import { storedGrant } from "../grants/stored-grant.ts";
import { insertConnection } from "../store/connections.ts";
import { insertGrant } from "../store/grants.ts";
import { inScope } from "../store/scope.ts";
import { asking, boxAt } from "./box.testsuite.ts";
import { callConnector } from "./call-connector.ts";
import { sealHeld } from "./connection-secret.ts";
import { createGate } from "./create-gate.ts";
import { connection } from "./gate.testsuite.ts";
import { createInFlight } from "./in-flight.ts";
import { createFreshSecrets } from "./oauth-refresh.ts";
import { storedParts } from "./stored-parts.ts";

const BASE = "https://api.box.test";
const WRITE = { method: "POST", url: "/items", body: { text: "hello" } } as const;
const connectors = connectorsOf([
  boxAt(
    { url: BASE },
    {
      hosts: ["api.box.test"],
      authentication: [
        {
          kind: "oauth2",
          authorizationUrl: `${BASE}/auth`,
          tokenUrl: `${BASE}/token`,
          revocationUrl: null,
          deviceUrl: null,
          parameters: {},
          client: "basic",
          pkce: true,
          identityScopes: [],
        },
      ],
      actions: { put: asking([WRITE]) },
    },
  ),
]);

/** A provider that takes a refresh token once, and the second use for theft. */
class World {
  refresh = 0;
  stolen = false;
  sent = 0;
  answer({ url, headers, body }: EgressRequest): { readonly status: number; readonly body: Json } {
    if (url.endsWith("/token")) return this.#token(String(body));
    const token = headers.find(([name]) => name.toLowerCase() === "authorization")?.[1];
    if (this.stolen || token !== `Bearer access-${this.refresh}`) return { status: 401, body: {} };
    this.sent += 1;
    return { status: 200, body: { id: "7" } };
  }
  #token(body: string): { readonly status: number; readonly body: Json } {
    const given = new URLSearchParams(body).get("refresh_token");
    if (this.stolen || given !== `refresh-${this.refresh}`) {
      this.stolen = true;
      return { status: 400, body: { error: "invalid_grant" } };
    }
    this.refresh += 1;
    const token = { access_token: `access-${this.refresh}`, refresh_token: `refresh-${this.refresh}` };
    return { status: 200, body: { ...token, token_type: "Bearer", expires_in: 3600 } };
  }
}

interface Death {
  /** Counted from 1, over all that the process awaits of the outside. */
  readonly at: number;
  readonly when: "before" | "after";
}

/** What a process has of its life: once it is over, nothing that it asks for is done. */
class Life {
  /** What it began, and what of that was done; also when the death came meanwhile. */
  readonly passed: string[] = [];
  readonly done: string[] = [];
  readonly over = Promise.withResolvers<string>();
  #count = 0;
  #dead = false;
  readonly #death: Death | null;
  constructor(death: Death | null) {
    this.#death = death;
  }
  async around<T>(what: string, act: () => Promise<T>): Promise<T> {
    if (this.#dead) throw lost();
    const mine = (this.#count += 1);
    const dies = mine === this.#death?.at;
    this.passed.push(what);
    const doIt = async (): Promise<T> => {
      const result = await act();
      this.done.push(what);
      return result;
    };
    if (!dies) return await doIt();
    if (this.#death?.when === "after") await doIt();
    this.#dead = true;
    this.over.resolve(what);
    throw lost();
  }
}

const lost = (): Error => new ConnectionLostError("unknown", { cause: new Error("the test killed the worker") });
const nameOf = (statements: readonly Statement<object>[]): string =>
  statements
    .map(({ name = "" }) => name.replace(/_\d+$/, ""))
    .filter((name) => name !== "set_scope" && name !== "require_held")
    .join("+");

function mortalDatabase(life: Life): (real: Database) => Database {
  return (real) => ({
    query: (statement) => life.around(nameOf([statement]), () => real.query(statement)),
    pipeline: (statements) => life.around(nameOf(statements), () => real.pipeline(statements)),
    transaction: <T>(act: (tx: Transaction) => Promise<T>) => life.around("transaction", () => real.transaction(act)),
  });
}

function mortalEgress(life: Life, world: World): Egress {
  return {
    request: (request) =>
      life.around(`POST ${new URL(request.url).pathname}`, async (): Promise<EgressAnswer> => {
        if (request.beforeFirstByte?.() === false || request.signal.aborted)
          return { kind: "refused", code: "cancelled", message: "stopped" };
        const { status, body } = world.answer(request);
        const headers = [["content-type", "application/json"]] as const;
        return { kind: "answer", status, headers, body: Buffer.from(JSON.stringify(body)), url: request.url };
      }),
    abortAll: () => undefined,
    inFlight: () => 0,
    close: () => Promise.resolve(),
  };
}

let base: TestEngine;
let leads = false;
beforeAll(async () => {
  base = await testEngine({ gate: { perform: (call) => rescue.perform(call) } });
  const real = base.worker.claim.bind(base.worker);
  base.worker.claim = () => (leads ? real() : Promise.resolve(0));
}, 60_000);
afterAll(async () => {
  await base.close();
});

/** A gate as `build.ts` makes it, of one process. */
function gateOf(of: TestEngine, database: Database, egress: Egress): Gate {
  const { clock } = of;
  const log = (): void => undefined;
  const keysOf: Parameters<typeof createGate>[0]["keysOf"] = async (scope) =>
    (await base.parts.projects.get(scope)).keys;
  const secrets = createFreshSecrets({
    database,
    keysOf,
    connectors,
    installationClients: new Map([["box", { clientId: "steward", clientSecret: "secret" }]]),
    oauth: createOAuth({ egress, note: () => undefined }),
    egress,
    note: () => undefined,
    clock,
    ids: base.parts.ids,
    tellOwner: () => Promise.resolve(),
    log,
  });
  return createGate({
    ...storedParts(database, { clock, log }),
    inFlight: createInFlight(clock),
    egress,
    keysOf,
    clock,
    log,
    actions: { "connector.call": callConnector({ connectors, secrets, egress, clock, log }) },
  });
}

/** A connection whose token has run out, and a grant on it that asks a person and counts. */
async function connect(slug: string): Promise<string> {
  const { scope, clock, db, parts } = base;
  const { keys } = await parts.projects.get(scope);
  const [id, grant] = [parts.ids.uuid(), parts.ids.uuid()];
  const atMs = clock.nowMs();
  const secret = sealHeld(keys, id, { kind: "tokens", access: "access-0", refresh: "refresh-0" });
  const row = connection({ id, slug, hosts: ["api.box.test"], scopes: ["box.use"], secret, createdAt: atMs });
  const approval = { when: "always", by: ["role:owner"] };
  const lines = [{ actions: ["box.*"], when: [], rate: [{ times: 20, per: "day" }], money: [], approval }];
  const form: Json = { to: "project", connection: slug, lines, note: "" };
  const common = { id: grant, kind: "grant", principal: "project", connection: id, credential: null, form } as const;
  const given = { ...common, givenBy: null, by: "acc_1", atMs };
  await inScope(db.database, scope, async (tx) => {
    await tx.query(insertConnection(scope, { ...row, secretExpiresAt: atMs - 1000 }));
    for (const statement of insertGrant(scope, given)) await tx.query(statement);
    const caps = capsOfGrant(storedGrant({ ...given, version: 1, createdAt: atMs, revokedAt: null } as never));
    await putCaps(tx, parts.ids, { ...scope, of: `grant:${showId("grt", grant)}`, by: "acc_1", atMs }, caps);
  });
  return showId("grt", grant);
}

interface Fate {
  /** Null: it was never accepted, and whoever asked was told so. */
  readonly status: string | null;
  readonly code: string | null;
  readonly diedAt: string | null;
  readonly sent: number;
  readonly spent: number;
  readonly reserved: number;
  readonly approvals: readonly string[];
  readonly passed: readonly string[];
  readonly done: readonly string[];
}

let number = 0;
async function through(ifUnknown: "ask" | "repeat", death: Death | null): Promise<Fate> {
  const slug = `c${(number += 1)}`;
  const grant = await connect(slug);
  const world = new World();
  const life = new Life(death);
  leads = false;
  let gate: Gate | null = null;
  const dying = await base.another({
    gate: { perform: (call) => gate!.perform(call) },
    database: mortalDatabase(life),
  });
  gate = gateOf(dying, mortalDatabase(life)(base.db.database), mortalEgress(life, world));
  rescue = gateOf(base, base.db.database, mortalEgress(new Life(null), world));
  const input = { action: "box.put", connection: slug, arguments: {} };
  const version = base.flow({ format: 1, name: slug, steps: [{ id: "act", kind: "action", input, ifUnknown }] });
  const started = dying.engine.startRun({ scope: base.scope, version, trigger: "manual", input: {} }, null, 0);
  started.catch(() => undefined);
  const over = new AbortController();
  const died = life.over.promise.then(async (what) => {
    dying.worker.claim = () => Promise.resolve(0);
    await base.db.admin.query({
      text: "update steward.queue set worker = null, fence = fence + 1, due_at = '-infinity' where worker is not null or due_at < 'infinity'",
    });
    // Whoever died of a refresh is waited for a minute: that is over.
    await base.db.admin.query({
      text: "update steward.connections set refreshing_until = now() - interval '1 second'",
    });
    leads = true;
    void base.worker.claim();
    return what;
  });
  const runOf = async (): Promise<{ id: string; status: string; code: string | null } | null> => {
    const text = `select r.id, r.status, r.error_code as code from steward.runs r where r.flow = $1`;
    const { rows } = await base.db.admin.query<{ id: string; status: string; code: string | null }>({
      text,
      values: [version.flow],
    });
    return rows[0] ?? null;
  };
  const deciding = (async () => {
    while (!over.signal.aborted) {
      const mine = (await runOf())?.id;
      for (const one of await approvals(base))
        if (one.run === mine && one.status === "open") await decide(base, one, "approved");
      await pause();
    }
  })();
  let run = await runOf();
  for (const until = performance.now() + 20_000; performance.now() < until; run = await runOf()) {
    if (run !== null && ["completed", "failed", "cancelled", "in_doubt"].includes(run.status)) break;
    const isVoid =
      run === null && (await Promise.race([started.then(() => false).catch(() => true), pause()])) === true;
    if (isVoid) break;
    await pause();
  }
  over.abort();
  await deciding;
  dying.worker.claim = () => Promise.resolve(0);
  await dying.close();
  const isDead = await Promise.race([died, pause().then(() => null)]);
  const { rows } = await base.db.admin.query<{ spent: number; reserved: number }>({
    text: `select coalesce(sum(k.spent), 0)::int as spent, coalesce(sum(k.reserved), 0)::int as reserved from steward.cap_counters k
      join steward.caps c on c.id = k.cap where c.subject like $1`,
    values: [`grant:${grant}%`],
  });
  const asked = (await approvals(base)).filter((one) => one.run === run?.id);
  return {
    status: run?.status ?? null,
    code: run?.code ?? null,
    diedAt: isDead,
    sent: world.sent,
    ...rows[0]!,
    approvals: asked.map(({ status }) => status),
    passed: life.passed,
    done: life.done,
  };
}

let rescue: Gate;
const pause = (): Promise<null> => new Promise((done) => void setTimeout(() => done(null), 5));

const has = (done: readonly string[], what: string): boolean => done.some((name) => name.includes(what));

/** What each death ends as follows from what had been done by then. */
function expected(ifUnknown: "ask" | "repeat", { done }: Fate): object {
  const whole = { status: "completed", spent: 1, reserved: 0, approvals: ["used"] };
  if (!has(done, "insert_runs")) return { status: null, sent: 0, spent: 0, reserved: 0, approvals: [] };
  // Nothing had left: all of it is done by the other worker, under the same approval.
  if (!has(done, "take_reservations")) return { ...whole, sent: 1 };
  if (has(done, "settle_reservations")) return { ...whole, sent: 1 };
  const sent = has(done, "POST /items") ? 1 : 0;
  // It may have left, for all that anybody can know: a person is asked, and what it may have cost stays reserved.
  if (ifUnknown === "ask") return { ...whole, status: "in_doubt", sent, spent: 0, reserved: 1 };
  // The provider has given tokens that nobody kept, and takes the ones before for stolen (T2).
  const isLost = has(done, "POST /token") && !has(done, "keep_refreshed");
  if (isLost) return { ...whole, status: "failed", code: "reauth_required", sent: 0, spent: 1 };
  // As the flow wants it; what nobody knows of is charged too.
  return { ...whole, sent: sent + 1, spent: 2 };
}

test.each(["ask", "repeat"] as const)(
  "what a death at any point of an effect ends as, where the flow says to %s what is unknown",
  { timeout: 280_000 },
  async (ifUnknown) => {
    const whole = await through(ifUnknown, null);
    expect(whole).toMatchObject({ status: "completed", sent: 1, spent: 1, reserved: 0, approvals: ["used"] });
    // Up to the acceptance nobody was told anything. What differs by `ifUnknown` comes after the intent.
    const first = whole.passed.findIndex((name) =>
      name.includes(ifUnknown === "ask" ? "insert_runs" : "take_reservations"),
    );
    const fates: string[] = [];
    for (let at = first + 1; at <= whole.passed.length; at++)
      for (const when of ["before", "after"] as const) {
        const fate = await through(ifUnknown, { at, when });
        if (fate.diedAt !== null) fates.push(`${fate.status} ${fate.code}`);
        expect([when, at, fate.diedAt, fate]).toMatchObject([when, at, fate.diedAt, expected(ifUnknown, fate)]);
      }
    const ends =
      ifUnknown === "ask"
        ? ["completed null", "in_doubt null", "null null"]
        : ["completed null", "failed reauth_required"];
    expect([...new Set(fates)].toSorted()).toEqual(ends);
  },
);

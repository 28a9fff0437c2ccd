/** A gate on the real egress and real keys, servers on this machine to call, and calls as the engine makes them. */
import { randomUUID } from "node:crypto";
import net from "node:net";
import { afterEach } from "vitest";
import { createEgress, type EgressOptions } from "../adapters/egress/create-egress.ts";
import { placeOf } from "../catalogue/tables.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import { parseAllowList } from "../core/egress/allow-list.ts";
import type { HttpArguments, HttpResult } from "../core/http-effect.ts";
import { uuidBytes } from "../core/id.ts";
import { isJsonObject, type Json } from "../core/json.ts";
import type { EffectCall, Ended, Gate } from "../core/ports/gate.ts";
import { GRANTED, performPlainly, PLAIN_CALL } from "../core/ports/gate.testsuite.ts";
import type { EffectRequest } from "../core/step-kind.ts";
import { newKeyring, ORGANIZATION, PROJECT } from "../keyring/keyring.testsuite.ts";
import type { ConnectionRow } from "../store/connections.ts";
import type { CredentialRow } from "../store/credentials.ts";
import type { ActionPerformer, Actions } from "./action.ts";
import type { Checks } from "./checks.ts";
import { createGate } from "./create-gate.ts";
import type { GateParts } from "./gate-parts.ts";
import type { HttpSubject } from "./http-checks.ts";
import { credentialGrant, type InForce, inForce, uuidOf } from "./policy.testsuite.ts";
import type { InFlight } from "./in-flight.ts";
import type { Policies } from "./policy.ts";
import { requestHttp } from "./request-http.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

export interface Server {
  readonly port: number;
  readonly url: string;
  /** Every complete request that arrived, as Latin-1. */
  readonly requests: string[];
  /** Connections made so far. */
  readonly sockets: net.Socket[];
}

/** A server that speaks raw bytes: `reply` gets each request's text and the socket it came on. */
export async function serve(reply: (socket: net.Socket, request: string) => void): Promise<Server> {
  const requests: string[] = [];
  const sockets: net.Socket[] = [];
  const tcp = net.createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    let read = "";
    socket.on("data", (chunk) => {
      read += chunk.toString("latin1");
      for (let end = requestEnd(read); end !== -1; end = requestEnd(read)) {
        const request = read.slice(0, end);
        read = read.slice(end);
        requests.push(request);
        reply(socket, request);
      }
    });
  });
  await new Promise<void>((resolve) => void tcp.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    tcp.close();
  });
  const address = tcp.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { port: address.port, url: `http://127.0.0.1:${address.port}/`, requests, sockets };
}

function requestEnd(read: string): number {
  const head = read.indexOf("\r\n\r\n");
  if (head === -1) return -1;
  const length = Number(/content-length: (\d+)/.exec(read.slice(0, head))?.[1] ?? 0);
  return read.length >= head + 4 + length ? head + 4 + length : -1;
}

/** An answer of status 200. */
export function answer(body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Buffer {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 200 OK\r\ncontent-length: ${bytes.length}\r\n${lines.join("")}\r\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), bytes]);
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  const tcp = net.createServer();
  await new Promise<void>((resolve) => void tcp.listen(0, "127.0.0.1", resolve));
  const address = tcp.address();
  await new Promise((resolve) => void tcp.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

export const { keys } = await newKeyring();

/** A credential whose secret is sealed as the product seals it. */
export function credential(secret: string, change: Partial<CredentialRow> = {}): CredentialRow {
  const id = randomUUID();
  const sealed = keys.seal("credential", placeOf("credentials", "secret"), uuidBytes(id), Buffer.from(secret));
  const facts = { slug: "crm", kind: "bearer", header: null, hosts: ["127.0.0.1"], setAt: 0, setBy: "owner" } as const;
  return { ...facts, id, secret: sealed, ...change };
}

/** A connection; the ids of several in one list are made by `connections`. */
export function connection(change: Partial<ConnectionRow> = {}): ConnectionRow {
  return {
    id: uuidOf("connection", 0),
    slug: "box",
    connector: "box",
    authentication: "oauth2",
    status: "active",
    owner: null,
    flow: null,
    account: null,
    scopes: [],
    hosts: ["127.0.0.1"],
    address: null,
    client: null,
    secretExpiresAt: null,
    refreshedAt: null,
    generation: 1,
    errorCode: null,
    createdAt: 0,
    createdBy: "acc_1",
    connectedAt: 0,
    usedAt: null,
    secret: null,
    ...change,
  };
}

/** Where the gate finds them; the id of each tells its place in the list (`uuidOf`). */
export function connections(rows: readonly ConnectionRow[]): GateParts["connections"] {
  const numbered = rows.map((row, at) => ({ ...row, id: uuidOf("connection", at) }));
  return {
    find: async (_scope, slug) => numbered.find((row) => row.slug === slug && row.status !== "disconnected") ?? null,
    findOwn: async (_scope, account, connector) =>
      numbered.filter((row) => row.owner === account && row.connector === connector),
  };
}

/** An action that costs something nobody knows. */
const priced: ActionPerformer<null> = {
  gather: () => null,
  act: () => ({
    class: "read",
    destination: [],
    literal: new Set(),
    arguments: {},
    estimate: { micro: null, currency: "USD", tokens: 1 },
  }),
  checks: [],
  facts: () => ({ host: null }),
  intentFacts: () => ({}),
  perform: async () => ({ outcome: { kind: "done", result: null }, facts: {} }),
};

export interface OpenGate {
  readonly gate: { perform(call: EffectCall): Promise<Ended> };
  /** The same, for effects that may be held for somebody's approval. */
  readonly whole: Gate;
  readonly policies: Policies;
  readonly inFlight: InFlight;
  readonly egress: ReturnType<typeof createEgress>;
  /** What was logged, errors with their whole stack. */
  readonly logged: string[];
}

export function openGate(
  more: Partial<GateParts> & {
    readonly credentials?: readonly CredentialRow[];
    readonly checks?: Checks;
    readonly httpChecks?: Pick<ActionPerformer<HttpSubject>, "usable" | "checks">;
    readonly egressOptions?: Partial<EgressOptions>;
    /** Beside the grants that come with the credentials. */
    readonly inForce?: InForce | (() => InForce);
    /** Further actions, made of the gate's own parts. */
    readonly actionsOn?: (parts: Pick<GateParts, "egress" | "clock" | "log">) => Actions;
  } = {},
): OpenGate {
  const {
    credentials = [],
    checks,
    httpChecks,
    egressOptions,
    inForce: standing = {},
    actionsOn,
    actions: given,
    ...parts
  } = more;
  const allow = parseAllowList("127.0.0.0/8");
  const egress = createEgress({ allow, nowMs: () => 0, resolve: async () => ["127.0.0.1"], ...egressOptions });
  closing.push(() => egress.close());
  const logged: string[] = [];
  let monotonicMs = 0;
  const log = (message: string, error?: unknown): void =>
    void logged.push(message, error instanceof Error ? (error.stack ?? "") : String(error));
  const clock = { nowMs: () => 1_000, monotonicMs: () => (monotonicMs += 5), after: () => () => undefined };
  const all = (): InForce => {
    const own = typeof standing === "function" ? standing() : standing;
    const theirs = credentials.map(({ slug, hosts }) => credentialGrant(slug, hosts));
    return { ...own, grants: [...(own.grants ?? []), ...theirs] };
  };
  const actions = {
    "test.priced": priced,
    ...(httpChecks && { "http.request": { ...requestHttp({ egress, log }), ...httpChecks } }),
    ...actionsOn?.({ egress, clock, log }),
    ...given,
  };
  const held = { ...inForce(clock, all), ...parts };
  const whole = createGate(
    {
      findCredential: async (scope, slug) =>
        (scope.project === PROJECT ? credentials.find((each) => each.slug === slug) : undefined) ?? null,
      keysOf: async () => keys,
      clock,
      egress,
      log,
      ...held,
      actions,
    },
    checks,
  );
  const { policies, inFlight } = held;
  return { gate: { perform: (call) => performPlainly(whole, call) }, whole, policies, inFlight, egress, logged };
}

/** A call as the engine makes it, with what the gate did to it. */
export interface RecordedCall extends EffectCall {
  /** The audit entries of the intent, once it was asked for. */
  readonly intents: (readonly AuditEntry[])[];
  readonly controller: AbortController;
}

export function callOf(
  request: Partial<HttpArguments> & { readonly url: string },
  effect: Partial<EffectRequest> = {},
  change: Partial<EffectCall> = {},
): RecordedCall {
  const controller = new AbortController();
  const intents: (readonly AuditEntry[])[] = [];
  return {
    organization: ORGANIZATION,
    project: PROJECT,
    run: "run_1",
    flow: "orders",
    version: 3,
    step: "send",
    path: [],
    attempt: 1,
    effect: {
      action: "http.request",
      arguments: { method: "GET", headers: {}, body: null, ...request },
      credential: null,
      repeat: "safe",
      timeoutMs: 5_000,
      ...effect,
    },
    ...PLAIN_CALL,
    signal: controller.signal,
    intend: async ({ audit }) => {
      intents.push(audit);
      return GRANTED;
    },
    mayProceed: () => true,
    intents,
    controller,
    ...change,
  };
}

/** The result of an effect that was done. */
export function resultOf({ outcome }: Ended): HttpResult {
  if (outcome.kind !== "done" || !isHttpResult(outcome.result)) throw new Error(`not done: ${JSON.stringify(outcome)}`);
  return outcome.result;
}

function isHttpResult(value: Json): value is HttpResult {
  return isJsonObject(value) && typeof value["body"] === "string" && isJsonObject(value["headers"]);
}

/** Settles once everything that was already possible has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

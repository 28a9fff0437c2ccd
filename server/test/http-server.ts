/** The HTTP surface for tests: real listener, stores and keys, on a database of its own; the engine is the test's closures. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { createHeadSigner } from "../src/audit/sign-heads.ts";
import { checkCode } from "../src/adapters/quickjs/check-code.ts";
import { systemIds } from "../src/adapters/system/system-ids.ts";
import { CONNECTORS } from "../src/connectors/catalogue.ts";
import type { ProjectServer } from "../src/core/ports/project-databases.ts";
import type { Engine } from "../src/engine/engine.ts";
import { createProjects } from "../src/engine/projects.ts";
import { createChanges } from "../src/flows/changes.ts";
import { createVersions } from "../src/flows/load-versions.ts";
import { createWebhookRoutes } from "../src/flows/webhook-routes.ts";
import { nobodyToTell } from "../src/grants/nobody-to-tell.testsuite.ts";
import { testGrants } from "../src/grants/outside.testsuite.ts";
import { createHttpServer, type HttpServer } from "../src/http/create-http-server.ts";
import { importedConnectors, importsOutside } from "../src/imports-outside.ts";
import { HTTP_LIMITS, type HttpLimits, type HttpParts, type HttpSettings } from "../src/http/http-parts.ts";
import { isBeyond } from "../src/people/is-beyond.ts";
import { findStandingKey } from "../src/store/access.ts";
import { firstStart, type Installed } from "../src/people/first-start.ts";
import { testOutside } from "../src/people/people.testsuite.ts";
import type { SignOnOutside } from "../src/people/sign-on-parts.ts";
import { createSignOnRules } from "../src/people/sign-on-rules.ts";
import { testSignOn } from "../src/people/sign-on.testsuite.ts";
import { stepKinds } from "../src/steps/kinds.ts";
import type { Scope } from "../src/store/scope.ts";
import type { IdentityOptions } from "../src/adapters/identity/identity-options.ts";
import { testKey } from "./audit-key.ts";
import { type ConnectionsOptions, type TestConnections, testConnections } from "./connections.ts";
import { fakeClock, type FakeClock } from "./engine.ts";
import { testIdentity, type TestIdentity } from "./identity.ts";
import { signInAs, type SignInOptions, type TestPerson } from "./sign-in-as.ts";
import { NOBODY_ASKED } from "./nobody-asked.ts";
import { openTestKeys } from "./open-test-keys.ts";
import { stewardDatabase, type StewardDatabase } from "./steward-database.ts";
import { testTables } from "./tables.ts";
import { testFiles } from "./volume.ts";

export interface TestHttp {
  readonly server: HttpServer;
  readonly address: string;
  readonly apiKey: string;
  readonly installed: Installed;
  readonly parts: HttpParts;
  readonly clock: FakeClock;
  readonly db: StewardDatabase;
  readonly logs: string[];
  readonly connections: TestConnections;
  /** What the sign-in mailed and recorded. */
  readonly mails: TestIdentity["mails"];
  readonly acts: TestIdentity["acts"];
  /** A person who is signed in: an account, a membership unless `role` is null, and a session's cookie. */
  signIn(options?: SignInOptions): Promise<TestPerson>;
  /** One request, with the key unless `headers` says otherwise; the Host header may be set. */
  call(method: string, target: string, options?: CallOptions): Promise<TestAnswer>;
  close(): Promise<void>;
}

export type { SignInOptions, TestPerson };

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sends no Authorization. */
  readonly anonymous?: boolean;
}

export interface TestAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: () => Record<string, unknown>;
}

export interface HttpOptions {
  readonly engine?: Partial<Engine>;
  readonly limits?: Partial<HttpLimits>;
  readonly parts?: Partial<HttpParts>;
  readonly identity?: Partial<IdentityOptions>;
  readonly signOn?: Partial<SignOnOutside>;
  readonly settings?: Partial<HttpSettings>;
  /** What can be connected, by which clients; by default every connector, by none. */
  readonly connections?: ConnectionsOptions;
  /** Where the projects' databases lie; without it there are none. */
  readonly projectServer?: ProjectServer;
}

/** A call that hangs fails. */
const ANSWER_MS_MAX = 15_000;
const API_KEY = "sk_test_0123456789";

function keptLog(): { readonly logs: string[]; readonly log: HttpParts["log"] } {
  const logs: string[] = [];
  return {
    logs,
    log: (message, error) => void logs.push(`${message} ${error instanceof Error ? (error.stack ?? "") : ""}`),
  };
}

export async function testHttp(options: HttpOptions = {}): Promise<TestHttp> {
  const db = await stewardDatabase();
  const folder = mkdtempSync(path.join(tmpdir(), "steward-http-"));
  const clock = fakeClock(Date.now());
  const ids = systemIds(() => clock.nowMs());
  const keyring = await openTestKeys(folder, clock);
  const { database, dispatch } = db;
  const { logs, log } = keptLog();
  const signOn = { ...testSignOn(keyring), ...options.signOn };
  const rules = createSignOnRules({ database, dispatch, clock, ids, signOn });
  const signIn = testIdentity(
    { database: db.identity, clock, ids },
    {
      log,
      signOn: rules,
      publicUrl: () => options.parts?.publicUrl ?? "http://steward.test",
      isFirstKey: async (key) => (await findStandingKey(dispatch, key, clock.nowMs()))?.ofHome === true,
      isBeyond: async (account, organization) => await isBeyond(dispatch, account, organization),
      ...options.identity,
    },
  );
  const { identity } = signIn;
  const settings = { ownerEmail: null, ownerPassword: null, apiKey: API_KEY };
  const installed = await firstStart({ database, dispatch, keyring, ids, clock, identity }, settings);
  const connections = testConnections({ database, dispatch, keyring, clock, ids, log }, options.connections);
  const parts = await partsOf({ db, folder, clock, ids, keyring, log, signIn, signOn, connections }, options);
  const pageFolder = path.join(folder, "page");
  writePage(pageFolder);
  const server = await createHttpServer(parts, {
    tls: null,
    pageFolder,
    examplesFolder: path.join(folder, "examples"),
    version: "0.0.0",
    limits: { ...HTTP_LIMITS, ...options.limits },
    ...options.settings,
  });
  const address = await server.listen("127.0.0.1", 0);
  return {
    server,
    address,
    installed,
    parts,
    clock,
    db,
    logs,
    connections,
    mails: signIn.mails,
    acts: signIn.acts,
    signIn: (more = {}) => signInAs({ db, identity, ids, installed, call: (...sent) => send(address, ...sent) }, more),
    apiKey: API_KEY,
    call: (method, target, more = {}) => send(address, method, target, more),
    async close() {
      await server.close();
      await identity.close();
      await db.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface TestGround {
  readonly db: StewardDatabase;
  readonly folder: string;
  readonly clock: FakeClock;
  readonly ids: HttpParts["ids"];
  readonly keyring: Awaited<ReturnType<typeof openTestKeys>>;
  readonly log: HttpParts["log"];
  readonly signIn: TestIdentity;
  readonly signOn: SignOnOutside;
  readonly connections: TestConnections;
}

async function partsOf(ground: TestGround, options: HttpOptions): Promise<HttpParts> {
  const { db, folder, clock, ids, keyring, log, signIn, signOn } = ground;
  const { database, dispatch } = db;
  const kinds = stepKinds({ checkCode });
  const projects = createProjects(keyring, () => Promise.resolve({}));
  const versions = createVersions({ database, projects, kinds, clock });
  const routes = createWebhookRoutes({ dispatch, versions, projects, clock });
  const changes = await createChanges(await db.notifications("http"), { versions, routes, projects });
  const auditKey = testKey();
  return {
    database,
    dispatch,
    projects,
    versions,
    kinds,
    routes,
    changes,
    clock,
    ids,
    log,
    engine: closedEngine(options.engine),
    installation: {
      version: "0.0.0",
      signUp: "closed",
      minimumAge: null,
      tls: "none",
      home: folder,
      mail: { inbox: true },
    },
    prove: () => Promise.reject(new Error("this test proves nothing")),
    identity: signIn.identity,
    accounts: {
      mailGoesOut: false,
      version: "0.0.0",
      recordAct: (act) => Promise.resolve(void signIn.acts.push(act as TestIdentity["acts"][number])),
      endMemberships: () => Promise.resolve(),
    },
    people: testOutside(keyring).outside,
    signOn,
    ...NOBODY_ASKED,
    grants: testGrants({ database, clock, log, ...ground.connections }, options.connections?.connectors ?? CONNECTORS),
    connections: ground.connections.outside,
    imports: importsOf(ground),
    denials: { note: () => undefined },
    heads: createHeadSigner({ database, dispatch, clock, openKey: async () => auditKey, log }),
    verifySignature: () => Promise.resolve(),
    publicUrl: "http://steward.test",
    readiness: {},
    rateLimits: null,
    requestLog: null,
    files: testFiles({ database, keyring, clock, ids, folder, log }),
    tables: testTables({ database, dispatch, keyring, clock, ids, log, server: options.projectServer }),
    ...options.parts,
  };
}

function importsOf({ db, keyring, clock }: TestGround): HttpParts["imports"] {
  const keysOf = ({ organization, project }: Scope) => keyring.project(organization, project);
  const refused = { kind: "refused", code: "cancelled", message: "this test has no outside" } as const;
  const egress = { request: () => Promise.resolve(refused), abortAll() {}, inFlight: () => 0, close: async () => {} };
  const outside = { egress, note: () => undefined };
  return importsOutside(importedConnectors(db.database, keysOf), keysOf, nobodyToTell(clock), outside, []);
}

function closedEngine(own: Partial<Engine> = {}): Engine {
  const closed = (): never => {
    throw new Error("this test has no such verb");
  };
  return {
    startRun: closed,
    waitForEnd: closed,
    readRun: closed,
    listSteps: closed,
    follow: closed,
    cancelRun: closed,
    sendEvent: closed,
    resolveEffect: closed,
    sealDecision: closed,
    sealCancel: closed,
    wake: closed,
    retryRun: closed,
    forgetProject: closed,
    forgetFlow: closed,
    ...own,
  };
}

function writePage(folder: string): void {
  mkdirSync(path.join(folder, "assets"), { recursive: true });
  writeFileSync(path.join(folder, "index.html"), "<!doctype html><title>Steward</title>");
  writeFileSync(path.join(folder, "theme.js"), "// theme");
  writeFileSync(path.join(folder, "assets", "index-B6yYZpaW.js"), `// ${"page ".repeat(200)}`);
  writeFileSync(path.join(folder, "secret.env"), "not of the page");
}

/** One request on a connection of its own. A body that is no text or bytes goes as JSON. */
export function send(
  address: string,
  method: string,
  target: string,
  { headers = {}, body, anonymous = false }: CallOptions = {},
): Promise<TestAnswer> {
  const raw = body === undefined || typeof body === "string" || Buffer.isBuffer(body);
  const payload = raw ? body : JSON.stringify(body);
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        hostname,
        port,
        method,
        path: target,
        agent: false,
        headers: {
          ...(anonymous ? {} : { authorization: `Bearer ${API_KEY}` }),
          ...(raw ? {} : { "content-type": "application/json" }),
          ...(payload === undefined ? {} : { "content-length": Buffer.byteLength(payload) }),
          ...headers,
        },
      },
      (answer) => {
        const pieces: Buffer[] = [];
        answer.on("data", (piece: Buffer) => pieces.push(piece));
        answer.on("error", reject);
        answer.on("end", () => {
          const text = Buffer.concat(pieces).toString();
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            text,
            json: () => JSON.parse(text) as Record<string, unknown>,
          });
        });
      },
    );
    sent.on("error", reject);
    sent.setTimeout(ANSWER_MS_MAX, () => sent.destroy(new Error(`${method} ${target} was not answered`)));
    sent.end(payload);
  });
}

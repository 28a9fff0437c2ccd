/** The whole program on a home of its own, embedded database included, for tests that stop and start it, and calls to it. */
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, type ClientRequest, type IncomingHttpHeaders, request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { openHome } from "../src/adapters/home/home.ts";
import { connectEmbedded } from "../src/adapters/postgres/embedded.ts";
import { openPool, type Pool } from "../src/adapters/postgres/pool.ts";
import { type App, startApp } from "../src/app.ts";
import { type Environment, readConfig } from "../src/config.ts";

export interface Ask {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is when it is a text or bytes, else as JSON. */
  readonly body?: unknown;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: () => Record<string, unknown>;
}

export interface Succeeded {
  readonly method: string;
  readonly target: string;
  readonly answer: Answer;
}

export interface WholeSteward {
  readonly address: string;
  readonly home: string;
  readonly key: string;
  readonly logs: string[];
  /** Every call that was answered below 400, in order. */
  readonly succeeded: readonly Succeeded[];
  /** As the superuser, into Steward's database or another one of its server. */
  admin(database?: string): Pool;
  /** As steward_app, in another role where one is named. */
  program(role?: "steward_dispatch" | "steward_identity"): Pool;
  call(method: string, target: string, ask?: Ask): Promise<Answer>;
  /** Ends the program and its database and starts both again, on the same home and port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export const OWNER = { email: "first@owner.test", password: "the first owner's password" } as const;
const KEY = "sk_test_0123456789";
/** A call that hangs fails. */
const ANSWER_MS_MAX = 20_000;
/** So that calls may come from as many addresses as a test has people. */
const EVERYBODY_IS_A_PROXY = { STEWARD_TRUSTED_PROXIES: "127.0.0.1", STEWARD_CALLS_PER_MINUTE: "1000000" };

/** Calls name their address by `X-Forwarded-For`. */
export async function startWhole(env: Environment = {}): Promise<WholeSteward> {
  const home = mkdtempSync(path.join(tmpdir(), "steward-whole-"));
  const logs: string[] = [];
  const succeeded: Succeeded[] = [];
  const pools: Pool[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const start = async (port: string): Promise<App> => {
    const settings = {
      STEWARD_HOME: home,
      STEWARD_PORT: port,
      STEWARD_API_KEY: KEY,
      STEWARD_OWNER_EMAIL: OWNER.email,
      STEWARD_OWNER_PASSWORD: OWNER.password,
      ...EVERYBODY_IS_A_PROXY,
      ...env,
    };
    return await startApp({ config: readConfig(settings, home), role: "server", log: (line) => logs.push(line) });
  };
  let app = await start("0");
  const { address } = app;
  const pool = (database: string, user: string, options?: string): Pool => {
    const connection = connectEmbedded(openHome(home)).config(database, user);
    const made = openPool({
      connection: options === undefined ? connection : { ...connection, options },
      max: 4,
      applicationName: "tests",
      log: () => undefined,
    });
    pools.push(made);
    return made;
  };
  const closePools = async (): Promise<void> => void (await Promise.all(pools.splice(0).map((one) => one.close())));
  return {
    address,
    home,
    key: KEY,
    logs,
    succeeded,
    admin: (database = "steward") => pool(database, "postgres"),
    program: (role) => pool("steward", "steward_app", role === undefined ? undefined : roleOption(role)),
    async call(method, target, ask = {}) {
      const answer = await call(address, agent, method, target, ask);
      if (answer.status < 400) succeeded.push({ method, target, answer });
      return answer;
    },
    async restart() {
      await closePools();
      await app.stop(1000);
      app = await start(new URL(address).port);
    },
    async close() {
      agent.destroy();
      await closePools();
      await app.stop(1000);
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function roleOption(role: "steward_dispatch" | "steward_identity"): string {
  return role === "steward_identity" ? "-c role=steward_identity -c search_path=identity" : `-c role=${role}`;
}

/** One call. A stream of events is taken for answered with its first bytes. */
function call(
  address: string,
  agent: Agent,
  method: string,
  target: string,
  { headers = {}, body }: Ask,
): Promise<Answer> {
  const raw = body === undefined || typeof body === "string" || Buffer.isBuffer(body);
  const payload = raw ? body : JSON.stringify(body);
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = httpRequest(
      {
        hostname,
        port,
        method,
        path: target,
        agent,
        headers: {
          ...(raw ? {} : { "content-type": "application/json" }),
          ...(payload === undefined ? {} : { "content-length": Buffer.byteLength(payload) }),
          ...headers,
        },
      },
      (answer) => {
        const pieces: Buffer[] = [];
        const done = (): void => {
          const text = Buffer.concat(pieces).toString();
          const { statusCode: status = 0, headers: given } = answer;
          resolve({ status, headers: given, text, json: () => JSON.parse(text) as Record<string, unknown> });
        };
        answer.on("data", (piece: Buffer) => {
          pieces.push(piece);
          if (!answer.headers["content-type"]?.startsWith("text/event-stream")) return;
          done();
          sent.destroy();
        });
        answer.on("error", reject);
        answer.on("end", done);
      },
    );
    sent.on("error", reject);
    sent.setTimeout(ANSWER_MS_MAX, () => sent.destroy(new Error(`${method} ${target} was not answered`)));
    sent.end(payload);
  });
}

/** Who calls: what stands in their headers, and what a test calls them. */
export interface Caller {
  readonly name: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Signs in by password, as the page does; gives the headers of the page's own calls. */
export async function signInAt(
  steward: WholeSteward,
  email: string,
  password: string,
  from: string,
): Promise<Readonly<Record<string, string>>> {
  const origin = { origin: steward.address, "sec-fetch-site": "same-origin", "x-forwarded-for": from };
  const answer = await steward.call("POST", "/v1/auth/sign-in/email", { headers: origin, body: { email, password } });
  const [cookie] = (answer.headers["set-cookie"] ?? []).map((set) => set.split(";", 1)[0]!);
  if (answer.status !== 200 || cookie === undefined) throw new Error(`${email}: ${answer.status} ${answer.text}`);
  return { cookie, "sec-fetch-site": "same-origin", "x-forwarded-for": from };
}

/** An account whose address is confirmed, with the first owner's password. */
export async function plantAccount(admin: Pool, id: string, email: string, name: string): Promise<void> {
  await admin.query({
    text: `insert into identity."user" (id, email, "emailVerified", name, "createdAt", "updatedAt") values ($1, $2, true, $3, now(), now())`,
    values: [id, email, name],
  });
  await admin.query({
    text: `insert into identity.account ("accountId", "providerId", "userId", password, "createdAt", "updatedAt")
      select $1::text, 'credential', $1::uuid, a.password, now(), now()
      from identity.account a join identity."user" u on u.id = a."userId" where u.email = $2`,
    values: [id, OWNER.email],
  });
}

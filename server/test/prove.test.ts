/** `steward prove` on a whole installation: what is unharmed is kept, and a planted violation of each promise is found. */
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient, type Client, type Proof } from "@steward/sdk";
import { Provider } from "oidc-provider";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openHome } from "../src/adapters/home/home.ts";
import { connectEmbedded } from "../src/adapters/postgres/embedded.ts";
import { openPool, type Pool } from "../src/adapters/postgres/pool.ts";
import { startApp, type App } from "../src/app.ts";
import { readConfig } from "../src/config.ts";
import { CHECKS } from "../src/prove/checks.ts";
import { DATABASE } from "../src/store/make-database.ts";
import type { Harm, Harmed } from "./prove-harm.ts";
import { VIOLATIONS } from "./prove-violations.ts";

const KEY = "sk_test_0123456789";
const CALLS_PER_MINUTE = 300;
/** All checks, on a machine that is busy with other things. */
const PROOF_MS = 180_000;

let home: string;
let google: Server;
/** As it stands: what the proof takes for set; the parts took theirs from it at the start. */
let config: Harmed["config"];
let app: App;
let client: Client;
let admin: Pool;

beforeAll(async () => {
  home = mkdtempSync(path.join(tmpdir(), "steward-prove-"));
  google = await listen((url) => new Provider(url).callback());
  const issuer = `http://127.0.0.1:${(google.address() as AddressInfo).port}`;
  const env = {
    STEWARD_HOME: home,
    STEWARD_PORT: "0",
    STEWARD_API_KEY: KEY,
    STEWARD_SIGN_UP: "open",
    STEWARD_MINIMUM_AGE: "16",
    STEWARD_CALLS_PER_MINUTE: String(CALLS_PER_MINUTE),
    STEWARD_EGRESS_ALLOW: "127.0.0.1",
  };
  const registration = { clientId: "steward", clientSecret: "a secret of the client", name: "Google" };
  config = { ...readConfig(env, home), providers: { google: { issuer, ...registration } } };
  app = await startApp({ config, role: "server", log: () => undefined });
  client = createClient({ baseUrl: app.address, apiKey: KEY });
  admin = openPool({
    connection: connectEmbedded(openHome(home)).config(DATABASE, "postgres"),
    max: 2,
    applicationName: "violations",
    log: () => undefined,
  });
});
afterAll(async () => {
  await admin?.close();
  await app?.stop(2000);
  google?.close();
  rmSync(home, { recursive: true, force: true });
});

async function listen(handler: (url: string) => RequestListener): Promise<Server> {
  let handle: RequestListener | null = null;
  const server = createServer((request, response) => handle?.(request, response));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  handle = handler(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return server;
}

const stateOf = (proof: Proof) => Object.fromEntries(proof.promises.map(({ id, state }) => [id, state]));

async function unharmed(): Promise<void> {
  const proof = await client.prove({ body: {}, timeoutMs: PROOF_MS });
  const broken = proof.promises.filter(({ state }) => state === "broken");
  expect(broken).toEqual([]);
  const { B6, B7, ...others } = stateOf(proof);
  expect([B6, B7]).toEqual(["not_applicable", "not_applicable"]);
  expect([...new Set(Object.values(others))]).toEqual(["kept"]);
  for (const { id, evidence } of proof.promises) expect([id, evidence.length > 0]).toEqual([id, true]);
}

test("an unharmed installation keeps every promise that applies to it", unharmed, PROOF_MS);

test("it leaves nothing that acts: no connection, credential, grant, budget or waiting run of its own", async () => {
  const own = `project::text like '00000000-0000-7000-8000-0000000000%'`;
  const tables = [
    "connections",
    "revocations",
    "oauth_clients",
    "connect_states",
    "credentials",
    "grants",
    "reservations",
    "approvals",
  ];
  const counts = tables.map((table) => `(select count(*) from steward.${table} where ${own}) as ${table}`);
  const left = async (): Promise<unknown> => {
    const { rows } = await admin.query<Record<string, number>>({
      text: `select ${counts.join(", ")},
        (select count(*) from steward.caps where organization::text like '00000000-0000-7000-8000-0000000000%') as caps,
        (select count(*) from steward.queue where ${own}) as waiting,
        (select count(*) from steward.projects where deleted_at is not null) as deleted`,
    });
    return Object.entries(rows[0]!).filter(([, count]) => count > 0);
  };
  // A run that was cancelled may still be ending.
  await expect.poll(left, { timeout: 5_000 }).toEqual([]);
}, 60_000);

test("a proof leaves nothing that lets anybody in, and shows nobody's address", async () => {
  const proof = await client.prove({ body: { only: ["A3", "A4", "A6", "A7", "B5"] }, timeoutMs: 60_000 });
  const { rows } = await admin.query<{ keys: number; accounts: number; members: number; operators: number }>({
    text: `select (select count(*) from steward.api_keys where project::text like '00000000-0000-7000-8000-%' and revoked_at is null) as keys,
      (select count(*) from identity."user" where email like '%invalid') as accounts,
      (select count(*) from steward.members where organization::text like '00000000-0000-7000-8000-%' and kind = 'person') as members,
      (select count(*) from steward.operators) as operators`,
  });
  expect(rows[0]).toEqual({ keys: 0, accounts: 0, members: 0, operators: 1 });
  expect(JSON.stringify(proof)).not.toMatch(/@|sk_/);
});

test("every promise that the documentation lists has a check, and every check a planted violation", () => {
  const docs = readFileSync(path.join(import.meta.dirname, "..", "..", "docs", "promises.md"), "utf8");
  const listed = [...docs.matchAll(/^\| ([A-H]\d+) /gm)].map(([, id]) => id);
  expect(listed).toEqual(CHECKS.map(({ id }) => id));
  expect(new Set(VIOLATIONS.map(({ id }) => id))).toEqual(new Set(listed));
});

test("a promise without a check is refused, and so is a second proof at the same time", async () => {
  await expect(client.prove({ body: { only: ["Z9"] } })).rejects.toThrow(/no check of Z9/);
  const outcomes = await Promise.allSettled(
    [1, 2].map(() => client.prove({ body: { only: ["B1"] }, timeoutMs: 60_000 })),
  );
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
});

const run = async (act: string | Harm): Promise<void> =>
  typeof act === "string" ? void (await admin.query({ text: act })) : await act({ admin, config });

test.for(VIOLATIONS)("$id is broken by $what", { timeout: 90_000 }, async ({ id, plant, undo, seen }) => {
  await run(plant);
  try {
    const { promises } = await client.prove({ body: { only: [id] }, timeoutMs: 60_000 });
    expect(promises).toMatchObject([{ id, state: "broken" }]);
    expect(promises[0]!.evidence.join("\n")).toMatch(seen);
  } finally {
    await run(undo);
  }
});

test("once the violations are undone, everything is kept again", unharmed, PROOF_MS);

/** `kill -9` never tests fsync: the database's own count of write-ahead log syncs does. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient, type Client } from "@steward/sdk";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectEmbedded } from "../src/adapters/postgres/embedded.ts";
import { openHome } from "../src/adapters/home/home.ts";
import { openPool, type Pool } from "../src/adapters/postgres/pool.ts";
import { startApp, type App } from "../src/app.ts";
import { readConfig } from "../src/config.ts";

const KEY = "sk_test_of_syncs_0123456789";
const home = mkdtempSync(path.join(tmpdir(), "steward-syncs-"));
let app: App;
let admin: Pool;
let client: Client;
let webhook: string;

beforeAll(async () => {
  const config = readConfig({ STEWARD_HOME: home, STEWARD_PORT: "0", STEWARD_API_KEY: KEY }, home);
  app = await startApp({ config, role: "server", log: () => undefined });
  const connection = connectEmbedded(openHome(home)).config("steward", "postgres");
  admin = openPool({ connection, max: 1, applicationName: "syncs", log: () => undefined });
  client = createClient({ baseUrl: app.address, apiKey: KEY });
  await client.putFlow({
    slug: "quick",
    body: {
      format: 1,
      name: "quick",
      triggers: [{ id: "in", kind: "webhook", reply: "last" }],
      steps: [{ id: "out", kind: "set", input: { n: "{{ trigger.body.n }}" } }],
    },
  });
  webhook = (await client.publishFlow({ slug: "quick" })).webhooks[0]!.url;
});
afterAll(async () => {
  await admin.close();
  await app.stop(1000);
  rmSync(home, { recursive: true, force: true });
});

/** A session tells the shared statistics what it did with the first statement a second after it told last. */
async function syncs(): Promise<number> {
  await new Promise((done) => setTimeout(done, 1200));
  await Promise.all(Array.from({ length: 100 }, () => client.listRuns({ limit: 1 })));
  const { rows } = await admin.query<{ count: string }>({
    text: "select sum(fsyncs) as count from pg_stat_io where object = 'wal'",
  });
  return Number(rows[0]!.count);
}

async function deliver(n: number): Promise<number> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(webhook, { method: "POST", headers, body: JSON.stringify({ n }) });
  await answer.arrayBuffer();
  return answer.status;
}

test("R1: every run accepted by itself is a sync of the log, and a thousand at once share few", async () => {
  const sequential = 60;
  const before = await syncs();
  for (let n = 0; n < sequential; n++) expect(await deliver(n)).toBe(200);
  const alone = (await syncs()) - before;
  expect(alone).toBeGreaterThanOrEqual(sequential);

  const concurrent = 1000;
  const answers = await Promise.all(Array.from({ length: concurrent }, (_, n) => deliver(n)));
  const accepted = answers.filter((status) => status === 200).length;
  expect(answers.every((status) => status === 200 || status === 429)).toBe(true);
  expect(accepted).toBeGreaterThan(concurrent / 2);
  const together = (await syncs()) - before - alone;
  console.log(`${alone} syncs for ${sequential} runs one by one, ${together} for ${accepted} at once`);
  expect(together).toBeLessThan(accepted / 2);
  const { items } = await client.listRuns({ limit: 1 });
  expect(items).toHaveLength(1);
});

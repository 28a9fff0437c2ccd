/** The whole program on a database of its own: what `npm start` starts, on a free port, with a key the test knows. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient, type Client } from "@steward/sdk";
import { startApp, type App } from "../src/app.ts";
import { readConfig, type Environment } from "../src/config.ts";
import { testDatabase } from "./database.ts";
import { stewardDatabase, type StewardDatabase } from "./steward-database.ts";

export interface TestSteward extends App {
  readonly client: Client;
  readonly key: string;
  readonly db: StewardDatabase;
  readonly logs: readonly string[];
  close(): Promise<void>;
}

const KEY = "sk_test_0123456789";

export async function startSteward(env: Environment = {}): Promise<TestSteward> {
  const db = await stewardDatabase();
  const home = mkdtempSync(path.join(tmpdir(), "steward-app-"));
  const url = (role: string): string => {
    const { host = "", port = 5432 } = db.config(role);
    return `postgres://${role}:${testDatabase().password(role)}@${encodeURIComponent(host)}:${port}/${db.name}`;
  };
  const config = readConfig(
    {
      STEWARD_HOME: home,
      STEWARD_PORT: "0",
      STEWARD_API_KEY: KEY,
      DATABASE_URL: url("steward_app"),
      DATABASE_MIGRATE_URL: url("steward_migrate"),
      ...env,
    },
    home,
  );
  const logs: string[] = [];
  const app = await startApp({ config, role: "server", log: (line) => logs.push(line) });
  return {
    ...app,
    db,
    logs,
    key: KEY,
    client: createClient({ baseUrl: app.address, apiKey: KEY }),
    async close() {
      await app.stop(2000);
      await db.drop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

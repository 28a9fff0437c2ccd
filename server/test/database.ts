import { randomBytes } from "node:crypto";

import type { ClientConfig } from "pg";
import { inject } from "vitest";

import { openHome } from "../src/adapters/home/home.ts";
import { connectEmbedded, type EmbeddedConnection } from "../src/adapters/postgres/embedded.ts";
import { openPool, type Pool } from "../src/adapters/postgres/pool.ts";

/** The database server of this test run. */
export function testDatabase(): EmbeddedConnection {
  return connectEmbedded(openHome(inject("databaseHome")));
}

export interface FreshDatabase {
  readonly name: string;
  readonly server: EmbeddedConnection;
  /** The superuser's way into it. */
  readonly admin: ClientConfig;
  /** A small pool, as the superuser unless another role is named; closed by `drop`. */
  pool(user?: string): Pool;
  drop(): Promise<void>;
}

/** Makes an empty database (53 ms), or a copy of the one named as template, to which nobody may be connected. */
export async function freshDatabase({ template = "template0" } = {}): Promise<FreshDatabase> {
  const server = testDatabase();
  const name = `test_${randomBytes(6).toString("hex")}`;
  await asAdmin(server, `create database ${name} template ${template} strategy file_copy`);
  const pools: Pool[] = [];
  return {
    name,
    server,
    admin: server.config(name, "postgres"),
    pool: (user = "postgres") => {
      const pool = openPool({
        connection: server.config(name, user),
        max: 4,
        applicationName: name,
        log: () => undefined,
      });
      pools.push(pool);
      return pool;
    },
    drop: async () => {
      await Promise.all(pools.map(async (pool) => await pool.close()));
      await asAdmin(server, `drop database ${name} with (force)`);
    },
  };
}

async function asAdmin(server: EmbeddedConnection, text: string): Promise<void> {
  const pool = openPool({ connection: server.admin, max: 1, applicationName: "tests", log: () => undefined });
  try {
    await pool.query({ text });
  } finally {
    await pool.close();
  }
}

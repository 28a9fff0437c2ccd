/**
 * Brings the schema to what this program needs: numbered, up-only SQL files, all that are missing applied in
 * one transaction under a lock that makes a second starter wait, so that a start which fails has changed
 * nothing. Expand first, contract later: a migration states the oldest program that can still run beside it
 * (`--! min_program N`), and a program refuses only a schema whose `min_program` is above its own number.
 */
import { createHash } from "node:crypto";
import { AppError } from "../core/errors.ts";
import type { Database, Transaction } from "../core/ports/database.ts";

/** This program's number: raised with the first migration that an older program could not bear. */
export const PROGRAM = 2;
/** Any number; the same for every Steward that migrates a database. */
const LOCK = 7_788_001;

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

export interface Migrated {
  readonly applied: readonly string[];
  readonly version: number;
}

/** Runs as steward_migrate. Throws `start_refused` when the schema is for newer programs only. */
export async function migrate(database: Database, migrations: readonly Migration[], nowMs: number): Promise<Migrated> {
  return database.transaction(async (tx) => {
    await tx.query({ text: "select pg_advisory_xact_lock($1)", values: [LOCK] });
    await tx.query({ text: "create schema if not exists steward" });
    await tx.query({
      text: `create table if not exists steward.schema_migrations (
        version integer primary key, name text not null, digest text not null, applied_at timestamptz not null)`,
    });
    const done = await appliedMigrations(tx);
    await refuseNewer(tx, done);
    const applied: string[] = [];
    for (const migration of migrations) {
      const digest = createHash("sha256").update(migration.sql).digest("hex");
      const before = done.get(migration.version);
      if (before !== undefined) {
        if (before !== digest)
          throw new AppError(
            "start_refused",
            `migration ${migration.name} was applied with another text: use the program that matches the database`,
          );
        continue;
      }
      await tx.query({ text: migration.sql });
      await tx.query({
        text: "insert into steward.schema_migrations (version, name, digest, applied_at) values ($1, $2, $3, to_timestamp($4))",
        values: [migration.version, migration.name, digest, nowMs / 1000],
      });
      const demands = /^--! min_program (\d+)$/m.exec(migration.sql);
      if (demands) await raiseMinProgram(tx, Number(demands[1]));
      applied.push(migration.name);
    }
    return { applied, version: migrations.at(-1)?.version ?? 0 };
  });
}

async function appliedMigrations(tx: Transaction): Promise<ReadonlyMap<number, string>> {
  const { rows } = await tx.query<{ version: number; digest: string }>({
    text: "select version, digest from steward.schema_migrations",
  });
  return new Map(rows.map((row) => [row.version, row.digest]));
}

async function refuseNewer(tx: Transaction, done: ReadonlyMap<number, string>): Promise<void> {
  if (done.size === 0) return;
  const { rows } = await tx.query<{ value: number }>({
    text: "select value from steward.settings where name = 'min_program'",
  });
  const needed = rows[0]?.value ?? 0;
  if (needed > PROGRAM) {
    throw new AppError(
      "start_refused",
      `the database needs program ${needed} or newer, this is ${PROGRAM}: start the newer Steward`,
    );
  }
}

async function raiseMinProgram(tx: Transaction, program: number): Promise<void> {
  await tx.query({
    text: `insert into steward.settings (name, value) values ('min_program', to_jsonb($1::int))
      on conflict (name) do update set value = greatest(steward.settings.value::text::int, $1)::text::jsonb`,
    values: [program],
  });
}

/** The migrations of a folder, from files named `0001_ground.sql`. */
export function parseMigrations(
  files: readonly { readonly name: string; readonly sql: string }[],
): readonly Migration[] {
  return files
    .map(({ name, sql }) => {
      const version = Number(/^(\d{4})_[a-z_]+\.sql$/.exec(name)?.[1]);
      if (!version) throw new Error(`a migration is named 0001_word.sql, not ${name}`);
      return { version, name: name.replace(/\.sql$/, ""), sql };
    })
    .toSorted((a, b) => a.version - b.version);
}

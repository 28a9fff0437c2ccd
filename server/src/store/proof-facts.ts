/** What the checks of the promises read of the database, as the roles that serve; of tenants only what is a proof's own. */
import { invariant } from "../core/invariant.ts";
import { sqlState, type Database, type Statement } from "../core/ports/database.ts";
import { tableName } from "./proof-catalog.ts";
import { queryInScope, scopeStatement, type Scope } from "./scope.ts";

interface StoredKey {
  readonly id: string;
  readonly hash: Buffer;
  /** The whole row as text. */
  readonly text: string;
  readonly lastUsedAt: number | null;
}

/** Every key of a project with all that is stored of it. */
export async function listKeySecrets(database: Database, scope: Scope): Promise<readonly StoredKey[]> {
  return await queryInScope<StoredKey>(database, scope, {
    name: "list_key_secrets",
    text: `select id::text, hash, last_used_at as "lastUsedAt", to_jsonb(k)::text as text from steward.api_keys k
      where project = $1 and created_at > now() - interval '2 hours' order by id desc limit 1000`,
    values: [scope.project],
  });
}

/** A table whose rows belong to tenants, and the column that says to whom. */
export interface OwnedTable {
  readonly name: string;
  readonly column: string;
}

/** Whether a role sees any row of the table without a scope; a refusal is a no. */
export async function seesWithoutScope(database: Database, { name }: OwnedTable): Promise<boolean> {
  try {
    return (await database.query({ text: `select from ${tableName(name)} limit 1` })).count > 0;
  } catch (error) {
    return refused(error);
  }
}

/** Whether the program, in a scope, sees a row of anybody else. */
export async function seesBeyond(
  database: Database,
  scope: Scope,
  { name, column }: OwnedTable,
  owner: string,
): Promise<boolean> {
  const text = `select from ${tableName(name)} where "${column}" is distinct from $1 limit 1`;
  const [, seen] = await database.pipeline([scopeStatement(scope), { text, values: [owner] }]);
  return seen.count > 0;
}

/** What a row that was let in is taken back with. */
const WRITTEN = "SP001";

/**
 * What stands in the way of a row of somebody else's, written in a scope: an SQLSTATE, or null when it was let in. Nothing
 * of it stays, not even a line in the database's log. Row-level security speaks before any constraint does.
 * @param owner one of a proof's own ids
 */
export async function tryWriteBeyond(
  database: Database,
  scope: Scope,
  { name, column }: OwnedTable,
  owner: string,
): Promise<string | null> {
  invariant(/^[0-9a-f-]{36}$/.test(owner), "an owner is a UUID: it can't be a parameter");
  const attempt = `do $$ begin
      begin
        insert into ${tableName(name)} ("${column}") values ('${owner}');
        raise exception using errcode = '${WRITTEN}';
      exception when others then perform set_config('steward.proof', sqlstate, true);
      end;
    end $$`;
  const outcome: Statement<{ state: string }> = { text: "select current_setting('steward.proof') as state" };
  const [, , told] = await database.pipeline([scopeStatement(scope), { text: attempt }, outcome]);
  const state = told.rows[0]?.state ?? WRITTEN;
  return state === WRITTEN ? null : state;
}

/** How many of a tenant's rows hold the bytes somewhere, as they are or in hexadecimal. */
export async function countRowsHolding(
  database: Database,
  scope: Scope,
  { name }: OwnedTable,
  bytes: Buffer,
): Promise<number> {
  const statement: Statement<{ count: number }> = {
    text: `select count(*) as count from ${tableName(name)} t
      where position($1 in t::text) > 0 or position($2 in t::text) > 0`,
    values: [bytes.toString(), bytes.toString("hex")],
  };
  return (await queryInScope(database, scope, statement))[0]?.count ?? 0;
}

/** Counts of tries of a kind that are over their limit and stand. */
export async function countHeldBack(database: Database, prefix: string, over: number, nowMs: number): Promise<number> {
  const { rows } = await database.query<{ count: number }>({
    name: "count_held_back",
    text: `select count(*) as count from steward.rate_limits
      where starts_with(key, $1) and points > $2 and expire > $3`,
    values: [prefix, over, Math.trunc(nowMs)],
  });
  return rows[0]?.count ?? 0;
}

/** What the installation connected to, by purpose. */
export async function countOutbound(
  database: Database,
): Promise<readonly { readonly purpose: string; readonly hosts: number; readonly connections: number }[]> {
  const { rows } = await database.query<{ purpose: string; hosts: number; connections: number }>({
    name: "count_outbound",
    text: `select purpose, count(distinct host) as hosts, sum(count)::bigint as connections
      from steward.outbound_connections group by purpose order by purpose`,
  });
  return rows;
}

/** Where the installation has connected to since then, at most 1,000 hosts. */
export async function listReached(
  database: Database,
  sinceMs: number,
): Promise<readonly { readonly host: string; readonly purpose: string }[]> {
  const { rows } = await database.query<{ host: string; purpose: string }>({
    name: "list_reached",
    text: `select distinct host, purpose from steward.outbound_connections where last_at >= to_timestamp($1)
      order by purpose, host limit 1000`,
    values: [sinceMs / 1000],
  });
  return rows;
}

/** How many of a tenant's rows hold one of the texts, as it is or as the bytes of it. */
export async function countRowsWith(
  database: Database,
  scope: Scope,
  { name }: Pick<OwnedTable, "name">,
  needles: readonly string[],
): Promise<number> {
  const texts = [...needles, ...needles.map((needle) => Buffer.from(needle).toString("hex"))];
  const statement: Statement<{ count: number }> = {
    text: `select count(*) as count from ${tableName(name)} t
      where exists (select from unnest($1::text[]) n where position(n in t::text) > 0)`,
    values: [texts],
  };
  return (await queryInScope(database, scope, statement))[0]?.count ?? 0;
}

/** The accounts that run the installation, at most 1,000. As steward_dispatch. */
export async function listOperatorAccounts(dispatch: Database): Promise<readonly string[]> {
  const { rows } = await dispatch.query<{ account: string }>({
    name: "list_operator_accounts",
    text: "select account from steward.operators order by account limit 1000",
  });
  return rows.map(({ account }) => account);
}

/** How many batches of an organization's audit were written since. Index on recorded_at. */
export async function countBatchesSince(database: Database, scope: Scope, sinceMs: number): Promise<number> {
  const rows = await queryInScope<{ count: number }>(database, scope, {
    name: "count_batches_since",
    text: "select count(*) as count from steward.audit_batches where organization = $1 and recorded_at >= to_timestamp($2)",
    values: [scope.organization, sinceMs / 1000],
  });
  return rows[0]?.count ?? 0;
}

export async function readDatabaseName(database: Database): Promise<string> {
  const { rows } = await database.query<{ name: string }>({ text: "select current_database()::text as name" });
  return rows[0]?.name ?? "";
}

/** The addresses of a project's blobs, newest first. */
export async function listProofBlobs(
  database: Database,
  scope: Scope,
  limit: number,
): Promise<readonly { readonly address: Buffer }[]> {
  return await queryInScope<{ address: Buffer }>(database, scope, {
    name: "list_proof_blobs",
    text: "select address from steward.blobs where project = $1 order by stored_at desc limit $2",
    values: [scope.project, limit],
  });
}

function refused(error: unknown): false {
  if (sqlState(error) === "42501") return false; // insufficient_privilege
  throw error;
}

/** How many of a tenant's rows have a value in a sealed column that is not sealed bytes: format 1, epoch, nonce and tag at least. */
export async function countUnsealed(
  database: Database,
  scope: Scope,
  { name }: OwnedTable,
  column: string,
): Promise<{ readonly all: number; readonly unsealed: number }> {
  const statement: Statement<{ all: number; unsealed: number }> = {
    text: `select count("${column}") as all, count(*) filter (where length("${column}") < 33 or get_byte("${column}", 0) <> 1) as unsealed
      from ${tableName(name)} where "${column}" is not null`,
  };
  return (await queryInScope(database, scope, statement))[0] ?? { all: 0, unsealed: 0 };
}

/** Names of a flow's triggers that still begin runs. */
export async function listActiveTriggers(database: Database, scope: Scope, slug: string): Promise<readonly string[]> {
  const rows = await queryInScope<{ name: string }>(database, scope, {
    name: "proof_active_triggers",
    text: `select t.name from steward.triggers t join steward.flows f on f.project = t.project and f.id = t.flow
      where t.project = $1 and f.slug = $2 and t.active`,
    values: [scope.project, slug],
  });
  return rows.map(({ name }) => name);
}

/** Sessions in the sign-in library's table (as steward_identity). Each request of a browser asks `findSession`, and nothing remembers its answer. */
import type { Database } from "../core/ports/database.ts";
import type { SessionShown } from "../core/ports/identity.ts";
import type { FoundSession, NewSessionRow, SessionPerson } from "../core/ports/identity-rows.ts";

const FOUND = `s."userId" as account, s.id as session, s."createdAt", s."expiresAt", s."updatedAt" as "lastUsedAt",
    s."secondFactor", s."secondFactor" and s."begunBy" = 'sign_on' as "factorClaimed", s."signedOnBy", s."byKey",
    u."deletedAt" is not null as deleted
  from session s join "user" u on u.id = s."userId"`;

/** By the unique index on token, and the account by its primary key: 0.1 ms; expired ones too. */
export async function findSession(database: Database, token: string): Promise<FoundSession | null> {
  const { rows } = await database.query<FoundSession>({
    name: "identity_find_session",
    text: `select ${FOUND} where s.token = $1`,
    values: [token],
  });
  return rows[0] ?? null;
}

/** The same for many in one statement, in the order of the tokens. */
export async function findSessions(
  database: Database,
  tokens: readonly string[],
): Promise<readonly (FoundSession | null)[]> {
  const [first, ...others] = tokens;
  if (first === undefined) return [];
  // Often all are one browser's.
  if (others.every((token) => token === first)) {
    const found = await findSession(database, first);
    return tokens.map(() => found);
  }
  const { rows } = await database.query<FoundSession & { readonly token: string }>({
    name: "identity_find_sessions",
    text: `select s.token, ${FOUND} where s.token = any($1::text[])`,
    values: [tokens],
  });
  const found = new Map(rows.map(({ token, ...session }) => [token, session]));
  return tokens.map((token) => found.get(token) ?? null);
}

export async function insertSession(
  database: Database,
  { id, token, account, origin, byKey, nowMs, endsMs }: NewSessionRow,
): Promise<void> {
  await database.query({
    name: "identity_insert_session",
    text: `insert into session (id, token, "userId", "createdAt", "updatedAt", "expiresAt", "ipAddress", "userAgent", "secondFactor", "begunBy", "byKey")
      values ($1, $2, $3, to_timestamp($4), to_timestamp($4), to_timestamp($5), $6, $7, false, 'link', $8)`,
    values: [
      id,
      token,
      account,
      nowMs / 1000,
      endsMs / 1000,
      origin.address,
      origin.userAgent?.slice(0, 500) ?? null,
      byKey,
    ],
  });
}

export async function noteSessionUsed(database: Database, session: string, nowMs: number): Promise<void> {
  await database.query({
    name: "identity_note_session_used",
    text: `update session set "updatedAt" = to_timestamp($2) where id = $1`,
    values: [session, nowMs / 1000],
  });
}

/** Those that stand, newest first, at most 100. Index on userId. */
export async function listSessions(
  database: Database,
  account: string,
  nowMs: number,
): Promise<readonly SessionShown[]> {
  const { rows } = await database.query<SessionShown>({
    name: "identity_list_sessions",
    text: `select id, "createdAt", "updatedAt" as "lastUsedAt", "expiresAt", "ipAddress" as address, "userAgent"
      from session where "userId" = $1 and "expiresAt" > to_timestamp($2) order by "createdAt" desc, id limit 100`,
    values: [account, nowMs / 1000],
  });
  return rows;
}

export async function endSession(database: Database, account: string, session: string): Promise<boolean> {
  const { count } = await database.query({
    name: "identity_end_session",
    text: `delete from session where "userId" = $1 and id = $2`,
    values: [account, session],
  });
  return count > 0;
}

export async function endSessions(database: Database, account: string, except: string | null): Promise<number> {
  const { count } = await database.query({
    name: "identity_end_sessions",
    text: `delete from session where "userId" = $1 and id is distinct from $2::uuid`,
    values: [account, except],
  });
  return count;
}

/** What was a provider's word until now is the person's own second factor from here on (`factorClaimed`). */
function ownFactor(factor: "second_factor" | "passkey"): string {
  return `"secondFactor" = true, "begunBy" = case when s."begunBy" = 'sign_on' then '${factor}' else s."begunBy" end`;
}

/** A session whose second factor came later. Only where signing in asks for one: codes of one being set up prove nothing. */
export async function stepUpSession(database: Database, session: string): Promise<boolean> {
  const { count } = await database.query({
    name: "identity_step_up",
    text: `update session s set ${ownFactor("second_factor")} from "user" u
      where s.id = $1 and u.id = s."userId" and u."twoFactorEnabled"`,
    values: [session],
  });
  return count > 0;
}

/** The session in which a passkey was added: it was held then, and verified its user. */
export async function stepUpByPasskey(database: Database, session: string): Promise<boolean> {
  const { count } = await database.query({
    name: "identity_step_up_by_passkey",
    text: `update session s set ${ownFactor("passkey")}
      where s.id = $1 and exists (select from passkey p where p."userId" = s."userId")`,
    values: [session],
  });
  return count > 0;
}

/** Whether an account that has been signed in before is so from a user agent that none of its sessions has. */
export async function isNewAgent(
  database: Database,
  { account, session, userAgent }: { account: string; session: string; userAgent: string },
): Promise<boolean> {
  const { rows } = await database.query<{ others: number; same: number }>({
    name: "identity_is_new_agent",
    text: `select count(*) as others, count(*) filter (where "userAgent" = $3) as same
      from session where "userId" = $1 and id <> $2`,
    values: [account, session, userAgent],
  });
  return rows[0] !== undefined && rows[0].others > 0 && rows[0].same === 0;
}

/** At most 1,000 rows of each kind. */
export async function sweepExpired(database: Database, nowMs: number, sessionsBeforeMs: number): Promise<number> {
  const [proofs, sessions] = await database.pipeline([
    {
      name: "identity_sweep_verifications",
      text: `delete from verification where id in (select id from verification where "expiresAt" < to_timestamp($1) limit 1000)`,
      values: [nowMs / 1000],
    },
    {
      name: "identity_sweep_sessions",
      text: `delete from session where id in (select id from session where "expiresAt" < to_timestamp($1) limit 1000)`,
      values: [sessionsBeforeMs / 1000],
    },
  ]);
  return proofs.count + sessions.count;
}

/** Primary key. */
export async function isSession(database: Database, session: string): Promise<boolean> {
  const { count } = await database.query({
    name: "identity_is_session",
    text: "select from session where id = $1",
    values: [session],
  });
  return count > 0;
}

/** Whose session it is, and whether it still waits for a second factor; null when it is gone. */
export async function findSessionPerson(database: Database, session: string): Promise<SessionPerson | null> {
  const { rows } = await database.query<SessionPerson>({
    name: "identity_find_session_person",
    text: `select u.email, u.name, coalesce(u."twoFactorEnabled", false) and not s."secondFactor" as waits
      from session s join "user" u on u.id = s."userId" where s.id = $1`,
    values: [session],
  });
  return rows[0] ?? null;
}

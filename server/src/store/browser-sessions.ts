import type { Database } from "../core/ports/database.ts";
import { queryInScope, type Scope } from "./scope.ts";

/** A session of a browser, by the SHA-256 of its cookie's value. */
export interface BrowserSession extends Scope {
  readonly hash: Buffer;
  readonly member: string;
  readonly expiresAt: number;
}

/** Begins a session, and clears away the project's that have expired. */
export async function insertBrowserSession(database: Database, session: BrowserSession, nowMs: number): Promise<void> {
  const { organization, project } = session;
  await queryInScope(database, session, {
    name: "insert_browser_session",
    text: `with expired as (delete from steward.browser_sessions where project = $2 and expires_at < to_timestamp($5))
      insert into steward.browser_sessions (organization, project, hash, member, created_at, expires_at)
      values ($1, $2, $3, $4, to_timestamp($5), to_timestamp($6))`,
    values: [organization, project, session.hash, session.member, nowMs / 1000, session.expiresAt / 1000],
  });
}

/** The session with this hash, an expired one too. As steward_dispatch. Primary key. */
export async function findBrowserSession(dispatch: Database, hash: Buffer): Promise<BrowserSession | null> {
  const { rows } = await dispatch.query<BrowserSession>({
    name: "find_browser_session",
    text: `select organization, project, hash, member, expires_at as "expiresAt"
      from steward.browser_sessions where hash = $1`,
    values: [hash],
  });
  return rows[0] ?? null;
}

/** Ends a session; ended ones may be ended again. */
export async function deleteBrowserSession(database: Database, scope: Scope, hash: Buffer): Promise<void> {
  await queryInScope(database, scope, {
    name: "delete_browser_session",
    text: "delete from steward.browser_sessions where project = $1 and hash = $2",
    values: [scope.project, hash],
  });
}

import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import type { Database } from "../core/ports/database.ts";
import { identityRows } from "./identity-rows.ts";
import { endSession, findSession, findSessions } from "./identity-sessions.ts";

let db: StewardDatabase;
const [ADA, BOB] = ["0197b1c0-0000-7000-8000-00000000000a", "0197b1c0-0000-7000-8000-00000000000b"] as const;

beforeAll(async () => {
  db = await stewardDatabase();
  const rows = identityRows(db.identity);
  for (const [id, name] of [
    [ADA, "ada"],
    [BOB, "bob"],
  ] as const) {
    const email = `${name}@example.com`;
    await rows.insertAccount({ id, email, name, emailVerified: true, passwordHash: null, nowMs: 1000 });
  }
});
afterAll(() => db.drop());

let sessions = 0;
async function begin(account: string): Promise<{ readonly id: string; readonly token: string }> {
  const n = ++sessions;
  const made = { id: `0197b1c0-0000-7000-8000-0000000001${String(n).padStart(2, "0")}`, token: `token${n}` };
  const origin = { address: "127.0.0.1", userAgent: null };
  await identityRows(db.identity).insertSession({ ...made, account, origin, byKey: null, nowMs: 1000, endsMs: 2000 });
  return made;
}

/** The same database, and how many statements it was sent. */
function counted(): { readonly database: Database; readonly names: (string | undefined)[] } {
  const names: (string | undefined)[] = [];
  const database: Database = {
    query: (statement) => {
      names.push(statement.name);
      return db.identity.query(statement);
    },
    transaction: (run) => db.identity.transaction(run),
    pipeline: (statements) => db.identity.pipeline(statements),
  };
  return { database, names };
}

test("sessions that are looked up together are each one's own, as if asked for by themselves", async () => {
  const [ada, bob] = [await begin(ADA), await begin(BOB)];
  const found = await findSessions(db.identity, [bob.token, "nobody's", ada.token, bob.token]);
  expect(found.map((one) => one && [one.session, one.account])).toEqual([
    [bob.id, BOB],
    null,
    [ada.id, ADA],
    [bob.id, BOB],
  ]);
  expect(found[2]).toEqual(await findSession(db.identity, ada.token));
  expect(await findSessions(db.identity, [])).toEqual([]);
});

test("what browsers ask in one turn is one statement, and one that ended since is not found by the next", async () => {
  const { database, names } = counted();
  const rows = identityRows(database);
  const find = (token: string) => rows.findSession(token);
  const [ada, bob] = [await begin(ADA), await begin(BOB)];
  const first = await Promise.all([find(ada.token), find(bob.token), find("nobody's")]);
  expect(first.map((one) => one?.session ?? null)).toEqual([ada.id, bob.id, null]);
  expect(names).toEqual(["identity_find_sessions"]);
  await endSession(db.identity, ADA, ada.id);
  const second = await Promise.all([find(ada.token), find(bob.token)]);
  expect(second.map((one) => one?.session ?? null)).toEqual([null, bob.id]);
});

test("a session that ends while a statement is under way is asked for anew by whoever comes then", async () => {
  const { database, names } = counted();
  const rows = identityRows(database);
  const find = (token: string) => rows.findSession(token);
  const { id, token } = await begin(ADA);
  const under = find(token);
  await turn(); // it goes out
  const ended = endSession(db.identity, ADA, id);
  await Promise.all([under, ended]);
  expect(await find(token)).toBeNull();
  expect(names).toEqual(["identity_find_session", "identity_find_session"]);
});

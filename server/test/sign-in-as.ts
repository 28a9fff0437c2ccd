/** People who are signed in, for tests: an account, a membership and a session, without the sign-in's own steps. */
import { showId } from "../src/core/id.ts";
import type { Identity } from "../src/core/ports/identity.ts";
import type { Ids } from "../src/core/ports/ids.ts";
import type { Installed } from "../src/people/first-start.ts";
import type { CallOptions, TestAnswer } from "./http-server.ts";
import type { StewardDatabase } from "./steward-database.ts";

export interface SignInOptions {
  /** A new one each time unless given; an account that is there already is signed in again. */
  readonly email?: string;
  readonly name?: string;
  /** In the organization: a built-in role, `owner` unless given; null makes no member. */
  readonly role?: string | null;
  /** The installed one unless given. */
  readonly organization?: string;
  /** Whose header the person's calls carry; the installed one unless given. */
  readonly project?: string;
  readonly password?: string;
  readonly secondFactor?: boolean;
  readonly operator?: boolean;
  /** The organization whose sign-on began the session. */
  readonly signedOnBy?: string;
}

export interface TestPerson {
  readonly email: string;
  /** UUIDs; the member is null for a role of null. */
  readonly account: string;
  readonly member: string | null;
  readonly session: string;
  readonly cookie: string;
  /** As the page's own calls have them: cookie, site and project. */
  readonly headers: Readonly<Record<string, string>>;
  call(method: string, target: string, options?: CallOptions): Promise<TestAnswer>;
}

interface Doors {
  readonly db: Pick<StewardDatabase, "admin">;
  readonly identity: Identity;
  readonly ids: Ids;
  readonly installed: Installed;
  readonly call: (method: string, target: string, options: CallOptions) => Promise<TestAnswer>;
}

export async function signInAs(
  { db, identity, ids, installed, call }: Doors,
  more: SignInOptions,
): Promise<TestPerson> {
  const { role = "owner", organization = installed.organization, project = installed.project } = more;
  const email = more.email ?? `${ids.uuid()}@people.test`;
  const { name = "Somebody", password = null } = more;
  const there = await identity.findAccountByEmail(email);
  const { id: account } = there ?? (await identity.createAccount({ email, name, password, emailVerified: true }));
  const found = await db.admin.query<{ id: string }>({
    text: "select id from steward.members where organization = $1 and account = $2 and removed_at is null",
    values: [organization, account],
  });
  let member = found.rows[0]?.id ?? null;
  if (role !== null && member === null) {
    member = ids.uuid();
    await db.admin.query({
      text: `insert into steward.members (organization, id, email, name, role, created_at, account)
        values ($1, $2, $3, $4, $5, now(), $6)`,
      values: [organization, member, email, name, role, account],
    });
  }
  if (more.operator)
    await db.admin.query({
      text: "insert into steward.operators (account, created_at) values ($1, now()) on conflict do nothing",
      values: [account],
    });
  const [setCookie = ""] = await identity.beginSession(account, { address: "127.0.0.1", userAgent: "test" });
  const { rows } = await db.admin.query<{ id: string }>({
    text: `update identity.session set "secondFactor" = $2, "signedOnBy" = $3
      where id = (select id from identity.session where "userId" = $1 order by "createdAt" desc, id desc limit 1) returning id`,
    values: [account, more.secondFactor ?? false, more.signedOnBy ?? null],
  });
  const cookie = setCookie.split(";", 1)[0]!;
  const headers = { cookie, "sec-fetch-site": "same-origin", "steward-project": showId("prj", project) };
  return {
    email,
    account,
    member,
    session: rows[0]!.id,
    cookie,
    headers,
    call: (method, target, options = {}) =>
      call(method, target, { ...options, anonymous: true, headers: { ...headers, ...options.headers } }),
  };
}

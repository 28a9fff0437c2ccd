/** The settings that closed the library's past holes, each by what it is set to and, where it can be, by what it does. */
import { hashSync } from "bcryptjs";
import { afterEach, expect, test } from "vitest";
import { fakeClock } from "../../../test/engine.ts";
import { TEST_SECRET } from "../../../test/identity.ts";
import { stewardDatabase, type StewardDatabase } from "../../../test/steward-database.ts";
import { readCatalog } from "../../store/proof-catalog.ts";
import { identityRows } from "../../store/identity-rows.ts";
import { systemIds } from "../system/system-ids.ts";
import { ADA, browser, closeOpened, opened, PASSWORD, signIn, signUp } from "./identity.testsuite.ts";
import { libraryOptions, loadLibrary, type LibraryParts } from "./library.ts";
import { createPasswords } from "./passwords.ts";

const databases: StewardDatabase[] = [];
afterEach(async () => {
  await closeOpened();
  await Promise.all(databases.splice(0).map((db) => db.drop()));
});

async function parts(publicUrl: string): Promise<LibraryParts> {
  const db = await stewardDatabase();
  databases.push(db);
  const clock = fakeClock(Date.now());
  const ids = systemIds(() => clock.nowMs());
  const nothing = () => Promise.resolve();
  return {
    database: db.identity,
    rows: identityRows(db.identity),
    clock,
    ids,
    secret: TEST_SECRET,
    secretText: TEST_SECRET.toString("base64url"),
    publicUrl: () => publicUrl,
    policy: { signUp: "open", minimumAge: null },
    providers: {},
    egress: { request: () => Promise.reject(new Error("nothing leaves here")) },
    noteOutbound: () => undefined,
    sendMail: nothing,
    isFirstKey: () => Promise.resolve(false),
    isBeyond: () => Promise.resolve(false),
    mayJoin: () => Promise.resolve(false),
    recordAct: nothing,
    log: () => undefined,
    passwords: createPasswords((count) => ids.bytes(count)),
    fetch: () => Promise.reject(new Error("nothing leaves here")),
  };
}

test.each(["http://steward.test", "https://steward.test"])(
  "the library is set up as decided (%s)",
  async (publicUrl) => {
    const secure = publicUrl.startsWith("https:");
    const options = libraryOptions(await parts(publicUrl));
    expect(options).toMatchObject({
      baseURL: publicUrl,
      basePath: "/v1/auth",
      trustedOrigins: [publicUrl],
      telemetry: { enabled: false },
      rateLimit: { enabled: false },
      verification: { storeIdentifier: "hashed" },
      session: { expiresIn: 604_800, freshAge: 3600, cookieCache: { enabled: false }, disableSessionRefresh: true },
      account: {
        accountLinking: {
          enabled: true,
          trustedProviders: [],
          requireLocalEmailVerified: true,
          allowDifferentEmails: false,
        },
        updateAccountOnSignIn: false,
        storeAccountCookie: false,
      },
      emailAndPassword: {
        autoSignIn: false,
        requireEmailVerification: true,
        minPasswordLength: 10,
        maxPasswordLength: 200,
        resetPasswordTokenExpiresIn: 3600,
        revokeSessionsOnPasswordReset: true,
      },
      emailVerification: { autoSignInAfterVerification: false, sendOnSignIn: false },
      advanced: {
        disableOriginCheck: false,
        disableCSRFCheck: false,
        cookiePrefix: secure ? "__Host-steward" : "steward",
        defaultCookieAttributes: { secure, httpOnly: true, sameSite: "strict", path: "/" },
        cookies: { state: { attributes: { sameSite: "lax" } } },
      },
    });
    expect(options.advanced).not.toHaveProperty("crossSubDomainCookies");
    expect(options.advanced).not.toHaveProperty("trustedProxyHeaders");
    expect(options).not.toHaveProperty("socialProviders");
    expect(options.user).not.toHaveProperty("deleteUser");
  },
);

test("the environment changes nothing of it", async () => {
  const names = {
    BETTER_AUTH_TRUSTED_ORIGINS: "https://evil.example",
    BETTER_AUTH_TELEMETRY: "1",
    BETTER_AUTH_SECRETS: "2:evil",
    BETTER_AUTH_URL: "https://evil.example",
  };
  Object.assign(process.env, names);
  const library = await loadLibrary(await parts("http://steward.test"));
  for (const name of Object.keys(names)) expect(process.env[name]).toBeUndefined();
  const answer = await library.handle(
    new Request("http://steward.test/v1/auth/sign-in/email", {
      method: "POST",
      headers: { origin: "https://evil.example", cookie: "a=b", "content-type": "application/json" },
      body: JSON.stringify({ email: ADA.email, password: PASSWORD }),
    }),
  );
  expect(answer.status).toBe(403);
});

test("columns of time, and no others, end as the library's way to the database takes them to", async () => {
  const db = await stewardDatabase();
  databases.push(db);
  const { columns } = await readCatalog(db.admin);
  const own = columns.filter(({ table }) => table.startsWith("identity."));
  const ofTime = own.filter(({ type }) => type === "timestamp with time zone");
  expect([own.length, ofTime.length]).toEqual([59, 15]);
  for (const { table, name, type } of own)
    expect([table, name, /(?:At|Until)$/.test(name)]).toEqual([table, name, type === "timestamp with time zone"]);
});

test("an imported bcrypt hash lets in once and is Argon2id then (A1)", async () => {
  const http = await opened();
  await signUp(http);
  const kept = async () =>
    (await http.db.admin.query<{ password: string }>({ text: "select password from identity.account" })).rows[0]!
      .password;
  await http.db.admin.query({ text: "update identity.account set password = $1", values: [hashSync(PASSWORD, 6)] });
  expect((await signIn(browser(http), { ...ADA, password: "not the password" })).status).toBe(401);
  expect(await kept()).toMatch(/^\$2/);
  expect((await signIn(browser(http))).status).toBe(200);
  expect(await kept()).toMatch(/^\$argon2id\$/);
  expect((await signIn(browser(http))).status).toBe(200);
});

test("tokens of a provider can't be kept, whoever tries", async () => {
  const http = await opened();
  await signUp(http);
  for (const column of ["accessToken", "refreshToken", "idToken"])
    await expect(http.db.identity.query({ text: `update account set "${column}" = 'x'` })).rejects.toThrow(
      "account_keeps_no_tokens",
    );
});

test("the library's role changes its rows, and nothing else", async () => {
  const db = await stewardDatabase();
  databases.push(db);
  for (const text of [
    "create table identity.mine (id int)",
    "drop table identity.session",
    "select from steward.members",
    "alter table identity.session disable trigger all",
  ])
    await expect(db.identity.query({ text })).rejects.toThrow(/permission denied|must be owner/);
  for (const pool of [db.database, db.dispatch])
    await expect(pool.query({ text: `select from identity.session` })).rejects.toThrow("permission denied");
  expect((await db.pool("steward_backup").query({ text: `select from identity."user"` })).count).toBe(0);
});

import { afterEach, expect, test } from "vitest";
import { systemIds } from "../system/system-ids.ts";
import {
  ADA,
  browser,
  closeOpened,
  linkToken,
  opened,
  ORIGIN,
  PASSWORD,
  problem,
  signedIn,
  signIn,
  signUp,
} from "./identity.testsuite.ts";

afterEach(closeOpened);

test("a person signs up, confirms the address, signs in, and is known by the cookie until the session ends", async () => {
  const http = await opened();
  const page = browser(http);
  expect((await page.auth("/sign-up/email", ADA)).json()).toEqual({});
  expect(page.jar.size).toBe(0);
  await http.parts.identity!.close(); // what was answered is done
  const early = await page.auth("/sign-in/email", { email: ADA.email, password: PASSWORD });
  expect(early.json()).toMatchObject({ status: 403, code: "email_unverified" });
  expect(http.mails).toMatchObject([{ to: ADA.email, template: "verify" }]);
  expect((await page.auth("/verify-email", { token: linkToken(http, "verify") })).status).toBe(200);
  const done = await page.auth("/sign-in/email", { email: "ADA@example.com", password: PASSWORD });
  expect(done.json()).toEqual({ secondFactor: false });
  expect(done.headers["set-cookie"]).toEqual([
    expect.stringMatching(/^steward\.session_token=[^;]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/),
  ]);
  const me = await page.call("GET", "/v1/account");
  expect(me.json()).toMatchObject({
    email: ADA.email,
    emailVerified: true,
    name: "Ada",
    secondFactor: false,
    operator: false,
  });
  const { items } = (await page.call("GET", "/v1/account/sessions")).json() as { items: { id: string }[] };
  expect(items).toEqual([expect.objectContaining({ current: true, address: "127.0.0.1", userAgent: "Browser/1" })]);
  expect((await page.call("DELETE", `/v1/account/sessions/${items[0]!.id}`)).status).toBe(204);
  expect((await page.call("GET", "/v1/account")).status).toBe(401);
  expect(http.acts.map(({ action }) => action)).toEqual([
    "account.created",
    "session.refused",
    "session.begun",
    "session.ended",
  ]);
});

test("an unknown and a known address get the same answers at sign-in, sign-up and reset", async () => {
  const http = await opened();
  await signUp(http);
  const { auth } = browser(http);
  const of = async (path: string, body: object) => {
    const { status, text, headers } = await auth(path, body);
    await http.parts.identity!.close(); // what was answered before it was done
    return { status, text, cookies: headers["set-cookie"] };
  };
  const nobody = "nobody@example.com";
  for (const [path, body] of [
    ["/sign-in/email", { password: "not the password" }],
    ["/sign-up/email", { password: "another password", name: "Ada" }],
    ["/request-password-reset", {}],
    ["/send-verification-email", {}],
  ] as const) {
    const known = await of(path, { ...body, email: ADA.email });
    expect([path, await of(path, { ...body, email: nobody })]).toEqual([path, known]);
  }
  await http.parts.identity!.close();
  expect(http.mails.map(({ to, template }) => `${template} ${to}`).toSorted()).toEqual(
    // The unknown address signed up on the way, so that it too is asked to confirm itself.
    [`reset ${ADA.email}`, `reset ${nobody}`, `verify ${ADA.email}`, `verify ${nobody}`, `verify ${nobody}`],
  );
  expect((await signIn(browser(http))).status).toBe(200); // signing up again changed nothing
});

test("a reset is by mail, once, and ends all sessions (A7)", async () => {
  const http = await opened();
  const page = await signedIn(http);
  const { auth } = browser(http);
  expect((await auth("/request-password-reset", { email: ADA.email })).json()).toEqual({});
  await http.parts.identity!.close();
  const token = linkToken(http, "reset");
  expect(token).toMatch(/^\w{24}$/);
  const reset = (sent: unknown, newPassword = "a quite new one") =>
    problem(auth("/reset-password", { token: sent, newPassword }));
  for (const none of [null, "", undefined, [], {}, 0]) expect(await reset(none)).toBe("422 value_invalid");
  expect(await reset("x".repeat(24))).toBe("400 token_invalid");
  expect(await reset(token, "short")).toBe("422 value_invalid");
  expect((await page.call("GET", "/v1/account")).status).toBe(200);
  const both = await Promise.all([1, 2].map(() => auth("/reset-password", { token, newPassword: "a quite new one" })));
  expect(both.map(({ status }) => `${status}`).toSorted()).toEqual(["200", "400"]);
  expect(await reset(token)).toBe("400 token_invalid");
  expect((await page.call("GET", "/v1/account")).status).toBe(401);
  expect(await problem(signIn(browser(http)))).toBe("401 sign_in_failed");
  expect((await signIn(browser(http), { ...ADA, password: "a quite new one" })).status).toBe(200);
  expect(http.acts).toContainEqual({ action: "password.reset", account: expect.any(String), facts: {} });
});

test("a reset's token ends after an hour, and the table holds no token that could be used", async () => {
  const http = await opened();
  await signUp(http);
  const { auth } = browser(http);
  await auth("/request-password-reset", { email: ADA.email });
  await http.parts.identity!.close();
  const token = linkToken(http, "reset");
  const { rows } = await http.db.admin.query<{ all: string; left: number }>({
    text: `select verification::text as all, extract(epoch from "expiresAt" - now())::int as left from identity.verification`,
  });
  expect(rows).toHaveLength(1);
  expect(rows[0]!.all).not.toContain(token);
  expect(rows[0]!.left).toBeLessThanOrEqual(3600);
  await http.db.admin.query({ text: `update identity.verification set "expiresAt" = now() - interval '1 s'` });
  expect(await problem(auth("/reset-password", { token, newPassword: "a quite new one" }))).toBe("400 token_invalid");
});

test("an address changes when the old one and then the new one agree, and the old one is told", async () => {
  const http = await opened();
  const page = await signedIn(http);
  expect((await page.auth("/change-email", { newEmail: "new@example.com" })).status).toBe(200);
  expect(http.mails.at(-1)).toMatchObject({
    to: ADA.email,
    template: "change",
    values: { newEmail: "new@example.com" },
  });
  const first = linkToken(http, "change");
  expect((await browser(http).auth("/verify-email", { token: first })).status).toBe(200);
  expect((await page.call("GET", "/v1/account")).json()["email"]).toBe(ADA.email);
  expect(http.mails.at(-1)).toMatchObject({ to: "new@example.com", template: "change", values: { holder: "new" } });
  const second = linkToken(http, "change");
  // Whoever holds the new mailbox is not signed in by it.
  const stranger = browser(http);
  expect(await problem(stranger.auth("/verify-email", { token: second }))).toBe("401 unauthenticated");
  expect(stranger.jar.size).toBe(0);
  expect((await page.call("GET", "/v1/account")).json()["email"]).toBe(ADA.email);
  expect((await page.auth("/verify-email", { token: second })).status).toBe(200);
  expect((await page.call("GET", "/v1/account")).json()).toMatchObject({
    email: "new@example.com",
    emailVerified: true,
  });
  expect(http.mails.at(-1)).toMatchObject({
    to: ADA.email,
    template: "changed",
    values: { newEmail: "new@example.com" },
  });
  expect(await problem(page.auth("/verify-email", { token: second }))).toBe("400 token_invalid");
  expect(http.acts.at(-1)).toMatchObject({ action: "account.address_changed", account: expect.any(String) });
});

test("an address that was never proved is not asked and not told when another takes its place", async () => {
  const http = await opened();
  const { identity } = http.parts;
  const account = await identity!.createAccount({
    email: "owner@stand-in.localhost",
    name: "Owner",
    password: null,
    emailVerified: false,
  });
  const page = browser(http);
  const origin = { address: "127.0.0.1", userAgent: "Browser/1" };
  for (const cookie of await identity!.beginSession(account.id, origin)) {
    const [name = "", value = ""] = cookie.split(";", 1)[0]!.split("=", 2);
    page.jar.set(name, value);
  }
  expect((await page.auth("/change-email", { newEmail: ADA.email })).status).toBe(200);
  expect(http.mails).toMatchObject([{ to: ADA.email, template: "change", values: { holder: "new", name: "Owner" } }]);
  expect((await page.auth("/verify-email", { token: linkToken(http, "change") })).status).toBe(200);
  expect((await page.call("GET", "/v1/account")).json()).toMatchObject({ email: ADA.email, emailVerified: true });
  expect(http.mails.map(({ to }) => to)).toEqual([ADA.email]);
  expect(http.acts.at(-1)).toEqual({ action: "account.address_changed", account: account.id, facts: {} });
});

test("an address that another account has is not taken, and nobody learns that it is there", async () => {
  const http = await opened();
  await signUp(http, { ...ADA, email: "other@example.com" });
  const page = await signedIn(http);
  const mails = http.mails.length;
  expect((await page.auth("/change-email", { newEmail: "other@example.com" })).json()).toEqual({});
  expect(http.mails).toHaveLength(mails);
});

test("a password changes with the old one, and the other sessions end", async () => {
  const http = await opened();
  const page = await signedIn(http);
  const other = browser(http);
  await signIn(other);
  const change = (currentPassword: string) =>
    page.auth("/change-password", { currentPassword, newPassword: "a quite new one" });
  expect(await problem(change("not the password"))).toBe("401 sign_in_failed");
  expect((await change(PASSWORD)).json()).toEqual({});
  expect((await page.call("GET", "/v1/account")).status).toBe(200);
  expect((await other.call("GET", "/v1/account")).status).toBe(401);
});

test("a field that is not asked for is refused", async () => {
  const http = await opened();
  const { auth } = browser(http);
  const tries: readonly (readonly [string, object])[] = [
    ["/sign-up/email", { ...ADA, emailVerified: true }],
    ["/sign-up/email", { ...ADA, twoFactorEnabled: true }],
    ["/sign-up/email", { ...ADA, id: "01900000-0000-7000-8000-000000000001" }],
    ["/sign-up/email", { ...ADA, deletedAt: null }],
    ["/sign-up/email", { ...ADA, role: "owner" }],
    ["/sign-up/email", { ...ADA, callbackURL: "https://evil.example" }],
    ["/sign-up/email", { ...ADA, image: "https://evil.example/x.png" }],
    ["/sign-in/email", { email: ADA.email, password: PASSWORD, callbackURL: "https://evil.example" }],
    ["/sign-in/social", { provider: "google", idToken: { token: "x" } }],
    ["/sign-in/social", { provider: "google", scopes: ["https://mail.google.com/"] }],
    ["/sign-in/social", { provider: "google", callbackURL: "https://evil.example" }],
    ["/sign-in/social", { provider: "google", additionalData: { ageMet: true } }],
    ["/sign-in/social", { provider: "github" }],
    ["/request-password-reset", { email: ADA.email, redirectTo: "https://evil.example" }],
    ["/two-factor/verify-totp", { code: "123456", trustDevice: true }],
    ["/two-factor/verify-backup-code", { code: "123456", disableSession: true }],
    ["/change-password", { currentPassword: PASSWORD, newPassword: PASSWORD, revokeOtherSessions: false }],
  ];
  for (const [path, body] of tries)
    expect([path, body, await problem(auth(path, body))]).toEqual([path, body, "422 value_invalid"]);
  expect(http.acts).toEqual([]);
});

test("signing in at a provider leads back to our own page only", async () => {
  const providers = { google: { issuer: "https://idp.test", clientId: "c", clientSecret: "s", name: "Google" } };
  const { auth } = browser(await opened({ identity: { providers } }));
  for (const to of [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "javascript:alert(1)",
    "/a\nb",
    "evil",
    "/@evil.example",
  ])
    expect([to, await problem(auth("/sign-in/social", { provider: "google", to }))]).toEqual([to, "422 value_invalid"]);
});

test("what is not on the list is not served, whatever the library has", async () => {
  const http = await opened();
  const page = await signedIn(http);
  const { jar } = page;
  for (const [method, path] of [
    ["GET", "/get-session"],
    ["GET", "/ok"],
    ["GET", "/error"],
    ["GET", "/list-sessions"],
    ["GET", "/list-accounts"],
    ["POST", "/update-user"],
    ["POST", "/delete-user"],
    ["GET", "/delete-user/callback"],
    ["POST", "/update-session"],
    ["POST", "/link-social"],
    ["POST", "/unlink-account"],
    ["POST", "/get-access-token"],
    ["POST", "/refresh-token"],
    ["GET", "/account-info"],
    ["GET", "/reset-password/abcdefghijkl?callbackURL=/"],
    ["POST", "/verify-password"],
    ["POST", "/two-factor/send-otp"],
    ["POST", "/two-factor/verify-otp"],
    ["POST", "/two-factor/get-totp-uri"],
    ["POST", "/two-factor/view-backup-codes"],
    ["POST", "/sign-out"],
    ["GET", "/callback/github"],
    ["POST", "/sign-in/email/"],
    ["POST", "/sign-in//email"],
    ["POST", "/SIGN-IN/email"],
    ["POST", "/sign-in%2Femail"],
    ["POST", "/./sign-in/email"],
    ["POST", "/__proto__"],
    ["POST", "/constructor"],
    ["GET", "/sso/callback/x"],
    ["GET", "/"],
  ] as const)
    expect([path, await problem(page.call(method, `/v1/auth${path}`, method === "POST" ? {} : undefined))]).toEqual([
      path,
      "404 not_found",
    ]);
  expect(await problem(page.call("GET", "/v1/auth/sign-in/email"))).toBe("405 method_not_allowed");
  expect(jar.size).toBe(1);
});

test("only JSON of our own page is taken, and not much of it", async () => {
  const http = await opened();
  await signUp(http);
  const { auth, call } = browser(http);
  const body = JSON.stringify({ email: ADA.email, password: PASSWORD });
  const post = (text: string, headers: Record<string, string>) =>
    problem(call("POST", "/v1/auth/sign-in/email", text, headers));
  const form = "email=ada%40example.com&password=x";
  expect(await post(form, { "content-type": "application/x-www-form-urlencoded" })).toBe("415 media_type_unsupported");
  expect(await post(body, { "content-type": "text/plain" })).toBe("415 media_type_unsupported");
  expect(await post("{", { "content-type": "application/json" })).toBe("400 invalid_request");
  expect(await post(`{"email":"${"x".repeat(70_000)}"}`, { "content-type": "application/json" })).toBe(
    "413 body_too_large",
  );
  for (const origin of ["http://evil.example", "null", `${ORIGIN}.evil.example`, "https://steward.test", ""])
    expect([origin, await post(body, { "content-type": "application/json", origin })]).toEqual([
      origin,
      "403 forbidden",
    ]);
  expect((await auth("/sign-in/email", JSON.parse(body))).status).toBe(200);
});

test("who may sign up is the operator's choice, and an invitation lets exactly its address in", async () => {
  const asked: string[] = [];
  const mayJoin = async (email: string, token: string) => (
    asked.push(`${email} ${token}`),
    token === "for-ada" && email === ADA.email
  );
  const invited = await opened({ identity: { policy: { signUp: "invitation", minimumAge: null }, mayJoin } });
  const { auth } = browser(invited);
  for (const more of [{}, { invitation: "wrong" }, { invitation: "for-ada", email: "eve@example.com" }])
    expect(await problem(auth("/sign-up/email", { ...ADA, ...more }))).toBe("403 sign_up_closed");
  expect((await auth("/sign-up/email", { ...ADA, email: "ADA@Example.com", invitation: "for-ada" })).status).toBe(200);
  expect(asked).toEqual([`${ADA.email} wrong`, "eve@example.com for-ada", `${ADA.email} for-ada`]);
  const closed = await opened({ identity: { policy: { signUp: "closed", minimumAge: null }, mayJoin } });
  expect(await problem(browser(closed).auth("/sign-up/email", { ...ADA, invitation: "for-ada" }))).toBe(
    "403 sign_up_closed",
  );
  expect((await closed.call("GET", "/v1/entrance", { anonymous: true })).json()).toMatchObject({
    signUp: "closed",
    minimumAge: null,
    providers: [],
  });
});

test("signing up asks for the minimum age, to the day, and keeps only that it was met (A9)", async () => {
  const http = await opened({ identity: { policy: { signUp: "open", minimumAge: 16 } } });
  const { auth } = browser(http);
  const today = new Date(http.clock.nowMs());
  const born = (days: number) => {
    const date = new Date(Date.UTC(today.getUTCFullYear() - 16, today.getUTCMonth(), today.getUTCDate() + days));
    return date.toISOString().slice(0, 10);
  };
  expect(await problem(auth("/sign-up/email", ADA))).toBe("422 value_invalid");
  for (const birthDate of [born(1), "2999-01-01"])
    expect(await problem(auth("/sign-up/email", { ...ADA, birthDate }))).toBe("403 forbidden");
  for (const birthDate of ["16", "2000-13-01", "2001-02-29", null])
    expect(await problem(auth("/sign-up/email", { ...ADA, birthDate }))).toBe("422 value_invalid");
  expect((await auth("/sign-up/email", { ...ADA, birthDate: born(0) })).status).toBe(200);
  await http.parts.identity!.close();
  const { rows } = await http.db.admin.query<{ all: string }>({
    text: `select u::text as all from identity."user" u where email = $1`,
    values: [ADA.email],
  });
  expect(rows[0]!.all).not.toContain(born(0));
  expect(http.acts).toContainEqual({
    action: "account.created",
    account: expect.any(String),
    facts: { by: "sign_up", minimumAge: 16 },
  });
});

test("a deleted account signs in for nothing but to be brought back, within 30 days", async () => {
  const http = await opened();
  const page = await signedIn(http);
  expect((await page.call("DELETE", "/v1/account")).status).toBe(204);
  expect(page.jar.size).toBe(0);
  const again = browser(http);
  expect((await signIn(again)).status).toBe(200);
  expect((await again.call("GET", "/v1/account")).json()["deletedAt"]).toEqual(expect.any(String));
  for (const [method, path] of [
    ["GET", "/v1/account/sessions"],
    ["PATCH", "/v1/account"],
    ["GET", "/v1/organizations"],
    ["DELETE", "/v1/account"],
  ] as const)
    expect([path, await problem(again.call(method, path, method === "PATCH" ? { name: "x" } : undefined))]).toEqual([
      path,
      "403 forbidden",
    ]);
  expect(await problem(again.auth("/change-email", { newEmail: "new@example.com" }))).toBe("403 forbidden");
  expect((await again.call("POST", "/v1/account/restore", {})).json()).toMatchObject({
    email: ADA.email,
    deletedAt: null,
  });
  expect((await again.call("PATCH", "/v1/account", { name: "Ada L." })).json()).toMatchObject({ name: "Ada L." });
});

test("no answer, log or audit entry carries a token, a password or an address", async () => {
  const http = await opened();
  const page = browser(http);
  const texts: string[] = [];
  for (const [path, body] of [
    ["/sign-up/email", ADA],
    ["/sign-up/email", ADA],
    ["/sign-in/email", { email: ADA.email, password: "wrong password" }],
    ["/request-password-reset", { email: ADA.email }],
    ["/verify-email", { token: "not.a.token" }],
  ] as const)
    texts.push((await page.auth(path, body)).text);
  await http.parts.identity!.close();
  texts.push(
    (await page.auth("/verify-email", { token: linkToken(http, "verify", 0) })).text,
    (await signIn(page)).text,
  );
  await http.parts.identity!.close();
  const { rows } = await http.db.admin.query<{ token: string }>({ text: "select token from identity.session" });
  const all = [...texts, ...http.logs, JSON.stringify(http.acts)].join("\n");
  for (const secret of [
    PASSWORD,
    "wrong password",
    ADA.email,
    ...rows.map(({ token }) => token),
    linkToken(http, "reset"),
    linkToken(http, "verify", 0),
  ])
    expect([secret, all.includes(secret)]).toEqual([secret, false]);
});

test("a sign-in from a browser that was not there before is told by mail", async () => {
  const http = await opened();
  const page = await signedIn(http);
  const news = () => http.mails.filter(({ template }) => template === "new_sign_in");
  await signIn(page);
  expect(news()).toEqual([]);
  await browser(http).auth("/sign-in/email", { email: ADA.email, password: PASSWORD }, { "user-agent": "Another/2" });
  expect(news()).toMatchObject([
    { to: ADA.email, values: { name: "Ada", userAgent: "Another/2", address: "127.0.0.1" } },
  ]);
});

test("what would let a thief of a session stay needs a sign-in of the last hour", async () => {
  const http = await opened();
  const page = await signedIn(http);
  http.clock.jump(3_600_001);
  for (const [path, body] of [
    ["/change-email", { newEmail: "new@example.com" }],
    ["/two-factor/enable", { password: PASSWORD }],
    ["/two-factor/disable", { password: PASSWORD }],
    ["/two-factor/generate-backup-codes", { password: PASSWORD }],
    ["/passkey/delete-passkey", { id: "01900000-0000-4000-8000-000000000001" }],
  ] as const)
    expect([path, await problem(page.auth(path, body))]).toEqual([path, "403 session_not_fresh"]);
  expect(await problem(page.ask("/passkey/generate-register-options"))).toBe("403 session_not_fresh");
  expect(await problem(page.call("DELETE", "/v1/account"))).toBe("403 session_not_fresh");
});

test("whoever limits tries is asked first, and told who signed in", async () => {
  const seen: unknown[] = [];
  const http = await opened({
    identity: {
      beforeAuth: async (attempt, origin) => void seen.push({ ...attempt, ...origin }),
      afterSignIn: async (attempt) => void seen.push(attempt),
    },
  });
  const page = await signedIn(http);
  expect(seen.slice(-2)).toEqual([
    {
      path: "/sign-in/email",
      method: "POST",
      email: ADA.email,
      account: null,
      address: "127.0.0.1",
      userAgent: "Browser/1",
    },
    { path: "/sign-in/email", method: "POST", email: ADA.email, account: expect.any(String) },
  ]);
  await page.auth("/two-factor/verify-totp", { code: "123456" });
  expect(seen.at(-1)).toMatchObject({ path: "/two-factor/verify-totp", account: expect.any(String) });
});

test("a sign-up costs the same work for an address that is known, and is answered before it is done", async () => {
  const salts: number[] = [];
  const ids = systemIds(() => Date.now());
  const bytes = (count: number) => (salts.push(count), ids.bytes(count));
  const http = await opened({ identity: { ids: { ...ids, bytes } } });
  await signUp(http);
  const hashesOf = async (email: string): Promise<number> => {
    salts.length = 0;
    const answer = await browser(http).auth("/sign-up/email", { ...ADA, email });
    expect([answer.status, answer.json(), http.acts.length]).toEqual([200, {}, acts]);
    await http.parts.identity!.close();
    return salts.filter((count) => count === 16).length;
  };
  const acts = http.acts.length;
  expect(await hashesOf(ADA.email)).toBe(1);
  expect(await hashesOf("nobody@example.com")).toBe(1);
  expect(http.acts).toHaveLength(acts + 1);
});

test("a sign-up that fails after it was answered is in the log, and whoever stops waits for it", async () => {
  let [fails, begun, done] = [true, 0, 0];
  const hold = Promise.withResolvers<void>();
  const sendMail = async (): Promise<void> => {
    if (fails) throw new Error("the outbox is gone");
    begun++;
    await hold.promise;
    done++;
  };
  const http = await opened({ identity: { sendMail } });
  const sent = async (email: string) => (await browser(http).auth("/sign-up/email", { ...ADA, email })).json();
  expect(await sent("lost@example.com")).toEqual({});
  await http.parts.identity!.close();
  expect(http.logs.filter((line) => line.includes("the outbox is gone"))).toHaveLength(1);
  expect(http.logs.join("")).not.toContain("lost@example.com");

  fails = false;
  expect(await sent("kept@example.com")).toEqual({});
  await expect.poll(() => begun).toBe(1);
  const stopped = http.parts.identity!.close().then(() => done);
  hold.resolve();
  expect(await stopped).toBe(1);
});

test("two people who sign up with one address at once are one account, and neither learns of the other", async () => {
  const http = await opened();
  const all = await Promise.all([1, 2, 3].map(() => browser(http).auth("/sign-up/email", ADA)));
  expect(all.map(({ status, text }) => `${status} ${text}`)).toEqual(Array.from({ length: 3 }, () => "200 {}"));
  await http.parts.identity!.close();
  const { rows } = await http.db.admin.query({
    text: `select from identity."user" where email = $1`,
    values: [ADA.email],
  });
  expect(rows).toHaveLength(1);
});

test("whoever signs up with an address and never proves it leaves no password there", async () => {
  const http = await opened();
  const first = { ...ADA, password: "the password of a thief", name: "Mallory" };
  const page = browser(http);
  const sent = async (count: number) => await expect.poll(() => http.mails.length).toBe(count);
  expect((await page.auth("/sign-up/email", first)).status).toBe(200);
  await sent(1);
  expect((await page.auth("/sign-up/email", ADA)).status).toBe(200);
  await sent(2);
  expect(await problem(page.auth("/verify-email", { token: linkToken(http, "verify", 0) }))).toBe("400 token_invalid");
  expect((await page.auth("/verify-email", { token: linkToken(http, "verify", 1) })).status).toBe(200);
  expect(await problem(signIn(browser(http), first))).toBe("401 sign_in_failed");
  expect((await signIn(page)).status).toBe(200);
  expect((await page.call("GET", "/v1/account")).json()).toMatchObject({ name: ADA.name });
  // Nor does a link of what was given up undo what was confirmed since.
  expect(await problem(page.auth("/verify-email", { token: linkToken(http, "verify", 0) }))).toBe("400 token_invalid");
  expect((await page.call("GET", "/v1/account")).status).toBe(200);
  // A proved account stays as it is, and is told nothing.
  expect((await browser(http).auth("/sign-up/email", first)).status).toBe(200);
  expect((await signIn(page)).status).toBe(200);
});

test("the link of a sign-up in whose place came another confirms nobody", async () => {
  const http = await opened();
  const page = browser(http);
  await page.auth("/sign-up/email", ADA);
  await expect.poll(() => http.mails.length).toBe(1);
  await page.auth("/sign-up/email", { ...ADA, password: "the password of a thief" });
  await expect.poll(() => http.mails.length).toBe(2);
  const token = linkToken(http, "verify", 0);
  expect(await problem(page.auth("/verify-email", { token }))).toBe("400 token_invalid");
  const bare = token.split(".").slice(0, 3).join(".");
  expect(await problem(page.auth("/verify-email", { token: bare }))).toBe("400 token_invalid");
});

test("a sign-in beside one's own session is audited, and a refused one is not the signed-in person's", async () => {
  const http = await opened();
  const eve = await signedIn(http, { ...ADA, email: "eve@example.com", name: "Eve" });
  await signUp(http);
  const own = (await http.parts.identity!.findAccountByEmail(ADA.email))!.id;
  const before = http.acts.length;
  await eve.auth("/sign-in/email", { email: ADA.email, password: "not the right one" });
  expect((await signIn(eve)).status).toBe(200);
  expect(http.acts.slice(before)).toMatchObject([
    { action: "session.refused", account: null },
    { action: "session.begun", account: own, facts: { by: "password" } },
  ]);
});

test("a name with control characters is refused", async () => {
  const http = await opened();
  for (const name of ["a\0b", "a\u202Eb", "  "])
    expect(await problem(browser(http).auth("/sign-up/email", { ...ADA, name }))).toBe("422 value_invalid");
});

import { afterEach, expect, test } from "vitest";
import type { SignInOptions } from "../../../test/sign-in-as.ts";
import type { TestHttp } from "../../../test/http-server.ts";
import {
  type Browser,
  browser,
  closeOpened,
  linkToken,
  opened,
  PASSWORD,
  problem,
  signIn,
} from "./identity.testsuite.ts";

afterEach(closeOpened);

const EMAIL = "linked@example.com";
const NEW = { newPassword: PASSWORD };

/** Somebody in a session that no password began. */
async function linked(http: TestHttp, more: SignInOptions = {}): Promise<Browser> {
  const { cookie } = await http.signIn({ email: EMAIL, ...more });
  const page = browser(http);
  const at = cookie.indexOf("=");
  page.jar.set(cookie.slice(0, at), cookie.slice(at + 1));
  return page;
}

const account = async (page: Browser): Promise<unknown> =>
  (await page.call("GET", "/v1/account")).json()["hasPassword"];

test("who came in without a password sets one, signs in with it, is told, and it is in the log", async () => {
  const http = await opened();
  const page = await linked(http);
  expect(await account(page)).toBe(false);
  expect((await signIn(browser(http), { email: EMAIL, password: PASSWORD, name: "" })).status).toBe(401);
  expect((await page.auth("/set-password", NEW)).json()).toEqual({});
  expect(await account(page)).toBe(true);
  expect((await signIn(browser(http), { email: EMAIL, password: PASSWORD, name: "" })).status).toBe(200);
  expect(http.acts.map(({ action }) => action)).toContain("password.changed");
  expect(http.mails.filter(({ template }) => template === "changed").map(({ to }) => to)).toEqual([EMAIL]);
});

test("a password that is there is not set again, not by two at the same moment either", async () => {
  const http = await opened();
  const page = await linked(http);
  const both = await Promise.all([page.auth("/set-password", NEW), page.auth("/set-password", NEW)]);
  expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
  expect(await problem(page.auth("/set-password", { newPassword: "quite another one" }))).toBe("409 conflict");
  const { rows } = await http.db.admin.query({ text: "select from identity.account" });
  expect(rows).toHaveLength(1);
});

test("a first password takes a session, of the last hour, of the same site, and one that passed the second factor", async () => {
  const http = await opened();
  expect(await problem(browser(http).auth("/set-password", NEW))).toBe("401 unauthenticated");
  const page = await linked(http);
  expect(await problem(page.auth("/set-password", NEW, { origin: "https://evil.example" }))).toBe("403 forbidden");
  expect(await problem(page.auth("/set-password", { newPassword: "short" }))).toBe("422 value_invalid");
  await http.db.admin.query({ text: `update identity."user" set "twoFactorEnabled" = true` });
  expect(await problem(page.auth("/set-password", NEW))).toBe("403 second_factor_required");
  await http.db.admin.query({ text: `update identity."user" set "twoFactorEnabled" = false` });
  http.clock.advance(3_600_001);
  expect(await problem(page.auth("/set-password", NEW))).toBe("403 session_not_fresh");
  expect(await account(page)).toBe(false);
});

test("links to reset a password end with the address they went to, and with the first password", async () => {
  const http = await opened();
  const page = await linked(http);
  const asked = async (): Promise<string> => {
    const before = http.mails.length;
    expect((await browser(http).auth("/request-password-reset", { email: EMAIL })).status).toBe(200);
    await expect.poll(() => http.mails.length).toBeGreaterThan(before);
    return linkToken(http, "reset");
  };
  const use = async (token: string) =>
    await problem(browser(http).auth("/reset-password", { token, newPassword: "the old mailbox's" }));
  const early = await asked();
  expect((await page.auth("/set-password", NEW)).status).toBe(200);
  expect(await use(early)).toBe("400 token_invalid");

  const stale = await asked();
  expect((await page.auth("/change-email", { newEmail: "new@example.com" })).status).toBe(200);
  for (const _ of ["the old address", "the new one"])
    expect((await page.auth("/verify-email", { token: linkToken(http, "change") })).status).toBe(200);
  expect((await page.call("GET", "/v1/account")).json()["email"]).toBe("new@example.com");
  expect(await use(stale)).toBe("400 token_invalid");
});

test("a sign-on's word sets no first proof where the account reaches further; a mailed link does", async () => {
  const http = await opened();
  const { organization } = http.installed;
  const page = await linked(http, { signedOnBy: organization });
  const own = await http.signIn({ email: EMAIL, role: null });
  expect((await own.call("POST", "/v1/organizations", { body: { name: "Elsewhere" } })).status).toBe(201);
  const refused = { code: "forbidden", detail: expect.stringContaining("mailed link") as string };
  expect((await page.auth("/set-password", NEW)).json()).toMatchObject(refused);
  expect((await page.auth("/two-factor/enable", {})).json()).toMatchObject(refused);
  expect((await page.auth("/change-email", { newEmail: "idp@example.com" })).json()).toMatchObject(refused);
  expect((await page.ask("/passkey/generate-register-options")).json()).toMatchObject(refused);

  expect((await browser(http).auth("/request-password-reset", { email: EMAIL })).status).toBe(200);
  await expect.poll(() => http.mails.filter(({ template }) => template === "reset").length).toBe(1);
  const reset = { token: linkToken(http, "reset"), newPassword: PASSWORD };
  expect((await browser(http).auth("/reset-password", reset)).status).toBe(200);
  expect((await signIn(browser(http), { email: EMAIL, password: PASSWORD, name: "" })).status).toBe(200);

  // Where a password is known, it is asked for; a passkey would need none.
  const again = await linked(http, { signedOnBy: organization });
  expect(await problem(again.auth("/two-factor/enable", { password: "not the password" }))).toBe("401 sign_in_failed");
  expect((await again.auth("/two-factor/enable", { password: PASSWORD })).status).toBe(200);
  expect((await again.ask("/passkey/generate-register-options")).json()).toMatchObject(refused);
});

test("a sign-on's word sets a first password where the account is nobody elsewhere", async () => {
  const http = await opened();
  const page = await linked(http, { signedOnBy: http.installed.organization });
  expect((await page.auth("/set-password", NEW)).status).toBe(200);
});

import { afterEach, expect, test } from "vitest";
import type { SignInOptions } from "../../../test/sign-in-as.ts";
import type { TestHttp } from "../../../test/http-server.ts";
import { type Browser, browser, closeOpened, opened, PASSWORD, problem, signIn } from "./identity.testsuite.ts";

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

import { afterEach, expect, test } from "vitest";
import type { TestHttp } from "../../../test/http-server.ts";
import {
  ADA,
  browser,
  closeOpened,
  opened,
  PASSWORD,
  problem,
  signedIn,
  signIn,
  totpOf,
  type Browser,
} from "./identity.testsuite.ts";

afterEach(closeOpened);

interface Enrolled {
  readonly http: TestHttp;
  readonly page: Browser;
  readonly uri: string;
  readonly codes: readonly string[];
}

/** Ada, signed in by password and then with an authenticator app set up. */
async function enrolled(): Promise<Enrolled> {
  const http = await opened();
  const page = await signedIn(http);
  const { totpURI, backupCodes } = (await page.auth("/two-factor/enable", { password: PASSWORD })).json() as {
    totpURI: string;
    backupCodes: string[];
  };
  expect((await page.auth("/two-factor/verify-totp", { code: totpOf(totpURI) })).status).toBe(200);
  return { http, page, uri: totpURI, codes: backupCodes };
}

async function isSecond(http: TestHttp, page: Browser): Promise<boolean | undefined> {
  const cookie = [...page.jar].map((pair) => pair.join("=")).join("; ");
  return (await http.parts.identity!.findSignedIn(cookie))?.secondFactor;
}

/** A code that is wrong at any time near now. */
function wrongCode(uri: string): string {
  const right = new Set([-60, -30, 0, 30, 60].map((seconds) => totpOf(uri, Date.now() + seconds * 1000)));
  return ["000000", "111111", "222222", "333333", "444444", "555555"].find((code) => !right.has(code))!;
}

test("an authenticator app is set up with the password, and counts once a code of it was right", async () => {
  const http = await opened();
  const page = await signedIn(http);
  expect(await isSecond(http, page)).toBe(false);
  expect(await problem(page.auth("/two-factor/enable", { password: "not the password" }))).toBe("401 sign_in_failed");
  expect(await problem(page.auth("/two-factor/enable"))).toBe("401 sign_in_failed");
  const given = (await page.auth("/two-factor/enable", { password: PASSWORD })).json() as {
    totpURI: string;
    backupCodes: string[];
  };
  expect(given.totpURI).toMatch(/^otpauth:\/\/totp\/Steward:ada%40example\.com\?secret=/);
  expect(new Set(given.backupCodes).size).toBe(10);
  // Codes of what is being set up prove nothing yet.
  await page.auth("/two-factor/verify-backup-code", { code: given.backupCodes[0] });
  expect(await isSecond(http, page)).toBe(false);
  expect(await problem(page.auth("/two-factor/verify-totp", { code: wrongCode(given.totpURI) }))).toBe(
    "401 sign_in_failed",
  );
  expect((await page.call("GET", "/v1/account")).json()["secondFactor"]).toBe(false);
  expect((await page.auth("/two-factor/verify-totp", { code: totpOf(given.totpURI) })).status).toBe(200);
  expect((await page.call("GET", "/v1/account")).json()["secondFactor"]).toBe(true);
  expect(await isSecond(http, page)).toBe(true);
  expect(await problem(page.auth("/two-factor/enable", { password: PASSWORD }))).toBe("409 conflict");
  const { rows } = await http.db.admin.query<{ all: string }>({
    text: `select t::text as all from identity."twoFactor" t`,
  });
  const secret = new URL(given.totpURI).searchParams.get("secret")!;
  for (const plain of [secret, ...given.backupCodes]) expect(rows[0]!.all).not.toContain(plain);
});

test("the password alone signs nobody in then, and a recovery code works once", async () => {
  const { http, uri, codes } = await enrolled();
  const page = browser(http);
  const first = await signIn(page);
  expect(first.json()).toEqual({ secondFactor: true });
  expect([...page.jar.keys()]).toEqual(["steward.two_factor"]);
  expect((await page.call("GET", "/v1/account")).status).toBe(401);
  expect(await problem(page.auth("/two-factor/verify-totp", { code: wrongCode(uri) }))).toBe("401 sign_in_failed");
  expect((await page.auth("/two-factor/verify-backup-code", { code: codes[0] })).status).toBe(200);
  expect((await page.call("GET", "/v1/account")).status).toBe(200);
  expect(await isSecond(http, page)).toBe(true);
  const again = browser(http);
  await signIn(again);
  expect(await problem(again.auth("/two-factor/verify-backup-code", { code: codes[0] }))).toBe("401 sign_in_failed");
  expect((await again.auth("/two-factor/verify-totp", { code: totpOf(uri, Date.now() + 30_000) })).status).toBe(200);
});

test("a code of the authenticator app counts once (RFC 6238, 5.2)", async () => {
  const { http, uri } = await enrolled();
  const code = totpOf(uri, Date.now() + 30_000);
  const [one, other] = [browser(http), browser(http)];
  await signIn(one);
  await signIn(other);
  const both = await Promise.all([one, other].map((page) => page.auth("/two-factor/verify-totp", { code })));
  expect(both.map(({ status }) => `${status}`).toSorted()).toEqual(["200", "401"]);
  const third = browser(http);
  await signIn(third);
  expect(await problem(third.auth("/two-factor/verify-totp", { code }))).toBe("401 sign_in_failed");
});

test("a challenge takes five wrong codes, and is of use to nobody but the browser that has its cookie", async () => {
  const { http, uri } = await enrolled();
  const page = browser(http);
  await signIn(page);
  const cookie = page.jar.get("steward.two_factor")!;
  const stranger = browser(http);
  expect(await problem(stranger.auth("/two-factor/verify-totp", { code: totpOf(uri) }))).toBe("400 token_invalid");
  stranger.jar.set("steward.two_factor", `${cookie.slice(0, 5)}x${cookie.slice(6)}`);
  expect(await problem(stranger.auth("/two-factor/verify-totp", { code: totpOf(uri) }))).toBe("400 token_invalid");
  const tried: string[] = [];
  for (let n = 0; n < 6; n++) tried.push(await problem(page.auth("/two-factor/verify-totp", { code: wrongCode(uri) })));
  expect(tried).toEqual([...Array.from({ length: 5 }, () => "401 sign_in_failed"), "400 token_invalid"]);
  page.jar.set("steward.two_factor", cookie);
  expect(await problem(page.auth("/two-factor/verify-totp", { code: totpOf(uri) }))).toBe("400 token_invalid");
});

test("a session that began without it is stepped up by a code, of which ten may be wrong", async () => {
  const { http, uri } = await enrolled();
  const { account } = await http.signIn({ email: ADA.email, role: null });
  const page = browser(http);
  const [set = ""] = await http.parts.identity!.beginSession(account, { address: "127.0.0.1", userAgent: "link" });
  page.jar.set("steward.session_token", set.split(";", 1)[0]!.split("=")[1]!);
  expect(await isSecond(http, page)).toBe(false);
  // What changes the factors takes one: a link alone can't take them away.
  expect(await problem(page.auth("/two-factor/disable", { password: PASSWORD }))).toBe("403 second_factor_required");
  expect(await problem(page.ask("/passkey/generate-register-options"))).toBe("403 second_factor_required");
  const wrong = wrongCode(uri);
  const all = await Promise.all(
    Array.from({ length: 14 }, () => problem(page.auth("/two-factor/verify-totp", { code: wrong }))),
  );
  expect(all.filter((one) => one === "401 sign_in_failed")).toHaveLength(10);
  expect(all.filter((one) => one === "429 overloaded")).toHaveLength(4);
  const code = totpOf(uri, Date.now() + 30_000);
  expect(await problem(page.auth("/two-factor/verify-totp", { code }))).toBe("429 overloaded");
  http.clock.jump(900_001);
  expect((await page.auth("/two-factor/verify-totp", { code })).status).toBe(200);
  expect(await isSecond(http, page)).toBe(true);
  expect(http.acts.at(-1)).toEqual({ action: "session.stepped_up", account, facts: {} });
});

test("taking it away needs the password, and the session is one of a single factor then", async () => {
  const { http, page } = await enrolled();
  expect(await problem(page.auth("/two-factor/disable", { password: "not the password" }))).toBe("401 sign_in_failed");
  expect((await page.auth("/two-factor/disable", { password: PASSWORD })).status).toBe(200);
  expect(await isSecond(http, page)).toBe(false);
  expect((await signIn(browser(http))).json()).toEqual({ secondFactor: false });
  expect(http.acts.filter(({ action }) => action.startsWith("factor."))).toMatchObject([
    { action: "factor.added", facts: { factor: "totp_begun" } },
    { action: "factor.removed", facts: { factor: "totp" } },
  ]);
});

test("an operator is let act as one with the second factor only", async () => {
  const http = await opened();
  const one = await http.signIn({ operator: true });
  const two = await http.signIn({ operator: true, secondFactor: true });
  const none = await http.signIn({ secondFactor: true });
  const route = "/v1/installation";
  expect((await one.call("GET", route)).json()["code"]).not.toBe("not_found");
  expect([(await one.call("GET", route)).status, (await none.call("GET", route)).status]).toEqual([403, 403]);
  expect((await two.call("GET", route)).status).not.toBe(403);
});

/** The sign-in of the whole program against who would come in as somebody else. The parts have tests of their own beside them. */
import { createSign, generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPasswords } from "../src/adapters/identity/passwords.ts";
import type { Pool } from "../src/adapters/postgres/pool.ts";
import { OWNER, plantAccount, startWhole, type Answer, type WholeSteward } from "./tenant-objects-server.ts";

const ADA = { email: "ada@people.test", password: OWNER.password };
const MALLORY = { email: "mallory@people.test", password: OWNER.password };

let steward: WholeSteward;
let admin: Pool;
let provider: Provider;

beforeAll(async () => {
  provider = await openProvider();
  steward = await startWhole({
    STEWARD_SIGN_UP: "open",
    STEWARD_OIDC_ISSUER: provider.issuer,
    STEWARD_OIDC_CLIENT_ID: "steward",
    STEWARD_OIDC_CLIENT_SECRET: "secret",
    STEWARD_EGRESS_ALLOW: "127.0.0.1",
  });
  admin = steward.admin();
  await plantAccount(admin, "01900000-0000-7000-8000-00000000ada0", ADA.email, "Ada");
  await plantAccount(admin, "01900000-0000-7000-8000-00000000ada1", MALLORY.email, "Mallory");
});
afterAll(async () => {
  await steward?.close();
  provider?.server.close();
});

let addresses = 0;

interface Browser {
  readonly jar: Map<string, string>;
  post(path: string, body: unknown): Promise<Answer>;
  get(target: string): Promise<Answer>;
}

/** A browser at an address of its own, with the cookies that somebody else may have put there. */
function browser(cookies: Iterable<readonly [string, string]> = []): Browser {
  const jar = new Map(cookies);
  const from = `10.1.${++addresses >> 8}.${addresses & 255}`;
  const call = async (method: string, target: string, body?: unknown): Promise<Answer> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await steward.call(method, target, {
      headers: {
        ...(method === "GET" ? {} : { origin: steward.address }),
        "sec-fetch-site": "same-origin",
        "x-forwarded-for": from,
        "user-agent": "Browser/1",
        ...(typeof body === "string" ? { "content-type": "application/x-www-form-urlencoded" } : {}),
        ...(cookie === "" ? {} : { cookie }),
      },
      ...(body === undefined ? {} : { body }),
    });
    for (const set of answer.headers["set-cookie"] ?? []) {
      const [name = "", value = ""] = set.split(";", 1)[0]!.split(/=(.*)/s);
      if (/Max-Age=0/.test(set)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  };
  return { jar, post: (path, body) => call("POST", path, body), get: (target) => call("GET", target) };
}

const SESSION = "steward.session_token";
const whoIs = async (page: Browser): Promise<unknown> => {
  const answer = await page.get("/v1/account");
  return answer.status === 200 ? answer.json()["email"] : answer.status;
};
const signIn = async (page: Browser, who = ADA): Promise<Answer> => await page.post("/v1/auth/sign-in/email", who);
const problem = ({ status, json }: Answer): string => `${status} ${String(json()["code"])}`;

/** The newest mails of the development inbox, whose links are read by whoever runs the installation. */
async function tokenOf(template: string, to: string, nth = 0): Promise<string> {
  const found = async (): Promise<string | null> => {
    const answer = await steward.call("GET", "/v1/installation/mail?limit=100", {
      headers: { authorization: `Bearer ${steward.key}` },
    });
    const { items } = answer.json() as {
      items: { template: string; content: { to: string; links: string[] } | null }[];
    };
    const mails = items.filter((one) => one.template === template && one.content?.to === to);
    const link = mails[nth]?.content?.links.find((one) => one.includes("token="));
    return link === undefined ? null : new URL(link).hash.replace("#token=", "");
  };
  await expect.poll(found, { timeout: 5000 }).not.toBeNull();
  return (await found())!;
}

const clearLimits = async (): Promise<unknown> => await admin.query({ text: "delete from steward.rate_limits" });

test("a cookie that was there before never becomes the session of who signs in", async () => {
  const attacker = browser();
  await signIn(attacker, MALLORY);
  const ended = browser();
  await signIn(ended, MALLORY);
  const over = ended.jar.get(SESSION)!;
  await steward.call("DELETE", "/v1/session", {
    headers: { cookie: `${SESSION}=${over}`, "sec-fetch-site": "same-origin" },
  });
  const theirs = attacker.jar.get(SESSION)!;
  const key = { authorization: `Bearer ${steward.key}`, "x-forwarded-for": "10.1.250.1" };
  const ways: Readonly<Record<string, (page: Browser) => Promise<unknown>>> = {
    "by password": (page) => signIn(page),
    "by a one-time link": async (page) => {
      const link = (await steward.call("POST", "/v1/session-links", { headers: key })).json()["url"];
      const { pathname, search, searchParams } = new URL(String(link));
      const answer = await page.get(pathname + search);
      // Whoever is signed in as somebody else is asked first.
      if (answer.status === 200)
        await page.post(pathname, new URLSearchParams({ token: searchParams.get("token")! }).toString());
    },
    "by a provider": async (page) => await page.get(await provider.wayBack(await begin(page))),
  };
  for (const [way, enter] of Object.entries(ways))
    for (const fixed of [theirs, over, `${"A".repeat(32)}.${"A".repeat(43)}%3D`, theirs.split(".")[0]!, ""]) {
      const victim = browser([[SESSION, fixed]]);
      await enter(victim);
      const given = victim.jar.get(SESSION);
      expect([way, fixed, given === fixed, given?.split(".")[0] === fixed.split(".")[0]]).toEqual([
        way,
        fixed,
        false,
        false,
      ]);
      expect([way, await whoIs(victim)]).toEqual([way, expect.stringMatching(/^(?:ada@|first@|sub-1@)/)]);
      // What was fixed is what it was.
      expect([way, await whoIs(browser([[SESSION, fixed]]))]).toEqual([way, fixed === theirs ? MALLORY.email : 401]);
    }
  // Two of one name: the other one is not let in by standing first.
  const both = await steward.call("GET", "/v1/account", {
    headers: { cookie: `${SESSION}=${over}; ${SESSION}=${theirs}`, "sec-fetch-site": "same-origin" },
  });
  expect([both.status, both.status === 200 ? both.json()["email"] : null]).toEqual(
    both.status === 200 ? [200, MALLORY.email] : [401, null],
  );
});

/** What stands where a token or a text should. */
const NO_TEXT: readonly unknown[] = [null, "", " ", [], [""], {}, { $ne: null }, { toString: "x" }, true, 0, undefined];

test("a token that is null, empty, a list, an object, of another purpose or used before opens nothing", async () => {
  await clearLimits();
  const page = browser();
  expect((await page.post("/v1/auth/request-password-reset", { email: ADA.email })).json()).toEqual({});
  expect((await page.post("/v1/auth/request-password-reset", { email: ADA.email })).json()).toEqual({});
  const [reset, older] = [await tokenOf("reset", ADA.email), await tokenOf("reset", ADA.email, 1)];
  const newcomer = { email: "new@people.test", password: "a password of ours", name: "New" };
  expect((await page.post("/v1/auth/sign-up/email", newcomer)).json()).toEqual({});
  const verify = await tokenOf("verify", newcomer.email);
  const held = browser();
  await signIn(held);
  const session = decodeURIComponent(held.jar.get(SESSION)!);
  const key = { authorization: `Bearer ${steward.key}` };
  const link = new URL(String((await steward.call("POST", "/v1/session-links", { headers: key })).json()["url"]));
  const others = [
    session,
    session.split(".")[0]!,
    link.searchParams.get("token")!,
    randomBytes(24).toString("base64url"),
  ];
  const otherCase = (token: string): string =>
    token.toUpperCase() === token ? token.toLowerCase() : token.toUpperCase();
  const bent = (token: string): unknown[] => [
    ...NO_TEXT,
    [token],
    { token },
    { 0: token },
    `${token}\u0000`,
    token.slice(0, -1),
    `${token}x`,
    otherCase(token),
    encodeURIComponent(`${token}&`),
    "%",
    `${token}&token=${token}`,
  ];
  const faults: string[] = [];
  const mustFail = async (path: string, token: unknown): Promise<void> => {
    await clearLimits();
    const fresh = browser();
    const body = {
      ...(token === undefined ? {} : { token }),
      ...(path.startsWith("/reset") ? { newPassword: "taken over by this" } : {}),
    };
    const answer = await fresh.post(`/v1/auth${path}`, body);
    const refused = [400, 401, 403, 422].includes(answer.status);
    if (!refused || fresh.jar.size > 0)
      faults.push(`${path} ${JSON.stringify(token)}: ${answer.status} ${answer.text}`);
  };
  for (const token of [...bent(reset), verify, ...others]) await mustFail("/reset-password", token);
  for (const token of [...bent(verify), reset, ...others]) await mustFail("/verify-email", token);
  for (const token of [reset, verify, ...others.slice(0, 2)]) {
    const entered = await browser().get(`/enter?token=${encodeURIComponent(token)}`);
    if (entered.headers["set-cookie"]) faults.push(`/enter ${token}`);
    const invited = await steward.call("POST", "/v1/invitations/look", {
      body: { token },
      headers: { "x-forwarded-for": "10.1.251.1" },
    });
    if (invited.status < 400) faults.push(`/v1/invitations/look ${token}`);
  }
  expect(faults).toEqual([]);
  expect((await signIn(browser())).status).toBe(200); // nobody's password changed
  // Once, each; and a reset that was used ends those that were asked for before it.
  await clearLimits();
  const newPassword = "the password after";
  expect((await browser().post("/v1/auth/reset-password", { token: reset, newPassword })).status).toBe(200);
  expect(await whoIs(held)).toBe(401);
  expect(problem(await browser().post("/v1/auth/reset-password", { token: reset, newPassword: OWNER.password }))).toBe(
    "400 token_invalid",
  );
  const olderUsed = await browser().post("/v1/auth/reset-password", { token: older, newPassword: OWNER.password });
  expect(problem(olderUsed)).toBe("400 token_invalid");
  const verified = await browser().post("/v1/auth/verify-email", { token: verify });
  expect([verified.status, verified.headers["set-cookie"]]).toEqual([200, undefined]);
  const again = browser();
  await again.post("/v1/auth/verify-email", { token: verify });
  expect([...again.jar.keys()]).toEqual([]);
  await browser().post("/v1/auth/request-password-reset", { email: ADA.email });
});

/** A sign-in that began at the provider; gives the address that the browser is sent to. */
async function begin(page: Browser): Promise<URL> {
  const answer = await page.post("/v1/auth/sign-in/social", { provider: "oidc", to: "/flows" });
  if (answer.status !== 200) throw new Error(answer.text);
  return new URL(String(answer.json()["url"]));
}

test("a state that is missing, forged, another browser's or used before signs nobody in, and asks the provider nothing", async () => {
  await clearLimits();
  const victim = browser();
  const attacker = browser();
  const [own, theirs] = [await begin(victim), await begin(attacker)];
  const [state, foreign] = [own.searchParams.get("state")!, theirs.searchParams.get("state")!];
  expect(state).not.toBe(foreign);
  expect(Buffer.from(state, "base64url").length).toBeGreaterThanOrEqual(16);
  const code = provider.grant(own);
  const before = provider.asked();
  const back = async (page: Browser, query: string): Promise<string> => {
    const answer = await page.get(`/v1/auth/callback/oidc?${query}`);
    const session = (answer.headers["set-cookie"] ?? []).some(
      (one) => one.startsWith(`${SESSION}=`) && !one.startsWith(`${SESSION}=;`),
    );
    return `${answer.status} ${answer.headers.location?.split("=", 1)[0] ?? ""} ${session ? "signed in" : "nobody"}`;
  };
  const refused = `303 ${steward.address}/sign-in?error nobody`;
  const wrong = [
    `code=${code}`,
    `code=${code}&state=`,
    `code=${code}&state=${foreign}`,
    `code=${code}&state=${randomBytes(24).toString("base64url")}`,
    `code=${code}&state=${state.slice(0, -1)}`,
    `code=${code}&state=${state}x`,
    `code=${code}&state=${state.toUpperCase()}`,
    `code=${code}&state=${foreign}&state=${foreign}`,
    `code=${code}&state[]=${state}`,
    `code=${code}&state=null`,
    `code=${code}&state=__proto__`,
    `code=${code}&state=${encodeURIComponent("../" + state)}`,
  ];
  for (const query of wrong) {
    const seen = await back(browser([...victim.jar]), query);
    expect([query, seen === "422  nobody" ? refused : seen]).toEqual([query, refused]);
  }
  // The attacker's whole way back, opened in the victim's browser and in one that began nothing.
  const lure = `code=${provider.grant(theirs)}&state=${foreign}`;
  for (const page of [browser([...victim.jar]), browser()]) expect(await back(page, lure)).toBe(refused);
  expect(provider.asked()).toBe(before);
  // Whose it is is let in with it, once.
  const fresh = browser();
  const begun = await begin(fresh);
  const query = `code=${provider.grant(begun)}&state=${begun.searchParams.get("state")}`;
  const cookies = [...fresh.jar];
  expect(await back(fresh, query)).toBe(`303 ${steward.address}/flows signed in`);
  const asked = provider.asked();
  for (const page of [fresh, browser(cookies)]) expect(await back(page, query)).toBe(refused);
  expect(provider.asked()).toBe(asked);
});

const ROUNDS = 30;

/** Milliseconds that each of two things takes, tried in turns; and what they answered with. */
async function inTurns(
  rounds: number,
  tries: readonly ((round: number) => Promise<Answer>)[],
): Promise<readonly { readonly leastMs: number; readonly medianMs: number; readonly answers: ReadonlySet<string> }[]> {
  const times = tries.map((): number[] => []);
  const answers = tries.map(() => new Set<string>());
  for (let round = 0; round < rounds; round++) {
    await clearLimits();
    for (let turn = 0; turn < tries.length; turn++) {
      const at = (turn + round) % tries.length; // who goes first changes
      const began = performance.now();
      const answer = await tries[at]!(round);
      times[at]!.push(performance.now() - began);
      answers[at]!.add(`${answer.status} ${Object.keys(answer.headers).toSorted().join(",")} ${answer.text}`);
    }
  }
  return tries.map((_, at) => ({
    leastMs: Math.min(...times[at]!),
    medianMs: median(times[at]!),
    answers: answers[at]!,
  }));
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)]!;
}

test("neither words nor time tell whether an address has an account", { timeout: 120_000 }, async () => {
  const passwords = createPasswords((count) => randomBytes(count));
  const nothing: Answer = { status: 0, headers: {}, text: "", json: () => ({}) };
  const [hash] = await inTurns(9, [async () => (await passwords.hash("some password"), nothing)]);
  const nobody = (round: number): string => `nobody${round}@people.test`;
  const post = (path: string, body: object) => async (): Promise<Answer> =>
    await browser().post(`/v1/auth${path}`, body);
  const ways: Readonly<Record<string, (email: string) => readonly [string, object]>> = {
    "sign in": (email) => ["/sign-in/email", { email, password: "not the password" }],
    "sign up": (email) => ["/sign-up/email", { email, password: "a password of ours", name: "New" }],
    "ask for a reset": (email) => ["/request-password-reset", { email }],
    "ask for a confirmation": (email) => ["/send-verification-email", { email }],
  };
  const told: string[] = [`a hash takes ${hash!.leastMs.toFixed(1)} ms at least`];
  for (const [what, of] of Object.entries(ways)) {
    const [known, unknown] = await inTurns(ROUNDS, [
      () => post(...of(MALLORY.email))(),
      (round) => post(...of(nobody(round)))(),
    ]);
    told.push(`${what}: ${known!.medianMs.toFixed(1)} ms known, ${unknown!.medianMs.toFixed(1)} ms unknown`);
    expect([what, unknown!.answers]).toEqual([what, known!.answers]);
    // Load makes tries longer, never shorter: whoever did no hash for one of them would be seen in the shortest. The others
    // are answered before they are done; that a sign-up hashes once in any case is counted (create-identity.test.ts).
    if (what === "sign in")
      for (const { leastMs } of [known!, unknown!])
        expect([what, leastMs > hash!.leastMs * 0.6, told]).toEqual([what, true, told]);
  }
  console.info(told.join("\n")); // medians
});

interface Provider {
  readonly issuer: string;
  readonly server: Server;
  /** A code for whoever was sent there. */
  grant(begun: URL): string;
  /** Where the provider sends the browser back to. */
  wayBack(begun: URL): Promise<string>;
  /** How often its token endpoint was asked. */
  asked(): number;
}

/** A provider that signs in whoever comes, and counts. */
async function openProvider(): Promise<Provider> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const granted = new Map<string, string>();
  let asked = 0;
  const server = createServer((request, response) => {
    const issuer = issuerOf(server);
    const answer = (body: object): void =>
      void response.setHeader("content-type", "application/json").end(JSON.stringify(body));
    if (request.url === "/jwks")
      return answer({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k", alg: "RS256", use: "sig" }] });
    if (request.url === "/token") {
      asked++;
      let body = "";
      request.on("data", (piece) => (body += String(piece)));
      request.on("end", () => {
        const nonce = granted.get(new URLSearchParams(body).get("code") ?? "");
        const now = Math.floor(Date.now() / 1000);
        const claims = {
          iss: issuer,
          aud: "steward",
          sub: "sub-1",
          iat: now,
          exp: now + 60,
          nonce,
          name: "Sub",
          email_verified: true,
        };
        const id_token = jwt({ ...claims, email: "sub-1@people.test" }, privateKey);
        answer({ access_token: "x", token_type: "Bearer", expires_in: 60, id_token });
      });
      return;
    }
    answer({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
      code_challenge_methods_supported: ["S256"],
    });
  });
  await new Promise<void>((done) => void server.listen(0, "127.0.0.1", done));
  const grant = (begun: URL): string => {
    const code = randomBytes(12).toString("hex");
    granted.set(code, begun.searchParams.get("nonce") ?? "");
    return code;
  };
  return {
    issuer: issuerOf(server),
    server,
    grant,
    wayBack: (begun) =>
      Promise.resolve(
        `/v1/auth/callback/oidc?code=${grant(begun)}&state=${encodeURIComponent(begun.searchParams.get("state")!)}`,
      ),
    asked: () => asked,
  };
}

function issuerOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function jwt(claims: object, key: Parameters<ReturnType<typeof createSign>["sign"]>[0]): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: "RS256", kid: "k" })}.${part(claims)}`;
  return `${signed}.${createSign("RSA-SHA256").update(signed).sign(key).toString("base64url")}`;
}

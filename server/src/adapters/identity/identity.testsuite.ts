/** A browser at the door, for tests of the sign-in: the real library, database and HTTP surface. */
import { createHmac } from "node:crypto";
import { expect } from "vitest";
import { testHttp, type HttpOptions, type TestAnswer, type TestHttp } from "../../../test/http-server.ts";

export const ORIGIN = "http://steward.test";
export const PASSWORD = "correct horse battery";
export const ADA = { email: "ada@example.com", password: PASSWORD, name: "Ada" };

export interface Browser {
  readonly jar: Map<string, string>;
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<TestAnswer>;
  /** POST below /v1/auth. */
  readonly auth: (path: string, body?: unknown, headers?: Record<string, string>) => Promise<TestAnswer>;
  /** GET below /v1/auth. */
  readonly ask: (path: string) => Promise<TestAnswer>;
}

/** Servers that a test opened; closed by its `afterEach`. */
const servers: TestHttp[] = [];

export async function opened(options: HttpOptions = {}): Promise<TestHttp> {
  const http = await testHttp(options);
  servers.push(http);
  return http;
}

export async function closeOpened(): Promise<void> {
  await Promise.all(servers.splice(0).map((http) => http.close()));
}

/** A browser: keeps its cookies and says where it is. */
export function browser(http: TestHttp): Browser {
  const jar = new Map<string, string>();
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    more: Record<string, string> = {},
  ): Promise<TestAnswer> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await http.call(method, path, {
      anonymous: true,
      ...(body === undefined ? {} : { body }),
      headers: {
        host: "steward.test",
        "user-agent": "Browser/1",
        ...(method === "GET"
          ? { "sec-fetch-site": "same-origin" }
          : { origin: ORIGIN, "sec-fetch-site": "same-origin" }),
        ...(cookie === "" ? {} : { cookie }),
        ...more,
      },
    });
    for (const set of answer.headers["set-cookie"] ?? []) {
      const [pair = "", ...attributes] = set.split("; ");
      const [name = "", value = ""] = pair.split("=", 2);
      if (attributes.includes("Max-Age=0")) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  };
  return {
    jar,
    call,
    auth: (path: string, body: unknown = {}, more: Record<string, string> = {}) =>
      call("POST", `/v1/auth${path}`, body, more),
    ask: (path: string) => call("GET", `/v1/auth${path}`),
  };
}

export function linkToken(http: TestHttp, template: string, nth = -1): string {
  const mail = http.mails.filter((one) => one.template === template).at(nth);
  return new URL(mail?.values["url"] ?? "http://none").hash.replace("#token=", "");
}

export async function signUp(http: TestHttp, person = ADA): Promise<void> {
  const { auth } = browser(http);
  const before = http.mails.length;
  expect((await auth("/sign-up/email", person)).status).toBe(200);
  await expect.poll(() => http.mails.length).toBeGreaterThan(before);
  expect((await auth("/verify-email", { token: linkToken(http, "verify") })).status).toBe(200);
}

/** A browser with an account that is signed in by password. */
export async function signedIn(http: TestHttp, person = ADA): Promise<Browser> {
  await signUp(http, person);
  const page = browser(http);
  await signIn(page, person);
  return page;
}

export async function signIn(page: Browser, { email, password } = ADA): Promise<TestAnswer> {
  return await page.auth("/sign-in/email", { email, password });
}

/** The code of an authenticator app (RFC 6238, SHA-1, 6 digits, 30 s) for an `otpauth:` address. */
export function totpOf(uri: string, atMs = Date.now()): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(atMs / 30_000)));
  const digest = createHmac("sha1", base32(new URL(uri).searchParams.get("secret") ?? ""))
    .update(counter)
    .digest();
  const at = digest.at(-1)! & 15;
  return String((digest.readUInt32BE(at) & 0x7f_ff_ff_ff) % 1_000_000).padStart(6, "0");
}

function base32(text: string): Buffer {
  let bits = "";
  for (const letter of text.replace(/=+$/, ""))
    bits += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

export async function problem(answer: Promise<TestAnswer>): Promise<string> {
  const { status, json } = await answer;
  return `${status} ${String(json()["code"])}`;
}

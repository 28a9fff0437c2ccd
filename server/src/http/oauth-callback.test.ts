/** Where providers send people back to: whatever somebody writes into that address, it leads nowhere else. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestHttp, TestPerson } from "../../test/http-server.ts";
import { type Connecting, connecting } from "../connections/connecting.testsuite.ts";
import type { StrictProvider } from "../connections/strict-provider.testsuite.ts";

let it: Connecting;
let provider: StrictProvider;
let http: TestHttp;
let ann: TestPerson;
let asked = 0;
beforeAll(async () => {
  it = await connecting();
  ({ provider, http, ann } = it);
});
afterAll(() => it.close());

/** A consent of its own, and where the provider leads to in its end. */
async function begun(): Promise<{ readonly slug: string; readonly back: URL }> {
  const slug = `box-${(asked += 1)}`;
  const { authorizationUrl } = await it.ask(["box.look"], slug);
  return { slug, back: await provider.consent(authorizationUrl) };
}

const statusOf = async (slug: string): Promise<unknown> =>
  (await ann.call("GET", `/v1/connections/${slug}`)).json()["status"];

test.each(["evil.example", "steward.test@evil.example", "steward.test.evil.example"])(
  "the address to come back to is the installation's own, whatever host a request is said to be for: %s",
  async (host) => {
    const body = { connector: "box", slug: `box-${(asked += 1)}`, actions: ["box.look"] };
    const headers = { "x-forwarded-host": host, forwarded: `host="${host}"`, "x-original-host": host };
    const answer = await ann.call("POST", "/v1/connections", { body, headers });
    expect(answer.status).toBe(201);
    const url = new URL(String(answer.json()["authorizationUrl"]));
    expect(url.searchParams.get("redirect_uri")).toBe("http://steward.test/oauth/callback");
    expect(url.origin).toBe(provider.issuer);
  },
);

test.each([
  ["state", "//evil.example/"],
  ["state", "https://evil.example/"],
  ["state", `"><script>alert(1)</script>`],
  ["code", `"><script>alert(1)</script>`],
  ["error", `"><script>alert(1)</script>`],
  ["iss", "javascript:alert(1)"],
])("%s=%s stands in no page as it was written, and leads nowhere else", async (name, value) => {
  const { back } = await begun();
  back.searchParams.set(name, value);
  const target = back.pathname + back.search;
  const page = await http.call("GET", target, { headers: {} });
  expect(page.text).not.toContain("<script>");
  const led = [
    page.headers["location"],
    /url=([^"]*)"/.exec(page.text)?.[1],
    /href="(\/oauth[^"]*)"/.exec(page.text)?.[1],
  ];
  for (const to of led.filter((one) => one !== undefined)) expect(to).toMatch(/^\/(?:connections|oauth\/callback)\?/);
  const end = await it.comeBack(back);
  expect(end).toMatch(/^\/connections\?/);
  expect(end).not.toMatch(/evil|script|javascript/);
});

test("who writes that the second look has come is led to our own page, signed in or not, and uses nothing up", async () => {
  const { slug, back } = await begun();
  const target = `${back.pathname}${back.search}&here=//evil.example`;
  const led = await http.call("GET", target, { anonymous: true, headers: { "sec-fetch-site": "cross-site" } });
  expect([led.status, led.headers["location"]]).toEqual([303, "/connections?problem=not_signed_in"]);
  expect(await it.comeBack(back)).toMatch(/connected=1$/);
  expect(await statusOf(slug)).toBe("active");
});

test("an address with two states, two codes or a list of them is none of ours", async () => {
  const { slug, back } = await begun();
  const state = back.searchParams.get("state")!;
  for (const more of [`&state=${"A".repeat(43)}`, `&state=${state}`, "&state[]=x"]) {
    const twice = new URL(back.href + more);
    const end = await it.comeBack(twice);
    if (!more.includes("[]")) expect(end).toBe("/connections?problem=state_invalid");
  }
  const { slug: other, back: codes } = await begun();
  expect(await it.comeBack(new URL(`${codes.href}&code=another`))).toMatch(/problem=provider_refused$/);
  expect([await statusOf(slug), await statusOf(other)]).toEqual([expect.anything(), "pending"]);
});

test("a code that is too long to be one is not asked about", async () => {
  const { slug, back } = await begun();
  const before = provider.asked.length;
  back.searchParams.set("code", "c".repeat(4097));
  expect(await it.comeBack(back)).toMatch(/problem=provider_refused$/);
  expect(provider.asked.slice(before)).toEqual([]);
  expect(await statusOf(slug)).toBe("pending");
});

test.each(["access_denied", "server_error", "temporarily_unavailable", "x".repeat(4000)])(
  "an error that the provider names is told in our words, and ends the state: %s",
  async (error) => {
    const { slug, back } = await begun();
    back.searchParams.delete("code");
    back.searchParams.set("error", error);
    back.searchParams.set("error_description", "<b>visit https://evil.example</b>");
    back.searchParams.set("error_uri", "https://evil.example");
    const said = error === "access_denied" ? "consent_denied" : "provider_refused";
    const end = await it.comeBack(back);
    expect(end).toMatch(new RegExp(`problem=${said}$`));
    expect(end).not.toContain("evil");
    expect(await it.comeBack(back)).toMatch(/problem=state_over$/);
    expect(await statusOf(slug)).toBe("pending");
  },
);

test("a code of somebody else's consent connects nothing: the verifier is another", async () => {
  const [mine, theirs] = [await begun(), await begun()];
  mine.back.searchParams.set("code", theirs.back.searchParams.get("code")!);
  expect(await it.comeBack(mine.back)).toMatch(/problem=consent_over$/);
  expect(await statusOf(mine.slug)).toBe("pending");
});

test("whoever only looks at the address (HEAD), or posts to it, uses nothing up", async () => {
  const { slug, back } = await begun();
  const target = back.pathname + back.search;
  for (const method of ["HEAD", "POST", "PUT"]) expect((await ann.call(method, target)).status).toBeOneOf([404, 405]);
  expect(await it.comeBack(back)).toMatch(/connected=1$/);
  expect(await statusOf(slug)).toBe("active");
});

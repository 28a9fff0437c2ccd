import { type ConnectorCall, ProviderError } from "@steward/sdk";
import { expect, test } from "vitest";
import { answer, drive, inTurn } from "../drive.testsuite.ts";
import { http } from "./connector.ts";
import { nextLink } from "./next-link.ts";

/** As though the connection had this address. */
const HERE = { ...http, base: "https://api.example.com/v2", hosts: ["api.example.com"] };

async function ask(name: string, given: object, ...answers: readonly ReturnType<typeof answer>[]) {
  const action = http.actions[name]!;
  const { output, calls } = await drive(HERE, action.perform(action.input.parse(given), "key"), inTurn(answers));
  return { output: action.output.parse(output) as Record<string, unknown>, calls };
}

test.each([
  ["/orders/7", "/orders/7"],
  ["/orders/", "/orders/"],
  ["/", "/"],
  ["/a b/ä/%2e/x&y", "/a%20b/%C3%A4/%252e/x%26y"],
  ["/{user}/x", "/%7Buser%7D/x"],
])("the path %s is asked for as %s", async (path, sent) => {
  const { calls } = await ask("get", { path }, answer({}));
  expect(calls).toMatchObject([{ method: "GET", url: sent }]);
});

test.each([
  "orders",
  "//evil.example/x",
  "/a//b",
  "/a?b=c",
  "/a#b",
  "/../x",
  "/a/./b",
  "/a\\b",
  "https://evil.example/",
])("%s is no path", (path) => {
  for (const { input } of Object.values(http.actions)) expect(input.safeParse({ path }).success).toBe(false);
});

test("what is sent is sent as it is said", async () => {
  const sent = async (given: object): Promise<ConnectorCall> =>
    (await ask("post", { path: "/orders", ...given }, answer({}, 201))).calls[0]!;
  expect(await sent({ body: { a: 1 } })).toMatchObject({ method: "POST", body: { a: 1 }, as: "json" });
  expect(await sent({ body: { a: "1" }, as: "form" })).toMatchObject({ body: { a: "1" }, as: "form" });
  expect(await sent({ body: "<a/>", as: "text", headers: { "content-type": "text/xml" } })).toMatchObject({
    body: "<a/>",
    as: "text",
    headers: { "content-type": "text/xml" },
  });
  expect(await sent({ query: { tag: ["a", "b"], page: 2, all: true } })).toMatchObject({
    query: { tag: ["a", "b"], page: "2", all: "true" },
  });
  expect("body" in (await sent({}))).toBe(false);
  await expect(sent({ body: ["a"], as: "form" })).rejects.toBeInstanceOf(ProviderError);
  await expect(sent({ body: { a: 1 }, as: "text" })).rejects.toBeInstanceOf(ProviderError);
});

test("a status of trouble fails, unless it was asked for", async () => {
  await expect(ask("get", { path: "/x" }, answer({}, 404))).rejects.toMatchObject({ failure: { kind: "not_found" } });
  const { output } = await ask("get", { path: "/x", expect: "any" }, answer({ why: "gone" }, 404));
  expect(output).toMatchObject({ status: 404, body: { why: "gone" } });
  expect((await ask("delete", { path: "/x" }, answer("", 204))).output).toMatchObject({ status: 204, body: null });
});

test("pages that are linked become one list", async () => {
  const link = (address: string) => ({
    link: `<https://api.example.com/v2/x?first=1>; rel="first", <${address}>; rel="next"`,
  });
  const pages = [
    answer([1, 2], 200, link("https://api.example.com/v2/x?page=2&tag=a,b")),
    answer([3], 200, link("?page=3")),
    answer([4], 200, link("?page=4")),
  ];
  const { output, calls } = await ask("get", { path: "/x", pages: 3 }, ...pages);
  expect(output).toMatchObject({ body: [1, 2, 3, 4], next: "?page=4" });
  expect(calls.slice(1)).toMatchObject([
    { url: "https://api.example.com/v2/x", query: { page: ["2"], tag: ["a,b"] } },
    { url: "/x", query: { page: ["3"] } },
  ]);
  // One page alone is what it is.
  expect((await ask("get", { path: "/x" }, pages[0]!)).output).toMatchObject({
    body: [1, 2],
    next: expect.stringContaining("page=2"),
  });
  expect((await ask("get", { path: "/x", pages: 3 }, answer({ items: [] }, 200, link("?page=2")))).calls).toHaveLength(
    1,
  );
});

test("pages that lead elsewhere, in circles, or are none, are not followed", async () => {
  const to = (address: string, body: never[] | object = []) =>
    answer(body as never[], 200, { link: `<${address}>; rel=next` });
  const asked = (...answers: ReturnType<typeof answer>[]) => ask("get", { path: "/x", pages: 5 }, ...answers);
  await expect(asked(to("https://evil.example/x"))).rejects.toThrow(/may not reach/);
  await expect(asked(to("?p=2"), to("?p=2"))).rejects.toMatchObject({ failure: { kind: "unreadable" } });
  await expect(asked(to("?p=2"), to("?p=3", { a: 1 }))).rejects.toMatchObject({ failure: { kind: "unreadable" } });
  await expect(asked(to("/x?p=2"))).rejects.toMatchObject({ failure: { kind: "rejected" } });
});

test.each([
  [undefined, null],
  ["", null],
  ['<https://a.example/?a=1,2;b>; title="x, y"; rel="prev next"', "https://a.example/?a=1,2;b"],
  ["<a>; rel=last, <b>; REL=NEXT", "b"],
  ["<a>; rel=nexty", null],
])("of the header %j the next page is %j", (header, next) => {
  expect(nextLink(header)).toBe(next);
});

test("a service of which nothing is known is tried by reading its address", async () => {
  const probe = (status: number) => drive(HERE, http.whoami(), inTurn([answer("x", status)]));
  expect((await probe(404)).output).toMatchObject({
    label: "HTTP service",
    note: expect.stringContaining("answers 404"),
  });
  await expect(probe(401)).rejects.toMatchObject({ failure: { kind: "not_available" } });
  await expect(probe(503)).rejects.toMatchObject({ failure: { kind: "unavailable" } });
});

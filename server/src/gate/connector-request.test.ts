import { path, type Connector, type ConnectorCall } from "@steward/sdk";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { connectorRequest } from "./connector-request.ts";

const connector: Pick<Connector, "id" | "base" | "headers" | "idempotencyHeader"> = {
  id: "box",
  base: "https://api.box.test/v1",
  headers: { "User-Agent": "steward", authorization: "of the connector" },
  idempotencyHeader: "X-Key",
};
const secret = {
  header: { name: "Authorization", value: "Bearer canary" },
  query: null,
  basic: null,
  hosts: ["api.box.test", "*.files.box.test"],
  address: null,
};
const call = (more: Partial<ConnectorCall>): ConnectorCall => ({ method: "GET", url: "/things", ...more });

function sent(more: Partial<ConnectorCall>, change: Partial<typeof secret> = {}, key: string | null = null) {
  const request = connectorRequest(connector, { ...secret, ...change }, call(more), key);
  if ("code" in request) throw new Error(request.code);
  return { ...request, headers: Object.fromEntries(request.headers) };
}

test("a call goes below the base, with query, connector's headers, and the secret last", () => {
  expect(
    sent({ query: { q: "a b&c", n: 3, none: null, list: ["x", "y"] }, headers: { AUTHORIZATION: "of the call" } }),
  ).toEqual({
    method: "GET",
    url: "https://api.box.test/v1/things?q=a+b%26c&n=3&list=x&list=y",
    headers: { "user-agent": "steward", authorization: "Bearer canary" },
    body: null,
    hosts: secret.hosts,
    secretHeaders: ["authorization"],
  });
});

test.each([
  ["json", { body: { a: 1 } }, '{"a":1}', "application/json; charset=utf-8"],
  ["form", { body: { a: ["1", "2"], b: "x y" }, as: "form" }, "a=1&a=2&b=x+y", "application/x-www-form-urlencoded"],
  ["text", { body: "plain", as: "text" }, "plain", undefined],
  ["base64", { body: Buffer.from("bytes").toString("base64"), as: "base64" }, Buffer.from("bytes"), undefined],
] as const)("a body goes as %s", (_as, more, body, type) => {
  const request = sent({ method: "POST", ...more } as Partial<ConnectorCall>);
  expect([request.body, request.headers["content-type"]]).toEqual([body, type]);
});

test("a key goes where the connector has it; a secret of the query goes there and nowhere else", () => {
  expect(sent({ method: "POST" }, {}, "k1").headers["x-key"]).toBe("k1");
  const inQuery = sent({}, { header: null as never, query: { name: "key", value: "canary" } as never });
  expect([inQuery.url, inQuery.secretHeaders, inQuery.headers["authorization"]]).toEqual([
    "https://api.box.test/v1/things?key=canary",
    [],
    "of the connector",
  ]);
});

test("a user name in a path is encoded whole", () => {
  expect(sent({ url: "/a/{user}.json" }, { basic: { user: "../x?y", password: "p" } as never }).url).toBe(
    "https://api.box.test/v1/a/..%2Fx%3Fy.json",
  );
});

test("an address of the project's own takes the base's place, hosts and all", () => {
  const own = { address: "http://127.0.0.1:9000/v2" as never, hosts: ["127.0.0.1"] };
  expect(sent({}, own).url).toBe("http://127.0.0.1:9000/v2/things");
  expect(connectorRequest(connector, { ...secret, ...own }, call({ url: "https://api.box.test/x" }))).toMatchObject({
    code: "host_not_allowed",
  });
});

test.each([
  ["https://evil.test/", "host_not_allowed"],
  ["https://api.box.test.evil.test/", "host_not_allowed"],
  ["https://api.box.test@evil.test/", "url_invalid"],
  ["https://evil.test#.files.box.test/", "host_not_allowed"],
  ["https://files.box.test/", "host_not_allowed"],
  ["/../../admin", "url_invalid"],
  ["/things/%2e%2e/admin", "url_invalid"],
  ["/\\evil.test", "url_invalid"],
  ["file:///etc/passwd", "scheme_forbidden"],
  ["things", "url_invalid"],
])("a connector that asks for %s sends nothing", (url, code) => {
  const request = connectorRequest(connector, secret, call({ url }));
  expect("code" in request ? request.code : request.url).toBe(code);
});

test("two slashes begin no other host", () => {
  expect(sent({ url: "//evil.test/x" }).url).toBe("https://api.box.test/v1//evil.test/x");
});

test("whatever stands in a path's part, the request stays on the host and below the base", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (part) => {
      let url: string;
      try {
        url = path`/things/${part}`;
      } catch {
        return; // a part that no path can hold
      }
      const request = connectorRequest(connector, secret, call({ url }));
      if ("code" in request) return;
      const { host, pathname } = new URL(request.url);
      expect(host).toBe("api.box.test");
      expect(pathname.startsWith("/v1/things/")).toBe(true);
    }),
  );
});

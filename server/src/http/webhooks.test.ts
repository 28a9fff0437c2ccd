import fc from "fast-check";
import { expect, test } from "vitest";
import { addressOf, WEBHOOK_PREFIX } from "./webhooks.ts";

test.each([
  ["/webhooks/t", "t", "", {}],
  ["/webhooks/t/", "t", "/", {}],
  ["/webhooks/t/a%2Fb/../c?x=1&x=2&y", "t", "/a%2Fb/../c", { x: ["1", "2"], y: "" }],
  ["/webhooks/t?next=/a/b", "t", "", { next: "/a/b" }],
  ["/webhooks/?x", "", "", { x: "" }],
  ["/webhooks//a", "", "/a", {}],
])("%s is its token, its path as it was sent, and its query", (url, token, path, query) => {
  expect(addressOf(url)).toEqual({ token, path, query: expect.objectContaining(query) });
});

test("whatever follows is taken apart without loss, and a query has no prototype to reach", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (address, text) => {
      const { token, path, query } = addressOf(`${WEBHOOK_PREFIX}${address}?__proto__=1&${text}`);
      expect(token + path).toBe(address.split("?", 1)[0]);
      expect(token).not.toContain("/");
      expect(Object.getPrototypeOf(query)).toBeNull();
    }),
  );
});

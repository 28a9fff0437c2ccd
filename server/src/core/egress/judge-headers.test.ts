import * as fc from "fast-check";
import { expect, test } from "vitest";
import { carriesSecret, judgeHeaders, judgeMethod } from "./judge-headers.ts";

test.each([
  "Host",
  "content-length",
  "Transfer-Encoding",
  "connection",
  "Upgrade",
  "TE",
  "trailer",
  "Expect",
  "Keep-Alive",
  "Proxy-Authorization",
])("%s is the sender's to set", (name) => expect(judgeHeaders([[name, "x"]])?.code).toBe("header_invalid"));

test.each([
  ["a b", "x"],
  ["", "x"],
  ["a:", "x"],
  ["ä", "x"],
  ["a\r\nb", "x"],
  ["a", "x\r\ny: z"],
  ["a", "x\ny"],
  ["a", "\u0000"],
  ["a", "x\u007f"],
  ["a", "€"],
])("the header %j: %j is refused", (name, value) => expect(judgeHeaders([[name, value]])?.code).toBe("header_invalid"));

test("ordinary headers pass, also repeated and with Latin-1", () => {
  expect(
    judgeHeaders([
      ["Accept", "a/b;q=0.5, */*"],
      ["x-a", ""],
      ["x-a", "é\tü"],
    ]),
  ).toBeNull();
});

test("headers beyond their limits are refused", () => {
  expect(judgeHeaders(Array.from({ length: 201 }, () => ["a", "b"] as const))?.code).toBe("header_invalid");
  expect(judgeHeaders([["a", "b".repeat(65_536)]])?.code).toBe("header_invalid");
});

test("no header that passes can begin another line", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (name, value) => {
      const sent = judgeHeaders([[name, value]]) === null ? `${name}: ${value}` : "";
      expect(sent).not.toMatch(/[\r\n\0]/);
    }),
  );
});

test.each(["CONNECT", "connect", "TRACE", "", "A B", "GET\r\n", "GÉT", "A".repeat(33)])(
  "the method %j is refused",
  (method) => {
    expect(judgeMethod(method)?.code).toBe("method_invalid");
  },
);

test.each(["GET", "POST", "PROPFIND", "QUERY", "m-search"])("the method %s passes", (method) =>
  expect(judgeMethod(method)).toBeNull(),
);

test("a secret header is known by its name in any case", () => {
  expect(carriesSecret([["x-KEY", "1"]], ["X-Key"])).toBe(true);
  expect(carriesSecret([["x-other", "1"]], ["X-Key"])).toBe(false);
  expect(carriesSecret([["authorization", "1"]], [])).toBe(false);
});

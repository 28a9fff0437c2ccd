import { expect, test } from "vitest";
import { judgeRedirect } from "./judge-redirect.ts";
import { judgeUrl } from "./judge-url.ts";

const request = { method: "GET", body: null, redirectsMax: 3, hosts: null, secretHeaders: ["x-key"] } as const;
const headers = [
  ["accept", "a/b"],
  ["X-Key", "s"],
  ["Authorization", "t"],
  ["cookie", "c"],
] as const;

function judge(
  location: string | null,
  change: Partial<Parameters<typeof judgeRedirect>[0]> = {},
  status = 302,
  followed = 0,
) {
  const from = judgeUrl("https://api.example.com/v1/a?b=1");
  if (!from.ok) throw new Error(from.message);
  const verdict = judgeRedirect({ ...request, ...change }, { status, location, from: from.target, followed, headers });
  if (!verdict.ok) return verdict.code;
  return verdict.follow ? `${verdict.target.url} ${verdict.headers.map(([name]) => name).join(",")}` : "as it is";
}

const ALL = "accept,X-Key,Authorization,cookie";

test.each([
  ["/x", `https://api.example.com/x ${ALL}`],
  ["y?z#f", `https://api.example.com/v1/y?z ${ALL}`],
  ["https://API.example.com.:443/x", `https://api.example.com/x ${ALL}`],
  ["https://api.example.com:8443/x", "https://api.example.com:8443/x accept"],
  ["https://other.example/x", "https://other.example/x accept"],
  ["//other.example/x", "https://other.example/x accept"],
  ["https://eu.api.example.com/", "https://eu.api.example.com/ accept"],
  ["http://api.example.com/", "redirect_forbidden"],
  ["https://u:p@api.example.com/", "redirect_forbidden"],
  ["//u@api.example.com/", "redirect_forbidden"],
  ["/\\other.example/", "redirect_forbidden"],
  ["file:///etc/passwd", "redirect_forbidden"],
  ["javascript:alert(1)", "redirect_forbidden"],
  ["https://[::1", "redirect_forbidden"],
  [null, "as it is"],
])("a redirect to %j: %s", (location, result) => expect(judge(location)).toBe(result));

test.each([301, 302, 303, 307, 308])("%i is followed", (status) => expect(judge("/x", {}, status)).toContain("https:"));
test.each([200, 300, 304, 305, 306, 399, 401])("%i is answered as it is", (status) =>
  expect(judge("/x", {}, status)).toBe("as it is"),
);

test.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get"])("%s is never sent to another place", (method) => {
  expect(judge("/x", { method })).toBe("as it is");
});

test("a GET with a body is not sent to another place", () => {
  expect(judge("/x", { body: "b" })).toBe("as it is");
  expect(judge("/x", { body: "" })).toContain("https:");
});

test("redirects end at their limit, and none are followed by default", () => {
  expect(judge("/x", { redirectsMax: 0 })).toBe("as it is");
  expect(judge("/x", { redirectsMax: 1 }, 302, 1)).toBe("too_many_redirects");
});

test("a redirect can't leave the hosts that are allowed", () => {
  expect(judge("https://evil.test/", { hosts: ["*.example.com"] })).toBe("host_not_allowed");
  expect(judge("https://b.example.com/", { hosts: ["*.example.com"] })).toBe("https://b.example.com/ accept");
});

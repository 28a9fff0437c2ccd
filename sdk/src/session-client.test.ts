import { expect, it } from "vitest";
import { createSessionClient } from "./session-client.ts";

interface Seen {
  readonly url: string;
  readonly cookie: string | null;
  readonly origin: string | null;
  readonly project: string | null;
}

/** A server that sets these cookies, one answer after the other. */
function serve(...answers: readonly (readonly string[])[]) {
  const seen: Seen[] = [];
  const rest = [...answers];
  const session = createSessionClient({
    baseUrl: "https://steward.test",
    fetch: async (url, init) => {
      const headers = new Headers(init.headers);
      const [cookie, origin, project] = ["cookie", "origin", "steward-project"].map((name) => headers.get(name));
      seen.push({ url, cookie: cookie!, origin: origin!, project: project! });
      const response = Response.json({ secondFactor: false, items: [], next: null });
      for (const line of rest.shift() ?? []) response.headers.append("set-cookie", line);
      return response;
    },
  });
  return { seen, session };
}

it("keeps the session's cookies for both clients, and says where the calls come from", async () => {
  const { seen, session } = serve(["a=1; Path=/; HttpOnly", "__Host-b=x=y; Secure; Max-Age=60"]);
  expect(await session.signIn.signIn("ada@example.com", "secret")).toBe("signed_in");
  await session.client("prj_1").listKeys();
  await session.client().listOrganizations();
  expect(seen.map(({ cookie, project }) => [cookie, project])).toEqual([
    [null, null],
    ["a=1; __Host-b=x=y", "prj_1"],
    ["a=1; __Host-b=x=y", null],
  ]);
  expect(new Set(seen.map(({ origin }) => origin))).toEqual(new Set(["https://steward.test"]));
});

it("lets go of a cookie that the server takes back, and of what is none", async () => {
  const { seen, session } = serve(["a=1", "b=2", "=3", "nothing"], ["a=; Max-Age=0"], ["b=4"]);
  for (let call = 0; call < 4; call++) await session.client().listOrganizations();
  expect(seen.map(({ cookie }) => cookie)).toEqual([null, "a=1; b=2", "b=2", "b=4"]);
});

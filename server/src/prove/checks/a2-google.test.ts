import { afterAll, beforeAll, expect, test } from "vitest";
import { stewardDatabase, type StewardDatabase } from "../../../test/steward-database.ts";
import type { ProveParts } from "../check.ts";
import { google } from "./a2-google.ts";

let db: StewardDatabase;
beforeAll(async () => {
  db = await stewardDatabase();
});
afterAll(() => db.drop());

/** What the check says of a sign-in that sends people there. */
async function verdictOn(query: string) {
  const text = JSON.stringify({ url: `https://accounts.google.test/auth?client_id=x&${query}` });
  return await google.run({
    identityDatabase: db.identity,
    facts: { google: true, publicUrl: "https://steward.test" },
    call: () => Promise.resolve({ status: 200, headers: new Headers(), text }),
  } as unknown as ProveParts);
}

test("openid, email and profile in whatever order are what Google may be asked for", async () => {
  expect(await verdictOn("scope=openid+email+profile")).toMatchObject({ state: "kept" });
});

test.each([
  ["scope=openid+email+profile+https://www.googleapis.com/auth/drive", "auth/drive"],
  ["scope=openid+email", "email openid"],
  ["scope=openid+email+profile&access_type=offline", "by access_type"],
  ["scope=openid+email+profile&include_granted_scopes=true", "by include_granted_scopes"],
  ["scope=openid+email+profile&claims=%7B%7D", "by claims"],
])("whoever is sent to Google with %s is asked for more or less than that", async (query, seen) => {
  const verdict = await verdictOn(query);
  expect(verdict).toMatchObject({ state: "broken", evidence: [expect.stringContaining(seen)] });
});

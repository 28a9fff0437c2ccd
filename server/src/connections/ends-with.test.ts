import { afterEach, beforeEach, expect, test } from "vitest";
import { type Connecting, connecting } from "./connecting.testsuite.ts";

let it: Connecting;
beforeEach(async () => {
  it = await connecting();
});
afterEach(() => it.close());

/** From now on revoking one token ends all of the account's, as with Google. */
function revokesAll(): void {
  Object.assign(it.provider.connector.authentication[0]!, { revokesAll: true });
}

const endsWith = async (slug: string): Promise<unknown> => (await it.shown(slug))["endsWith"];

test("before a disconnect it is said which other connections the provider ends with it, and the receipt says why", async () => {
  revokesAll();
  await it.connect(["box.look"], "one");
  await it.connect(["box.put"], "two");
  it.provider.person = "bob@example.com";
  await it.connect(["box.look"], "bobs");
  expect([await endsWith("one"), await endsWith("two"), await endsWith("bobs")]).toEqual([["two"], ["one"], []]);
  const receipt = (await it.ann.call("DELETE", "/v1/connections/one")).json();
  expect(receipt).toMatchObject({ slug: "one", revokesAll: true });
  expect((await it.ann.call("GET", `/v1/revocations/${String(receipt["id"])}`)).json()).toMatchObject({
    revokesAll: true,
  });
  expect(await endsWith("two")).toEqual([]);
});

test("a provider that ends one token at a time ends nothing else", async () => {
  await it.connect(["box.look"], "one");
  await it.connect(["box.look"], "two");
  expect(await endsWith("one")).toEqual([]);
  expect((await it.ann.call("DELETE", "/v1/connections/one")).json()).toMatchObject({ revokesAll: false });
});

test("another's own connection is not told to be of the same account, nor one by another client", async () => {
  revokesAll();
  await it.connect(["box.look"], "shared");
  await it.connect(["box.look"], "anns", { owner: "me" });
  const bob = await it.http.signIn({ email: "bob@example.com" });
  const seen = (await bob.call("GET", "/v1/connections/shared")).json();
  expect(seen["endsWith"]).toEqual([]);
  expect(await endsWith("shared")).toEqual(["anns"]);
});

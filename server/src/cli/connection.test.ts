import { afterAll, beforeAll, expect, test } from "vitest";
import { commandLine, type Given, type Said } from "../../test/command-line.ts";
import { connecting, type Connecting } from "../connections/connecting.testsuite.ts";

let it: Connecting;
beforeAll(async () => {
  it = await connecting();
});
afterAll(() => it.close());

const run = (given: Given, ...argv: string[]): Promise<Said> =>
  commandLine({ cwd: "/", address: it.http.address, key: it.http.apiKey }, given, argv);
const steward = (...argv: string[]): Promise<Said> => run({}, ...argv);

test("a connector is looked at, an account connected by the address that is printed, tested and disconnected", async () => {
  expect((await steward("connector", "list", "--search", "box")).out[1]).toMatch(/^box +3 +oauth2, device, /);
  expect((await steward("connector", "show", "box")).out).toEqual(
    expect.arrayContaining(["Box: A box to keep things in.", "1. Make a client."]),
  );
  expect((await steward("connection", "list")).err[0]).toContain("Next: steward connection create");
  const made = await steward("connection", "create", "box", "mine", "--for", "box.look", "--for", "box.put");
  expect(made.out.slice(0, 4)).toEqual([
    "mine: the provider will ask for",
    "  - Know who you are",
    "  - See what is in the box (box.look)",
    "  - Put things into the box (box.put)",
  ]);
  expect(made.out.at(-1)).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/auth\?/);
  expect((await steward("connection", "show", "mine")).out.join("\n")).toMatch(/status +pending/);
});

test("a code is asked for and polled", async () => {
  const made = await steward("connection", "create", "box", "elsewhere", "--for", "box.look", "--device");
  expect(made.out.at(-1)).toMatch(/^Enter \S+ at http/);
  const polled = await steward("connection", "poll", "elsewhere");
  expect([polled.out[0], polled.err[0]]).toEqual(["elsewhere: waiting", expect.stringContaining("again in 5 s")]);
  const asked = await steward("connection", "consent", "elsewhere", "--for", "box.put", "--device");
  expect(asked.out.at(-1)).toMatch(/^Enter /);
});

test("a key is set from a pipe, tested, replaced, and its connection ends with a receipt", async () => {
  it.provider.instead = (path, response) =>
    path === "/me" && (void response.setHeader("content-type", "application/json").end('{"sub":"ann"}'), true);
  const made = await run({ piped: "a-key-of-length\n" }, "connection", "create", "box", "keyed", "--by", "key");
  expect(made.out.join("\n")).toMatch(/status +active/);
  expect(made.out.join("\n")).not.toContain("a-key-of-length");
  expect((await steward("connection", "test", "keyed")).out).toEqual(["keyed: Box of ann"]);
  expect((await run({ piped: "another\n" }, "connection", "secret", "keyed", "--by", "key")).code).toBe(0);
  expect((await steward("connection", "disconnect", "keyed")).code).toBe(2);
  const over = await steward("connection", "disconnect", "keyed", "--yes", "keyed");
  expect(over.out[0]).toMatch(/^rev_\w+: keyed \(box\) disconnected/);
  expect(over.out.join("\n")).toContain("it has no way to revoke");
  const [id = ""] = over.out[0]!.split(":");
  expect((await steward("connection", "receipts")).out[1]).toMatch(new RegExp(`^${id} +keyed`));
  expect((await steward("connection", "receipt", id)).out[0]).toBe(over.out[0]);
});

test("a key whose provider nobody reaches is kept and said to be unreached, until a test gets through", async () => {
  it.provider.instead = (path, response) => path === "/me" && (response.destroy(), true);
  const made = await run({ piped: "a-key-of-length\n" }, "connection", "create", "box", "far", "--by", "key");
  expect([made.code, made.err[0]]).toEqual([0, expect.stringMatching(/^kept, but not reached: .*connection test far/)]);
  expect(made.out.join("\n")).toMatch(/status +active, not reached/);
  const listed = async () => (await steward("connection", "list")).out.find((line) => line.startsWith("far "));
  expect(await listed()).toMatch(/active, not reached/);
  const tried = await steward("connection", "test", "far");
  expect([tried.code, tried.out[0]]).toEqual([1, expect.stringMatching(/^far: /)]);
  const again = await run({ piped: "another-key\n" }, "connection", "secret", "far", "--by", "key");
  expect(again.err[0]).toBe("kept, but not reached; why, says: steward connection test far");
  it.provider.instead = (path, response) =>
    path === "/me" && (void response.setHeader("content-type", "application/json").end('{"sub":"ann"}'), true);
  expect((await steward("connection", "test", "far")).code).toBe(0);
  expect(await listed()).not.toContain("not reached");
});

test("consent without what it is for is asked by nobody", async () => {
  const made = await steward("connection", "create", "box", "vague");
  expect([made.code, made.err.join("\n")]).toEqual([2, expect.stringMatching(/create box vague --for box\.\w+/)]);
});

test("one's own OAuth client is set, listed and erased", async () => {
  const set = await run({ piped: "secret\n" }, "oauth-client", "set", "box", "my-client");
  expect([set.out, set.err]).toEqual([
    ["box: the project's own client is my-client"],
    ["the provider must send people back to http://steward.test/oauth/callback"],
  ]);
  expect((await steward("oauth-client", "list")).out[1]).toContain("my-client");
  expect((await steward("oauth-client", "delete", "box")).out).toEqual(["box: the project's own client is erased"]);
});

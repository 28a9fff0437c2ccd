/** The command line for people, projects, keys and tables, against a real HTTP surface; each action of the screens is here too. */
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type ApiKey, type Invitation, type RouteName, routes } from "@steward/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readLogin } from "../src/cli/terminal/login-file.ts";
import { totpOf } from "../src/adapters/identity/identity.testsuite.ts";
import { showId } from "../src/core/id.ts";
import { commandLine, type Given, type Said } from "./command-line.ts";
import { type TestHttp, testHttp } from "./http-server.ts";
import { selfSigned } from "./self-signed.ts";
import { startSteward } from "./start-steward.ts";

const cwd = mkdtempSync(path.join(tmpdir(), "steward-people-"));
const PASSWORD = "a long enough password";
let http: TestHttp;
beforeAll(async () => {
  http = await testHttp({ identity: { publicUrl: () => http.address } });
});
afterAll(async () => {
  await http.close();
  rmSync(cwd, { recursive: true, force: true });
});

const run = (given: Given, ...argv: string[]): Promise<Said> =>
  commandLine({ cwd, address: http.address, key: http.apiKey }, given, argv);

const steward = (...argv: string[]): Promise<Said> => run({}, ...argv);

async function json<T>(...argv: string[]): Promise<T> {
  const { out, err } = await steward(...argv, "--json");
  if (out.length !== 1) throw new Error(`${argv.join(" ")}: ${err.join("; ")}`);
  return JSON.parse(out[0]!) as T;
}

describe("every action is a command", () => {
  /** Routes without a command of their own, each with the reason. */
  const ELSEWHERE: Partial<Record<RouteName, string>> = {
    getEntrance: "what the page shows before anybody is signed in",
    getFile: "the same by path is findFile, which the file commands use",
    setSignOnEnforcement:
      "asked in a browser's session that the sign-on began, never by a key; sign-on lift helps who is locked out",
    lookAtApproval: "what the link of a mail opens; approval show has the same",
    decideByLink: "what the link of a mail asks; approval approve and reject are for whoever has a key",
    runEvents: "the client's events(), which run tail follows",
  };
  const sources = globSync("*.ts", { cwd: path.resolve(import.meta.dirname, "../src/cli") })
    .filter((file) => !file.endsWith(".test.ts"))
    .map((file) => readFileSync(path.resolve(import.meta.dirname, "../src/cli", file), "utf8"))
    .join("\n");
  /** Called on a client (`client.listKeys`, `(await connect(cli)).me`) or taken out of one (`{ listRuns } =`). */
  const isCalled = (route: string): boolean => new RegExp(`\\.${route}\\b|\\{ ${route} \\} =`).test(sources);

  test("each route of the table is called by a command, or says why not", () => {
    const missing = Object.keys(routes).filter((name) => !isCalled(name) && !Object.hasOwn(ELSEWHERE, name));
    expect(missing).toEqual([]);
    expect(isCalled("someRouteThatIsNew")).toBe(false);
  });

  test("no reason is given for a route that has a command, or is gone", () => {
    expect(Object.keys(ELSEWHERE).filter((name) => isCalled(name) || !Object.hasOwn(routes, name))).toEqual([]);
  });
});

describe("organizations and projects", () => {
  test("the organization is found by name, shown and changed; a change of nothing is a mistake", async () => {
    const { items } = await json<{ items: { id: string; name: string }[] }>("organization", "list");
    expect(items).toMatchObject([{ name: "Steward", id: showId("org", http.installed.organization) }]);
    expect((await steward("organization", "show", "steward")).out).toContain("name           Steward");
    expect((await steward("organization", "change", "--name", "Acme")).out[0]).toBe("name           Acme");
    const nothing = await steward("organization", "change");
    expect(nothing).toMatchObject({ code: 2, err: [expect.stringContaining("nothing was said to change")] });
    const unknown = await steward("organization", "show", "Nope");
    expect(unknown.err).toEqual(["steward: there is no organization Nope. Next: steward organization list"]);
    expect((await steward("organization", "change", "--name", "Steward")).code).toBe(0);
    expect((await steward("organization", "rotate-keys")).out[0]).toMatch(
      /^new keys for the organization and \d+ proj/,
    );
  });

  test("--project and STEWARD_PROJECT choose where a command works, by slug or id", async () => {
    const made = await json<{ id: string }>("project", "create", "shop", "--time-zone", "Europe/Berlin");
    await steward("variable", "set", "where", "shop", "--project", "shop");
    const names = async (given: Given, ...more: string[]): Promise<unknown> =>
      JSON.parse((await run(given, "variable", "list", "--json", ...more)).out[0]!) as unknown;
    const seen = { items: [expect.objectContaining({ name: "where" })] };
    expect(await names({}, "--project", made.id)).toEqual(seen);
    expect(await names({ env: { STEWARD_PROJECT: "shop" } })).toEqual(seen);
    expect(await names({})).toEqual({ items: [] });
    expect(await names({}, "--project", "default")).toEqual({ items: [] });
    const unknown = await steward("variable", "list", "--project", "shopp");
    expect(unknown.err).toEqual(["steward: there is no project shopp. Next: steward project list"]);
    expect((await steward("project", "change", "shop", "--name", "The shop")).out).toContain("name       The shop");
    expect((await steward("audit", "list", "--project", "shop")).code).toBe(0);
    expect(await steward("audit", "list", "--open")).toMatchObject({ code: 0, out: [] });
    expect((await steward("audit", "list", "--open", "soon")).code).toBe(2);
  });

  test("a project goes and comes back by its slug, and is shredded only when it is named once more", async () => {
    await steward("project", "create", "doomed");
    expect((await steward("project", "delete", "doomed")).err).toEqual([
      expect.stringMatching(/^Until \d{4}-\d\d-\d\d \S+ it can be brought back: steward project restore doomed$/),
    ]);
    const inside = await steward("run", "list", "--project", "doomed");
    expect(inside.err[0]).toMatch(
      /the project doomed was deleted 20.*stand still\. Next: steward project restore doomed$/,
    );
    expect((await steward("project", "restore", "doomed")).out).toEqual(["doomed: back"]);
    await steward("project", "delete", "doomed");
    const unasked = await steward("project", "shred", "doomed");
    expect(unasked).toMatchObject({ code: 2, out: [] });
    expect(unasked.err[0]).toMatch(/can't be undone: .*Next: steward project shred doomed --yes doomed$/);
    const other = await steward("project", "shred", "doomed", "--yes", "shop");
    expect(other.err[0]).toContain("--yes says shop, and this is doomed: nothing was changed");
    expect((await run({ typed: "no\n" }, "project", "shred", "doomed")).err.at(-1)).toContain("nothing was changed");
    expect((await steward("project", "restore", "doomed")).code).toBe(0);
    await steward("project", "delete", "doomed");
    const done = await run({ typed: "doomed\n" }, "project", "shred", "doomed");
    expect(done.out[0]).toMatch(/^doomed: its keys are destroyed; unreadable from now on: .*credentials\.secret/);
    expect((await steward("project", "restore", "doomed")).code).toBe(1);
  });
});

describe("people and roles", () => {
  test("a role of one's own is made, given, changed and deleted by its name", async () => {
    expect((await steward("role", "create", "Watcher", "--permission", "run.read")).out[0]).toBe("Watcher");
    const wrong = await steward("role", "create", "Other", "--permission", "run.reed");
    expect(wrong).toMatchObject({ code: 2, err: [expect.stringContaining("docs/permissions.md")] });
    const more = await steward(
      "role",
      "change",
      "watcher",
      "--add",
      "flow.read",
      "--add",
      "file.read",
      "--take",
      "run.read",
    );
    expect(more.out.slice(1).map((line) => line.split(" ")[0])).toEqual(["flow.read", "file.read"]);
    const anew = await steward("role", "change", "watcher", "--permission", "run.read");
    expect(anew.out.slice(1).map((line) => line.split(" ")[0])).toEqual(["run.read"]);
    expect((await steward("role", "show", "owner")).out[0]).toMatch(/^owner: Everything/);
    const { email } = await http.signIn({ role: "viewer", name: "Vi" });
    expect((await steward("member", "role", email, "Watcher")).out).toEqual([`${email}: Watcher`]);
    expect((await steward("member", "list", "--search", email)).out[1]).toContain("Watcher");
    expect((await steward("role", "delete", "Watcher")).code).toBe(1); // somebody has it
    expect((await steward("member", "remove", email)).out).toEqual([`${email}: removed`]);
    expect((await steward("role", "delete", "Watcher")).out).toEqual(["Watcher: deleted"]);
    expect((await steward("role", "list")).out.join("\n")).not.toContain("Watcher");
  });

  test("a member has another role in one project, until it is taken back", async () => {
    const { email } = await http.signIn({ role: "viewer" });
    await steward("project", "create", "lab");
    const set = ["member", "project-role", "set", "lab", email] as const;
    expect((await steward(...set, "builder")).out).toEqual([`${email}: builder in lab`]);
    expect((await steward("member", "project-role", "list", "lab")).out[1]).toMatch(new RegExp(`builder .*${email}$`));
    expect((await steward(...set, "none")).out).toEqual([`${email}: kept out of lab`]);
    expect((await steward("--project", "lab", "member", "project-role", "set", email, "viewer")).code).toBe(0);
    expect((await steward("--project", "lab", "member", "project-role", "list")).out[1]).toContain("viewer");
    const twice = await steward("--project", "default", "member", "project-role", "set", "lab", email, "viewer");
    expect(twice.err[0]).toContain("--project says default, and the command lab");
    expect((await steward("member", "project-role", "set", email, "viewer")).err[0]).toContain("no project is named");
    const slug = await steward("project", "create", "Zweites Büro");
    expect(slug.err[0]).toContain('steward project create zweites-buro --name "Zweites Büro"');
    expect((await steward("member", "project-role", "unset", "lab", email)).code).toBe(0);
    expect((await steward("member", "project-role", "list", "lab")).out).toEqual([]);
  });

  test("an invitation is made, listed, accepted by its link with a password, and revoked by its address", async () => {
    const { email } = await http.signIn({ role: null, password: PASSWORD });
    const made = await steward("invitation", "create", email, "builder");
    expect(made.out).toEqual([expect.stringMatching(/\/invitation#[\w-]{43}$/)]);
    const joined = await run(
      { key: null, piped: `${PASSWORD}\n` },
      "invitation",
      "accept",
      made.out[0]!,
      "--email",
      email,
    );
    expect(joined).toMatchObject({ code: 0, out: ["Steward: joined as builder"] });
    expect((await steward("member", "list", "--search", email)).out[1]).toContain("builder");
    await steward("invitation", "create", "late@people.test", "viewer");
    expect((await steward("invitation", "revoke", "Late@people.test")).code).toBe(0);
    const { items } = await json<{ items: Invitation[] }>("invitation", "list");
    expect(items.map(({ state }) => state)).toEqual(["revoked", "accepted"]);
    const again = await steward("invitation", "revoke", "late@people.test");
    expect(again.err[0]).toContain("there is no open invitation late@people.test. Next: steward invitation list");
  });

  test("support is let in and out", async () => {
    const { id } = await json<{ id: string }>("support", "grant", "slow runs", "--hours", "2");
    expect((await steward("support", "list")).out[1]).toMatch(new RegExp(`^${id} .* slow runs$`));
    expect((await steward("support", "end", id)).out).toEqual([`${id}: over`]);
  });
});

describe("keys", () => {
  test("a key's text stands alone on standard output, and works", async () => {
    const { out, err } = await steward("key", "create", "ci", "--permission", "project.read", "--days", "7");
    expect(out).toEqual([expect.stringMatching(/^sk_\S+$/)]);
    expect(err).toEqual([expect.stringMatching(/^key_\w{26}, ci: shown this once; works until \d{4}-/)]);
    expect((await run({ key: out[0]! }, "flow", "list")).code).toBe(1);
    expect((await run({ key: out[0]! }, "project", "list")).err[0]).toContain("reaches its project only");
    expect((await run({ key: out[0]! }, "variable", "list", "--project", "default")).err[0]).toContain("variable.read");
  });

  test("a service account's key is rotated with an overlap and revoked by name", async () => {
    await steward("service-account", "create", "Robot", "operator");
    const made = await json<ApiKey & { key: string }>(
      "key",
      "create",
      "nightly",
      "--service-account",
      "robot",
      "--no-expiry",
    );
    expect(made.expiresAt).toBeNull();
    const { out, err } = await steward("key", "rotate", made.prefix, "--overlap", "0");
    expect(err).toEqual([expect.stringContaining("until it is revoked"), `${made.id} is over`]);
    http.clock.advance(1);
    expect((await run({ key: made.key }, "flow", "list")).code).toBe(1);
    expect((await run({ key: out[0]! }, "flow", "list")).code).toBe(0);
    expect((await run({ key: out[0]! }, "account", "show")).err[0]).toContain("service account");
    expect((await steward("key", "revoke", "nightly")).out[0]).toMatch(/, nightly: revoked$/);
    expect((await run({ key: out[0]! }, "flow", "list")).code).toBe(1);
    const gone = await steward("key", "revoke", "nightly");
    expect(gone.err).toEqual(["steward: there is no key nightly. Next: steward key list"]);
  });

  test("of two keys that work under one name neither is taken: both are told apart, and one is named by its id", async () => {
    const made = await json<ApiKey>("key", "create", "twin");
    const later = await json<ApiKey>("key", "create", "twin");
    for (const verb of ["revoke", "rotate"]) {
      const refused = await steward("key", verb, "twin");
      expect(refused).toMatchObject({ code: 2, out: [] });
      const told = refused.err.slice(0, 2).toSorted();
      for (const [at, { id, prefix }] of [made, later].entries())
        expect(told[at]).toMatch(new RegExp(`^${id}  ${prefix}, of \\S+@\\S+, made 20.*, never used$`));
      expect(refused.err[2]).toContain("2 are called twin: nothing was done");
    }
    expect((await steward("key", "list")).out.filter((line) => line.endsWith("twin"))).toHaveLength(2);
    // The one that goes on beside its successor works as well, and is no less meant.
    expect((await steward("key", "revoke", made.id)).code).toBe(0);
    expect((await steward("key", "rotate", "twin", "--overlap", "1")).code).toBe(0);
    const overlapping = await steward("key", "revoke", "twin");
    expect(overlapping).toMatchObject({
      code: 2,
      err: [expect.anything(), expect.stringContaining("ends 20"), expect.stringMatching(/2 are/)],
    });
  });

  test("the list says whose each key is, and until when; those that are over only with --all", async () => {
    const { id } = await json<ApiKey>("key", "create", "brief", "--days", "1");
    const titles = (await steward("key", "list")).out[0]!;
    expect(titles).toMatch(/^KEY +BEGINS +REACH +LAST USED +EXPIRES +REVOKED +OWNER +NAME$/);
    const lineOf = async (...more: string[]): Promise<string | undefined> =>
      (await steward("key", "list", ...more)).out.find((line) => line.startsWith(id));
    expect(await lineOf()).toMatch(/project +\d{4}-[\d: -]+ +owner@\S+ +brief$/);
    await steward("key", "revoke", id);
    expect(await lineOf()).toBeUndefined();
    expect(await lineOf("--all")).toMatch(/project +\d{4}-\S+ \S+ +\d{4}-\S+ \S+ +owner@\S+ +brief$/);
  });
});

test("a refusal says what is to be done here, and nothing that a code of many meanings says elsewhere", async () => {
  const nextOf = async (...argv: string[]): Promise<string | undefined> => (await steward(...argv)).err.at(-1);
  expect(await nextOf("credential", "delete", "none")).toMatch(/in this project\. Next: steward credential list$/);
  expect(await nextOf("file", "get", "none")).toMatch(/Next: steward file list$/);
  expect(await nextOf("file", "put", "none")).toMatch(
    /^steward: none can't be read: it does not exist\. Give a path from /,
  );
  expect(await nextOf("support", "end", "sup_none")).toMatch(/Next: steward support list$/);
  expect(await nextOf("account", "end-session", "ses_none")).toMatch(/Next: steward account sessions$/);
  expect(await nextOf("project", "create", "default")).not.toMatch(/current state/);
});

describe("accounts", () => {
  test("login --email makes a key for this machine, keeps it, and leaves no session", async () => {
    const person = await http.signIn({ role: "builder", password: PASSWORD, name: "Ada" });
    const said = await run({ key: null, piped: PASSWORD }, "login", http.address, "--email", person.email);
    expect(said).toMatchObject({ code: 0, out: [expect.stringContaining("project default")] });
    expect(said.err[0]).toMatch(/^key_\w{26}, .+: a new key in project default, works until/);
    const kept = readLogin({ env: {}, userHome: cwd });
    expect(kept).toMatchObject({ address: http.address });
    const mine = { key: kept!.key };
    expect((await run({ key: null }, "account", "show")).out[0]).toContain(person.email);
    expect((await run(mine, "account", "rename", "Ada L.")).out).toContain("name           Ada L.");
    const sessions = await run(mine, "account", "sessions", "--json");
    const { items } = JSON.parse(sessions.out[0]!) as { items: { id: string }[] };
    expect(items).toHaveLength(1); // the test's own: the one of the login is over
    await person.call("GET", "/v1/account");
    expect((await run(mine, "account", "end-session", items[0]!.id)).out).toEqual([`${items[0]!.id}: over`]);
    expect((await person.call("GET", "/v1/account")).status).toBe(401);
    expect((await run(mine, "account", "end-other-sessions")).out).toEqual(["0 sessions ended"]);
    rmSync(path.join(cwd, ".config"), { recursive: true });
  });

  test("a second factor is asked for, as a code of the app or a recovery code", async () => {
    const person = await http.signIn({ role: "builder", password: PASSWORD });
    const origin = { origin: http.address };
    const enabled = await person.call("POST", "/v1/auth/two-factor/enable", {
      body: { password: PASSWORD },
      headers: origin,
    });
    const { totpURI, backupCodes } = enabled.json() as { totpURI: string; backupCodes: string[] };
    const code = totpOf(totpURI);
    await person.call("POST", "/v1/auth/two-factor/verify-totp", { body: { code }, headers: origin });
    const login = ["login", http.address, "--email", person.email] as const;
    const without = await run({ key: null, piped: PASSWORD }, ...login);
    expect(without.err[0]).toContain("the pipe held no code of your app, or a recovery code");
    const recovered = await run({ key: null, piped: `${PASSWORD}\n${backupCodes[0]}\n` }, ...login);
    expect(recovered).toMatchObject({ code: 0 });
    expect((await run({ key: null, piped: `${PASSWORD}\n${backupCodes[0]}\n` }, ...login)).code).toBe(1); // used up
    rmSync(path.join(cwd, ".config"), { recursive: true });
  });

  test("a wrong password, and a pipe without one, end the login and keep nothing", async () => {
    const { email } = await http.signIn({ password: PASSWORD });
    const wrong = await run({ key: null, piped: "not this one" }, "login", http.address, "--email", email);
    expect(wrong).toMatchObject({ code: 1, out: [] });
    const empty = await run({ key: null }, "login", http.address, "--email", email);
    expect(empty).toMatchObject({ code: 2, err: [expect.stringContaining(`the pipe held no password of ${email}`)] });
    expect(readLogin({ env: {}, userHome: cwd })).toBeNull();
  });

  test("the first login into an organization without a project makes one; of several one is named", async () => {
    const person = await http.signIn({ role: null, password: PASSWORD });
    const made = await person.call("POST", "/v1/organizations", { body: { name: "Mine" } });
    const first = await run({ key: null, piped: PASSWORD }, "login", http.address, "--email", person.email);
    expect(first.err[0]).toContain("in project default");
    await person.call("POST", "/v1/organizations", { body: { name: "Mine too" } });
    const which = await run({ key: null, piped: PASSWORD }, "login", http.address, "--email", person.email);
    expect(which.err.at(-1)).toContain("you are in 2 organizations. --organization <name>, of: Mine, Mine too");
    const { id } = made.json() as { id: string };
    await person.call("POST", "/v1/organizations", { body: { name: "MINE" } });
    const two = await run({ key: null }, "organization", "delete", "Mine"); // the key's own is one of them
    expect(two).toMatchObject({
      code: 2,
      err: [expect.stringMatching(/^org_.*you are owner/), expect.anything(), expect.stringMatching(/2 are/)],
    });
    expect((await run({ key: null }, "organization", "delete", id)).code).toBe(0);
    const back = ["organization", "restore", id, "--email", person.email] as const;
    expect((await run({ key: null, piped: PASSWORD }, ...back)).out).toEqual(["Mine: back"]);
    rmSync(path.join(cwd, ".config"), { recursive: true });
  });

  test("an account is deleted when it is named, and comes back with its password", async () => {
    const person = await http.signIn({ role: "builder", password: PASSWORD });
    await run({ key: null, piped: PASSWORD }, "login", http.address, "--email", person.email);
    const key = readLogin({ env: {}, userHome: cwd })!.key;
    expect((await run({ key }, "account", "delete", "--yes", "other@people.test")).code).toBe(2);
    expect((await run({ key }, "account", "delete", "--yes", person.email)).out).toEqual([`${person.email}: deleted`]);
    const back = await run({ key: null, piped: PASSWORD }, "account", "restore", "--email", person.email);
    expect(back).toMatchObject({ code: 0, out: expect.arrayContaining([expect.stringContaining(person.email)]) });
    rmSync(path.join(cwd, ".config"), { recursive: true });
  });
});

describe("sign-on", () => {
  const text = async (...argv: string[]): Promise<string> => (await steward("sign-on", ...argv)).out.join("\n");

  test("providers of both kinds are added, shown, changed and removed by name; a secret is never shown", async () => {
    const oidc = ["sign-on", "connection-add", "oidc", "Acme", "--issuer", "https://id.example.com"] as const;
    expect((await run({ piped: "hush" }, ...oidc)).err[0]).toContain("oidc needs --issuer and --client-id");
    const added = await run({ piped: "hush" }, ...oidc, "--client-id", "steward", "--groups-attribute", "groups");
    expect(added.out.join("\n")).toMatch(/kind +oidc, enabled\n.*\nclient id +steward\nredirect to +http/);
    writeFileSync(path.join(cwd, "idp.pem"), selfSigned("idp.example.com", "rsa").cert);
    const saml = ["connection-add", "saml", "Old", "--issuer", "urn:old", "--certificate", "idp.pem"] as const;
    expect(await text(...saml, "--sign-on-url", "https://old.example.com/sso")).toMatch(/answers to +http/);
    expect(await text("connection-change", "Old", "--disable", "--name", "Older")).toContain("saml, disabled");
    const rotated = await run({ piped: "new" }, "sign-on", "connection-change", "Acme", "--secret");
    expect(rotated.out.join()).not.toMatch(/hush|new/);
    expect(await text("connection-list")).toMatch(/disabled .*Older/);
    expect(await text("connection-show", "Acme")).toContain("groups in    groups");
    expect(await text("connection-delete", "Older")).toBe("Older: removed");
  });

  test("domains, roles and SCIM tokens", async () => {
    expect(await text("domain-add", "people.test")).toMatch(/people\.test +pending +\S+/);
    expect(await text("domain-list")).toContain("people.test");
    expect((await steward("sign-on", "domain-verify", "other.test")).err[0]).toContain("there is no domain other.test");
    expect(await text("domain-remove", "people.test")).toBe("people.test: removed");
    expect(await text("roles", "viewer", "--group", "devs=builder")).toMatch(/role +viewer\ngroup devs +builder\n/);
    expect((await steward("sign-on", "roles", "viewer", "--group", "devs")).code).toBe(2);
    const made = await steward("sign-on", "scim-create", "--days", "30");
    expect(made).toMatchObject({ out: [expect.any(String)], err: [expect.stringContaining("shown this once")] });
    const { items } = await json<{ items: { id: string }[] }>("sign-on", "scim-list");
    expect(await text("scim-revoke", items[0]!.id)).toBe(`${items[0]!.id}: revoked`);
  });
});

describe("the installation", () => {
  test("is shown to its operators, with its mail and its calls", async () => {
    expect((await steward("installation", "show")).out[0]).toBe("version        0.0.0");
    expect((await steward("installation", "mail")).code).toBe(0);
    expect((await steward("installation", "outbound")).err).toEqual(["it connected to nothing"]);
    expect((await steward("request", "list")).code).toBe(0);
    expect((await steward("request", "list", "--installation", "--status", "401")).code).toBe(0);
  });

  test("keys on the machine itself are rotated by its own process, and nowhere else", async () => {
    const elsewhere = await steward("keyring", "rotate-master");
    expect(elsewhere).toMatchObject({ code: 1, err: [expect.stringContaining("on the machine that Steward runs on")] });
    const local = { home: "/h", rotateMaster: () => Promise.resolve({ rewrapped: 3 }) };
    const done = await run({ local }, "keyring", "rotate-master");
    expect(done).toMatchObject({ code: 0, out: ["/h: a new master key; 3 key files put under it"] });
    const sign = { rotateSigning: () => Promise.resolve({ keyId: "ab", publicKey: "cd" }) };
    expect((await run({ local: sign }, "keyring", "rotate-signing")).out[0]).toBe(
      "ab signs from now on; its public key: cd",
    );
    const lift = { liftSignOn: () => Promise.resolve(true) };
    expect((await run({ local: lift }, "sign-on", "lift", "org_1")).out[0]).toContain("org_1: its people may sign in");
  });
});

test("on a whole Steward: the owner signs in, invites by mail, and the first key's project is theirs", async () => {
  const email = "owner@people.test";
  const whole = await startSteward({ STEWARD_OWNER_EMAIL: email, STEWARD_OWNER_PASSWORD: PASSWORD });
  const folder = mkdtempSync(path.join(tmpdir(), "steward-whole-"));
  try {
    const owner = (given: Given, ...argv: string[]): Promise<Said> =>
      commandLine({ cwd: folder, address: whole.address, key: whole.key }, { key: null, ...given }, argv);
    const login = await owner({ typed: `${PASSWORD}\r` }, "login", whole.address, "--email", email);
    expect(login).toMatchObject({ code: 0, out: [expect.stringContaining("project default")] });
    expect((await owner({}, "project", "create", "shop")).code).toBe(0);
    expect((await owner({}, "flow", "list", "--project", "shop")).err[0]).toContain("no flows yet");
    const { out } = await owner({}, "invitation", "create", "ada@people.test", "viewer");
    expect(out[0]).toContain(`${whole.address}/invitation#`);
    // A key that was made without a second factor is no operator's; the home's own first key is.
    expect(await owner({}, "installation", "mail")).toMatchObject({ code: 1 });
    expect((await owner({ key: whole.key }, "installation", "mail")).out.join("\n")).toContain(out[0]);
    expect((await owner({}, "audit", "list", "--action", "invitation.")).out[1]).toContain("invitation.created");
    expect((await owner({}, "sign-on", "show")).out[0]).toBe("sign-on  optional");
  } finally {
    await whole.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("the help has its sections, and every group says what it is for", async () => {
  const { out } = await steward("--help");
  const text = out.join("\n");
  for (const heading of ["Start:", "Work:", "Data:", "People:", "Installation:"])
    expect(text).toContain(`\n${heading}\n`);
  expect(text).toMatch(/\n {2}prove /);
});

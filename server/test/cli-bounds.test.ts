/** The command line for grants, limits, budgets and approvals, against a real HTTP surface. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { approvalWorld, type ApprovalWorld } from "../src/approvals/approvals.testsuite.ts";
import { noteOutboundEffects } from "../src/store/outbound-effects.ts";
import { inScope } from "../src/store/scope.ts";
import { commandLine, type Said } from "./command-line.ts";

const cwd = mkdtempSync(path.join(tmpdir(), "steward-bounds-"));
let it: ApprovalWorld;
beforeAll(async () => {
  it = await approvalWorld();
  await it.flow("refund", "Refund");
});
afterAll(async () => {
  await it.close();
  rmSync(cwd, { recursive: true, force: true });
});

const steward = (...argv: string[]): Promise<Said> =>
  commandLine({ cwd, address: it.http.address, key: it.http.apiKey }, {}, argv);

async function json<T>(...argv: string[]): Promise<T> {
  const { out, err } = await steward(...argv, "--json");
  if (out.length !== 1) throw new Error(`${argv.join(" ")}: ${err.join("; ")}`);
  return JSON.parse(out[0]!) as T;
}

const LINE = { actions: ["gmail.send"], when: [{ field: "to", domains: ["example.com"] }] };

test("a grant is given from a file, told in words, tried, changed, compared and revoked", async () => {
  writeFileSync(
    path.join(cwd, "grant.json"),
    JSON.stringify({ to: "flow:refund", connection: "mail", lines: [{ ...LINE, rate: [{ times: 2, per: "day" }] }] }),
  );
  const given = await steward("grant", "give", "@grant.json");
  const [id = "", sentence] = given.out;
  expect(given).toMatchObject({ code: 0, err: [`Next, to take it back: steward grant revoke ${id}`] });
  expect(sentence).toBe("Refund may send a mail with mail (Gmail) to example.com, at most 2 times a day.");
  expect((await steward("grant", "list", "--principal", "flow:refund")).out[1]).toMatch(
    /^grt_\w+ {2}yes {5}Refund may/,
  );
  expect((await steward("grant", "list", "--connection", "other")).err).toEqual([
    expect.stringContaining("no such grants"),
  ]);
  expect((await steward("grant", "show", id)).out).toEqual(
    expect.arrayContaining([sentence, "version   1", expect.stringContaining('"times": 2')]),
  );
  const tried = async (to: string): Promise<string[]> => {
    const mail = JSON.stringify({ to: [to], subject: "a", text: "b" });
    const how = ["--principal", "flow:refund", "--connection", "mail"];
    return (await steward("grant", "try", "gmail.send", mail, ...how)).out;
  };
  expect(await tried("ann@example.com")).toEqual([
    "allowed",
    `by line 1 of ${id}: ${sentence!}`,
    expect.stringMatching(/^counts 1 calls \(day\) against cap_\w+: 2 left$/),
  ]);
  expect(await tried("eve@evil.example")).toEqual([
    "refused: not_granted",
    expect.stringContaining("to: eve@evil.example is not in example.com"),
    expect.stringContaining(id),
  ]);
  const form = JSON.stringify({ to: "flow:refund", connection: "mail", lines: [LINE] });
  expect((await steward("grant", "change", id, form)).out[0]).toBe(`${id}: version 2`);
  expect((await steward("grant", "versions", id)).out).toEqual([
    expect.stringMatching(/^version 2, 20\d\d-/),
    expect.stringMatching(/^ {2}wider: /),
    expect.stringMatching(/^version 1, /),
    `  ${sentence!}`,
  ]);
  const revoked = await steward("grant", "revoke", id);
  expect(revoked.out).toEqual([`${id}: revoked`, "nothing was in flight"]);
  expect((await steward("grant", "revoke", id)).code).toBe(1);
  expect((await steward("grant", "list", "--ended")).out.join("\n")).toMatch(new RegExp(`${id} {2}no`));
  const wrong = await steward("grant", "give", '{"to": "flow:nope", "connection": "mail", "lines": []}');
  expect(wrong.err.join()).toContain("lines");
});

test("a simple grant is given by flags, an event's sentence reads as one, and what is refused ends with 1", async () => {
  const about = ["--to", "flow:refund", "--connection", "mail"];
  const given = await steward("grant", "give", ...about, "--action", "gmail.new_mail", "--action", "gmail.send");
  expect([given.code, given.out[1]]).toEqual([0, "Refund may be told of new mail and send a mail with mail (Gmail)."]);
  await steward("grant", "revoke", given.out[0]!);
  const mail = JSON.stringify({ to: ["ann@example.com"], subject: "a", text: "b" });
  const how = ["--principal", "flow:refund", "--connection", "mail"];
  const tried = await steward("grant", "try", "gmail.send", mail, ...how);
  expect([tried.code, tried.out[0]]).toEqual([1, "refused: not_granted"]);
  const half = await steward("grant", "give", ...about);
  expect([half.code, half.err.join("\n")]).toEqual([2, expect.stringContaining("--action gmail.send")]);
  const broken = await steward("grant", "give", "{to: flow}");
  expect([broken.code, broken.err.join("\n")]).toEqual([2, expect.stringContaining('"lines": [{"actions"')]);
});

test("limits are set for the project and everywhere, changed, compared and ended", async () => {
  for (const more of [[], ["--everywhere"]]) {
    const set = await steward("limit", "set", JSON.stringify({ lines: [LINE] }), ...more);
    const [id = "", sentence] = set.out;
    expect(sentence).toBe("Everyone may send a mail only to example.com.");
    expect((await steward("limit", "list", ...more)).out[1]).toContain(id);
    const form = JSON.stringify({ deny: true, lines: [{ actions: ["delete"] }] });
    expect((await steward("limit", "change", id, form, ...more)).out).toEqual([
      `${id}: version 2`,
      "Nobody may delete.",
    ]);
    for (const from of [[], more])
      expect((await steward("limit", "versions", id, ...from)).out[0]).toMatch(/^version 2, /);
    expect((await steward("limit", "end", id, ...more)).out).toEqual([`${id}: ended`]);
    expect((await steward("limit", "list", ...more)).err).toEqual([expect.stringContaining("no limits")]);
    expect((await steward("limit", "change", id, form, ...more)).err).toEqual([
      expect.stringContaining(`there is no limit ${id}`),
    ]);
  }
});

test("budgets are set, listed with what is left, changed and ended", async () => {
  const set = await steward(
    "budget",
    "set",
    "12.5",
    "--unit",
    "money",
    "--currency",
    "EUR",
    "--level",
    "flow",
    "--for",
    "refund",
  );
  const [, id = ""] = /^(cap_\w+): at most 12.5 EUR a month, for the flow refund$/.exec(set.out[0]!) ?? [];
  expect(id).not.toBe("");
  const all = await steward("budget", "set", "1000", "--unit", "calls", "--period", "day", "--everywhere");
  const everywhere = all.out[0]!.split(":")[0]!;
  const { items } = await json<{ items: { id: string }[] }>("budget", "list", "--source", "budget");
  expect(items.map((one) => one.id)).toEqual([id, everywhere]);
  expect((await steward("budget", "list")).out[1]).toMatch(/^cap_\w+ +0 +0 +12.5 {2}12.5 EUR a month/);
  expect((await steward("budget", "list", "--everywhere")).out).toHaveLength(2);
  expect((await steward("budget", "change", id, "--amount", "20", "--soft", "50")).out).toEqual([
    `${id}: at most 20 EUR a month, told from 50 % on`,
  ]);
  expect(await steward("budget", "change", id)).toMatchObject({ code: 2 });
  expect(await steward("budget", "change", id, "--amount", "much")).toMatchObject({ code: 2 });
  expect(await steward("budget", "set", "1", "--unit", "calls", "--period", "run", "--everywhere")).toMatchObject({
    code: 2,
  });
  expect((await steward("budget", "change", everywhere, "--amount", "5", "--everywhere")).code).toBe(0);
  expect((await steward("budget", "end", id)).out).toEqual([`${id}: ended`]);
  expect((await steward("budget", "end", everywhere, "--everywhere")).out).toEqual([`${everywhere}: ended`]);
  expect((await steward("budget", "list")).err).toEqual([expect.stringContaining("no budgets")]);
});

test("approvals are listed, looked at, and decided by whoever they ask", async () => {
  expect((await steward("approval", "list")).err).toEqual(["nothing waits for approval here"]);
  const [one, two] = [await it.ask(), await it.ask()];
  expect((await steward("approval", "count")).out).toEqual(["2 open, 2 for you"]);
  const listed = await steward("approval", "list", "--mine");
  expect(listed.out[1]).toMatch(
    new RegExp(`^${two.id} {2}open {4}refund {2}send\\[3\\]\\[1\\] {2}gmail\\.send .* yes$`),
  );
  const shown = await steward("approval", "show", one.id);
  expect(shown.out.join("\n")).toMatch(/by a model +body/);
  expect(shown.out.join("\n")).toMatch(/who +1 of role:owner/);
  expect(shown.out.at(-1)).toContain("bob@example.com");
  expect(shown.err[0]).toContain(`steward approval approve ${one.id}`);
  const changed = JSON.stringify({ to: ["ann@example.com"], subject: "a", text: "b" });
  const when = [{ field: "to", domains: ["example.com"] }];
  const grant = { to: "project", connection: "mail", lines: [{ actions: ["gmail.send"], when }] };
  expect((await steward("grant", "give", JSON.stringify(grant))).code).toBe(0);
  const wrong = await steward("approval", "approve", one.id, "--arguments", '{"to": 1}');
  expect(wrong.err[0]).toContain("arguments.to");
  expect((await steward("approval", "approve", one.id, "--arguments", changed, "--note", "so")).out).toEqual([
    `${one.id}: approved`,
  ]);
  expect((await steward("approval", "reject", two.id, "--note", "no")).out).toEqual([`${two.id}: rejected`]);
  expect((await steward("approval", "reject", two.id)).code).toBe(1);
  expect((await steward("approval", "show", one.id)).out.join("\n")).toMatch(
    /approve by .*, api, .*: so[^]*changed to:[^]*ann@/,
  );
  expect((await steward("approval", "list", "--status", "rejected")).out[1]).toContain(two.id);
});

test("what left is listed, with what caused it and why it was refused", async () => {
  expect(await steward("outbound", "list")).toMatchObject({ out: [], err: ["nothing went outside"] });
  const { db, installed } = it.http;
  const scope = { organization: installed.organization, project: installed.project };
  const entry = (target: string, action: string, more: object) => ({
    atMs: Date.parse("2026-11-21T12:00:00Z"),
    project: installed.project,
    actor: "flow:refund",
    action,
    target,
    facts: { effect: "http.request", attempt: 1, digest: "d", host: "shop.example", ...more },
  });
  const run = `run_${"0".repeat(26)}`;
  const entries = [
    entry(`${run}/send`, "effect.refused", { code: "host_not_allowed" }),
    entry(`${run}/told`, "effect.outcome", { outcome: "done", ms: 1200 }),
  ];
  await inScope(db.database, scope, async (tx) => {
    for (const statement of noteOutboundEffects(scope, entries)) await tx.query(statement);
  });
  const listed = await steward("outbound", "list", "--cause", run);
  expect(listed.out).toHaveLength(3);
  expect(listed.out.join("\n")).toMatch(/shop\.example +http\.request +refused: host_not_allowed +refund send +run_0/);
  expect(listed.out.join("\n")).toMatch(/shop\.example +http\.request +done +1\.2 s +refund told/);
  expect((await steward("outbound", "list", "--refused", "--host", "example")).out).toHaveLength(2);
  expect((await steward("outbound", "list", "--flow", "other")).err).toEqual(["nothing went outside"]);
});

test("a credential may be for some flows only", async () => {
  const set = await commandLine({ cwd, address: it.http.address, key: it.http.apiKey }, { piped: "s3cret" }, [
    "credential",
    "set",
    "api",
    "--kind",
    "bearer",
    "--host",
    "api.example.com",
    "--flow",
    "refund",
  ]);
  expect(set.code).toBe(0);
  expect((await steward("grant", "list", "--credential", "api")).out[1]).toContain("Refund may send an HTTP request");
});

/** Links that are mailed: each for one person, one approval and what it would send, once; and when mail may not decide. */
import type { ApprovalByLink } from "@steward/sdk";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { showId } from "../core/id.ts";
import type { TestAnswer, TestPerson } from "../../test/http-server.ts";
import { accountText, refusal } from "../grants/grants.testsuite.ts";
import { approvalLinkUrl } from "./approval-link.ts";
import { approvalWorld, type ApprovalWorld, type Asked, type Asking, MAIL, party } from "./approvals.testsuite.ts";

let it: ApprovalWorld;
let ann: TestPerson;
beforeAll(async () => {
  it = await approvalWorld();
  ann = await it.http.signIn({ role: "operator", name: "Ann" });
});
afterAll(async () => await it.close());
beforeEach(() => void it.mails.splice(0));

const open = (method: string, path: string, body: unknown): Promise<TestAnswer> =>
  it.http.call(method, path, { body, anonymous: true });
const look = (token: string): Promise<TestAnswer> => open("POST", "/v1/approval-links/look", { token });
const decide = (token: string, { digest }: Pick<Asked, "digest">, more: object = {}): Promise<TestAnswer> =>
  open("POST", "/v1/approval-links/decide", { token, decision: "approve", digest, ...more });

const tokenOf = (link: string): string => /^https:\/\/steward\.test\/approve#([\w-]{43})$/.exec(link)![1]!;

/** An approval that these people are asked for, and the tokens that they are mailed, by address. */
async function mailed(people: readonly TestPerson[], more: Asking = {}): Promise<{ asked: Asked; tokens: string[] }> {
  const asked = await it.ask({ parties: [party(people.map((one) => `member:${accountText(one)}`))], ...more });
  await it.turns.tick();
  const tokens = people.map(({ email }) => tokenOf(it.mails.findLast(({ to }) => to === email)!.values.link));
  return { asked, tokens };
}

test("the mail has no word of what would be sent; its link shows that, as often as it is opened, and decides once", async () => {
  const { asked, tokens } = await mailed([ann]);
  expect(it.mails).toMatchObject([
    { to: ann.email, values: { how: "asked", name: "Ann", flow: "refund", action: "gmail.send", decides: true } },
  ]);
  expect(JSON.stringify(it.mails)).not.toMatch(/bob@|20 EUR/);
  for (let times = 0; times < 3; times++) {
    const answer = await look(tokens[0]!);
    expect([answer.status, answer.text]).toEqual([200, answer.text]);
    expect(answer.json()).toMatchObject({
      name: "Ann",
      approval: { id: asked.id, arguments: MAIL, digest: asked.digest, mine: true, status: "open" },
    });
  }
  const done = await decide(tokens[0]!, asked, { note: "From the train" });
  expect((done.json() as ApprovalByLink).approval).toMatchObject({
    status: "approved",
    decisions: [{ account: accountText(ann), via: "mail", note: "From the train" }],
  });
  const by = accountText(ann);
  expect(await it.inbox(asked.run)).toMatchObject([{ how: "approved", by }]);
  expect(await it.acts("approval.decided")).toContainEqual(expect.objectContaining({ actor: by, target: asked.id }));
  expect(refusal(await decide(tokens[0]!, asked))).toBe("token_invalid");
  expect(refusal(await look(tokens[0]!))).toBe("token_invalid");
});

test("opening the page's address asks for nothing and decides nothing", async () => {
  const { asked, tokens } = await mailed([ann]);
  expect(approvalLinkUrl("https://steward.test", tokens[0]!)).toBe(`https://steward.test/approve#${tokens[0]}`);
  // Links of earlier programs have it in their path.
  for (const path of ["/approve", `/approve/${tokens[0]!}`]) {
    const page = await it.http.call("GET", path, { anonymous: true, headers: { accept: "text/html" } });
    expect([page.status, page.text]).toEqual([200, expect.stringContaining("<title>Steward</title>")]);
    expect(page.headers["referrer-policy"]).toMatch(/no-referrer|same-origin/);
  }
  expect((await it.read(asked.id)).status).toBe("open");
});

test("what is altered, invented or of another approval is no link", async () => {
  const [one, two] = [await mailed([ann]), await mailed([ann])];
  const [token] = one.tokens;
  const altered = `${token!.slice(0, -2)}${token!.endsWith("AA") ? "BB" : "AA"}`;
  for (const wrong of [altered, "x", "A".repeat(43), `${token!}x`, one.asked.id]) {
    expect(refusal(await look(wrong))).toBe("token_invalid");
    expect(refusal(await decide(wrong, one.asked))).toBe("token_invalid");
  }
  await decide(token!, two.asked); // the digest that the caller names may be any that is the same
  expect(await it.inbox(two.asked.run)).toEqual([]);
});

test("each link speaks for the person it was sent to, and only while they may decide", async () => {
  const bob = await it.http.signIn({ role: "operator", name: "Bob" });
  const { asked, tokens } = await mailed([ann, bob], {
    parties: [party([`member:${accountText(ann)}`, `member:${accountText(bob)}`], { quorum: 2 })],
  });
  await decide(tokens[0]!, asked);
  expect((await look(tokens[1]!)).json()).toMatchObject({
    name: "Bob",
    approval: { decisions: [{ account: accountText(ann) }] },
  });
  const set = (text: string): Promise<unknown> =>
    it.http.db.admin.query({ text: `update steward.members set ${text} where id = $1`, values: [bob.member!] });
  await set("role = 'viewer'");
  expect(refusal(await look(tokens[1]!))).toBe("token_invalid");
  expect(refusal(await decide(tokens[1]!, asked))).toBe("token_invalid");
  await set("role = 'operator'");
  expect(((await decide(tokens[1]!, asked)).json() as ApprovalByLink).approval.status).toBe("approved");
});

test("a link of arguments that were changed since is void, and a new one is mailed", async () => {
  const bob = await it.http.signIn({ role: "operator", name: "Bob" });
  const parties = [party([`member:${accountText(ann)}`, `member:${accountText(bob)}`], { quorum: 2 })];
  const { asked, tokens } = await mailed([ann, bob], { parties });
  const body = { decision: "approve", digest: asked.digest, arguments: { ...MAIL, to: ["eve@example.com"] } };
  const when = [{ field: "to", domains: ["example.com"] }];
  const grant = { to: "project", connection: "mail", lines: [{ actions: ["gmail.send"], when }] };
  expect((await it.owner.call("POST", "/v1/grants", { body: grant })).status).toBe(201);
  const changed = await bob.call("POST", `/v1/approvals/${asked.id}/decision`, { body });
  const digest = String(changed.json()["digest"]);
  expect(refusal(await look(tokens[0]!))).toBe("token_invalid");
  expect(refusal(await decide(tokens[0]!, asked))).toBe("token_invalid");
  expect(refusal(await decide(tokens[0]!, { digest }))).toBe("token_invalid");
  it.mails.splice(0);
  await it.turns.tick();
  expect(it.mails.map(({ to }) => to)).toEqual([ann.email]); // who has said it on these is not asked
  const fresh = tokenOf(it.mails[0]!.values.link);
  expect((await look(fresh)).json()).toMatchObject({ approval: { changed: { to: ["eve@example.com"] }, digest } });
  expect(refusal(await decide(fresh, asked))).toBe("precondition_failed"); // of what was before
  expect(((await decide(fresh, { digest })).json() as ApprovalByLink).approval.status).toBe("approved");
});

test("of two clicks at the same moment one decides, and a decided one is told as such to others", async () => {
  const bob = await it.http.signIn({ role: "operator", name: "Bob" });
  const { asked, tokens } = await mailed([ann, bob]);
  const answers = await Promise.all([1, 2, 3].map(() => decide(tokens[0]!, asked)));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(await it.inbox(asked.run)).toHaveLength(1);
  expect((await look(tokens[1]!)).json()).toMatchObject({ approval: { status: "approved", mine: false } });
  expect(refusal(await decide(tokens[1]!, asked))).toBe("conflict");
});

test("a link ends with its approval", async () => {
  const { asked, tokens } = await mailed([ann], { expiresHours: 1 });
  it.http.clock.jump(3_600_000);
  expect(refusal(await look(tokens[0]!))).toBe("token_invalid");
  expect(refusal(await decide(tokens[0]!, asked))).toBe("token_invalid");
});

test("where sessions need a second factor or the organization's sign-on, mail does not decide: it leads to the sign-in", async () => {
  const { tokens, asked } = await mailed([ann]);
  const set = (text: string): Promise<unknown> =>
    it.http.db.admin.query({
      text: `update steward.organizations set ${text} where id = $1`,
      values: [it.http.installed.organization],
    });
  for (const rule of ["second_factor_required", "sign_on_enforced"]) {
    await set(`${rule} = true`);
    expect(refusal(await look(tokens[0]!))).toBe("token_invalid"); // of before, too
    expect(refusal(await decide(tokens[0]!, asked))).toBe("token_invalid");
    it.mails.splice(0);
    const other = await it.ask({ parties: [party([`member:${accountText(ann)}`])] });
    await it.turns.tick();
    expect(it.mails).toMatchObject([
      { values: { decides: false, link: `https://steward.test/approvals/${other.id}` } },
    ]);
    await set(`${rule} = false`);
  }
});

test("the token is kept as a digest only", async () => {
  const { tokens } = await mailed([ann]);
  const { rows } = await it.http.db.admin.query<{ all: string }>({
    text: "select string_agg(l::text, ' ') as all from steward.approval_links l",
  });
  expect(rows[0]!.all).not.toContain(tokens[0]!);
  expect(rows[0]!.all).not.toContain(Buffer.from(tokens[0]!).toString("hex"));
  expect(showId("acc", ann.account)).toBe(accountText(ann));
});

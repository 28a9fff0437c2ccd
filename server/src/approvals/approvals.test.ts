/** Approvals over HTTP: who may decide, once each, on what they saw; and that the run hears it in the same commit. */
import type { Approval, ApprovalSummary, Grant } from "@steward/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseId, showId } from "../core/id.ts";
import { digestEffect } from "../gate/matter.ts";
import type { TestAnswer, TestPerson } from "../../test/http-server.ts";
import { accountText, refusal } from "../grants/grants.testsuite.ts";
import { approvalWorld, type ApprovalWorld, type Asked, MAIL, party } from "./approvals.testsuite.ts";
import { digestOf } from "./sealed-approval.ts";

let it: ApprovalWorld;
beforeAll(async () => {
  it = await approvalWorld();
});
afterAll(async () => await it.close());

function decide(asked: Asked, by: TestPerson = it.owner, more: object = {}): Promise<TestAnswer> {
  const body = { decision: "approve", digest: asked.digest, ...more };
  return by.call("POST", `/v1/approvals/${asked.id}/decision`, { body });
}

const member = (person: TestPerson): string => `member:${accountText(person)}`;
const due = async (uuid: string): Promise<boolean> => {
  const text = "select due_at = '-infinity' as due from steward.queue where run = $1";
  return (await it.http.db.admin.query<{ due: boolean }>({ text, values: [uuid] })).rows[0]!.due;
};

describe("one word", () => {
  test("approves what was seen, and the run hears it in its inbox, is due and woken, and the audit knows", async () => {
    const asked = await it.ask();
    expect(await due(asked.run)).toBe(false);
    const answer = await decide(asked, it.owner, { note: "Fine by me" });
    expect([answer.status, answer.text]).toEqual([200, answer.text]);
    expect(answer.json()).toMatchObject({
      id: asked.id,
      status: "approved",
      mine: false,
      arguments: MAIL,
      changed: null,
      digest: asked.digest,
      path: [3, 1],
      decisions: [
        {
          account: accountText(it.owner),
          name: "Olive",
          decision: "approve",
          via: "page",
          digest: asked.digest,
          note: "Fine by me",
        },
      ],
      decidedAt: expect.stringMatching(/Z$/),
    });
    const by = showId("mem", it.owner.member!);
    expect(await it.inbox(asked.run)).toEqual([
      { kind: "approval", approval: asked.uuid, how: "approved", by, note: "Fine by me" },
    ]);
    expect(await due(asked.run)).toBe(true);
    expect(it.woken.at(-1)).toBe(asked.run);
    const facts = { decision: "approve", via: "page", outcome: "approved", changed: false };
    expect(await it.acts("approval.decided")).toContainEqual(
      expect.objectContaining({ actor: by, target: asked.id, facts }),
    );
    expect(JSON.stringify(await it.acts())).not.toMatch(/Fine by me|bob@/);
  });

  test("rejects, by one of those asked, whatever the quorum", async () => {
    const asked = await it.ask({ parties: [party(["role:owner"], { quorum: 2 })] });
    expect((await decide(asked, it.owner, { decision: "reject" })).json()).toMatchObject({ status: "rejected" });
    expect(await it.inbox(asked.run)).toMatchObject([{ how: "rejected" }]);
  });

  test("may be said by a person's API key, and by no service account", async () => {
    const asked = await it.ask();
    const body = { decision: "approve", digest: asked.digest };
    const at = `/v1/organizations/${showId("org", it.http.installed.organization)}`;
    const robot = await it.owner.call("POST", `${at}/service-accounts`, { body: { name: "Robot", role: "admin" } });
    const made = await it.owner.call("POST", "/v1/keys", { body: { name: "robot", member: robot.json()["id"] } });
    const headers = { authorization: `Bearer ${String(made.json()["key"])}` };
    const target = `/v1/approvals/${asked.id}/decision`;
    expect((await it.http.call("POST", target, { body, headers })).json()).toMatchObject({
      code: "forbidden",
      needs: "person",
    });
    const own = (await it.owner.call("POST", "/v1/keys", { body: { name: "mine" } })).json();
    const byKey = { authorization: `Bearer ${String(own["key"])}` };
    expect((await it.http.call("POST", target, { body, headers: byKey })).json()).toMatchObject({
      status: "approved",
      decisions: [{ account: accountText(it.owner), via: "api" }],
    });
  });

  test("is over once it is decided: a second one is refused with what it became", async () => {
    const asked = await it.ask();
    await decide(asked);
    const second = await it.http.signIn({ role: "owner" });
    for (const person of [it.owner, second])
      expect((await decide(asked, person)).json()).toMatchObject({ code: "conflict", status: 409 });
    expect(await it.inbox(asked.run)).toHaveLength(1);
  });

  test("of two at the same moment one decides", async () => {
    const people = await Promise.all([1, 2, 3, 4].map(() => it.http.signIn({ role: "owner" })));
    for (let round = 0; round < 5; round++) {
      const asked = await it.ask();
      const answers = await Promise.all(
        people.map((person, at) => decide(asked, person, { decision: at % 2 === 0 ? "approve" : "reject" })),
      );
      expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(["200", "409", "409", "409"]);
      const [message, ...others] = await it.inbox(asked.run);
      expect(others).toEqual([]);
      const { status } = await it.read(asked.id);
      expect(message).toMatchObject({ how: status });
    }
  });

  test("comes too late after its time, though nobody has looked yet, and when its run is over", async () => {
    const late = await it.ask({ expiresHours: 0.01 });
    const over = await it.ask();
    await it.http.db.admin.query({ text: "delete from steward.queue where run = $1", values: [over.run] });
    expect((await decide(over)).json()).toMatchObject({ code: "conflict" });
    it.http.clock.jump(60_000);
    const answer = await decide(late);
    expect(answer.json()).toMatchObject({ code: "conflict", detail: expect.stringContaining("expired") });
    expect(await it.inbox(late.run)).toEqual([]);
  });
});

describe("quorum and parties", () => {
  test("several people must agree, each with one word, and one may speak for several parties", async () => {
    const [one, two] = [await it.http.signIn({ role: "operator" }), await it.http.signIn({ role: "admin" })];
    const parties = [party([member(one), member(two)], { quorum: 2 }), party(["role:admin"])];
    const asked = await it.ask({ parties });
    expect((await decide(asked, one)).json()).toMatchObject({ status: "open", mine: false });
    expect((await decide(asked, one)).json()).toMatchObject({ code: "conflict" });
    expect((await decide(asked, one, { decision: "reject" })).json()).toMatchObject({ code: "conflict" });
    expect(await it.inbox(asked.run)).toEqual([]);
    expect((await it.read(asked.id, two)).mine).toBe(true);
    expect((await decide(asked, two)).json()).toMatchObject({ status: "approved" });
  });

  test("nobody decides who is not asked, who has left, or who has lost the role meanwhile", async () => {
    const [operator, builder, stranger] = [
      await it.http.signIn({ role: "operator" }),
      await it.http.signIn({ role: "builder" }),
      await it.http.signIn({ role: null }),
    ];
    const asked = await it.ask({ parties: [party(["role:operator", member(builder)])] });
    const denied: unknown[] = [];
    it.http.parts.denials.note = (_organization, entry) => void denied.push(entry);
    expect(refusal(await decide(asked))).toBe("forbidden"); // an owner, too
    expect(denied).toMatchObject([
      { action: "call.refused", target: "decideApproval", facts: { needs: "approval.decide" } },
    ]);
    expect(refusal(await decide(asked, stranger))).toBe("not_found");
    const viewer = await it.http.signIn({ role: "viewer" });
    expect((await decide(asked, viewer)).json()).toMatchObject({ code: "forbidden", needs: "approval.decide" });
    const set = (text: string, person: TestPerson): Promise<unknown> =>
      it.http.db.admin.query({ text: `update steward.members set ${text} where id = $1`, values: [person.member!] });
    await set("role = 'builder'", operator);
    expect(refusal(await decide(asked, operator))).toBe("forbidden");
    await set("removed_at = now()", builder);
    expect(refusal(await decide(asked, builder))).toBe("not_found");
    await set("role = 'operator'", operator);
    expect((await decide(asked, operator)).json()).toMatchObject({ status: "approved" });
  });

  test("a word counts no longer when its person has left before the others said theirs", async () => {
    const [one, two, three] = [
      await it.http.signIn({ role: "operator" }),
      await it.http.signIn({ role: "operator" }),
      await it.http.signIn({ role: "operator" }),
    ];
    const asked = await it.ask({ parties: [party(["role:operator"], { quorum: 2 })] });
    await decide(asked, one);
    await it.http.db.admin.query({
      text: "update steward.members set removed_at = now() where id = $1",
      values: [one.member!],
    });
    expect((await decide(asked, two)).json()).toMatchObject({ status: "open" });
    expect((await decide(asked, three)).json()).toMatchObject({ status: "approved" });
  });

  test("a role in the project counts in place of the one in the organization, and none keeps out", async () => {
    const person = await it.http.signIn({ role: "viewer" });
    const { organization, project } = it.http.installed;
    const at = `/v1/organizations/${showId("org", organization)}/projects/${showId("prj", project)}/members`;
    const place = (role: string): Promise<TestAnswer> =>
      it.owner.call("PUT", `${at}/${showId("mem", person.member!)}`, { body: { role } });
    const asked = await it.ask({ parties: [party(["role:operator"])] });
    expect(refusal(await decide(asked, person))).toBe("forbidden");
    await place("operator");
    expect((await it.read(asked.id, person)).mine).toBe(true);
    await place("none");
    expect(refusal(await decide(asked, person))).toBe("not_found");
    await place("operator");
    expect((await decide(asked, person)).json()).toMatchObject({ status: "approved" });
  });

  test("a custom role is named by its id, and whoever may give grants by that", async () => {
    const at = `/v1/organizations/${showId("org", it.http.installed.organization)}/roles`;
    const permissions = ["organization.read", "project.read", "approval.read", "approval.decide", "run.read"];
    const role = String((await it.owner.call("POST", at, { body: { name: "Bookkeeping", permissions } })).json()["id"]);
    const person = await it.http.signIn({ role: "viewer" });
    await it.http.db.admin.query({
      text: "update steward.members set role = 'custom', custom_role = $2 where id = $1",
      values: [person.member!, parseId("rol", role)!],
    });
    const owners = await it.ask({ parties: [party(["role:owner", "may_grant"])] });
    expect(refusal(await decide(owners, person))).toBe("forbidden");
    const theirs = await it.ask({ parties: [party([`role:${role}`])] });
    expect((await decide(theirs, person)).json()).toMatchObject({ status: "approved" });
    const admin = await it.http.signIn({ role: "admin" });
    expect((await decide(owners, admin)).json()).toMatchObject({ status: "approved" });
  });

  test("those whom it is escalated to decide from then on, and not before", async () => {
    const [first, later] = [await it.http.signIn({ role: "operator" }), await it.http.signIn({ role: "builder" })];
    const escalate = { afterHours: 0.01, to: [member(later)] };
    const asked = await it.ask({ parties: [party([member(first)], { escalate })] });
    expect(refusal(await decide(asked, later))).toBe("forbidden");
    expect((await it.read(asked.id)).parties).toEqual([{ approvers: [member(first)], quorum: 1 }]);
    it.http.clock.jump(40_000);
    expect((await it.read(asked.id)).parties).toEqual([{ approvers: [member(first), member(later)], quorum: 1 }]);
    expect((await decide(asked, later)).json()).toMatchObject({ status: "approved" });
  });
});

describe("changed arguments", () => {
  const OTHER = { ...MAIL, to: ["ann@example.com"] };
  beforeAll(async () => {
    const when = [{ field: "to", domains: ["example.com"] }];
    const body = { to: "project", connection: "mail", lines: [{ actions: ["gmail.send"], when }] };
    const made = await it.owner.call("POST", "/v1/grants", { body });
    if (made.status !== 201) throw new Error(made.text);
  });

  test("are read as the action takes them, and the run gets them with the digest that the gate makes", async () => {
    const asked = await it.ask();
    const answer = await decide(asked, it.owner, { arguments: OTHER });
    const approval = answer.json() as Approval;
    expect(approval).toMatchObject({ status: "approved", arguments: MAIL, changed: OTHER });
    expect(approval.digest).not.toBe(asked.digest);
    const { keys } = await it.http.parts.projects.get(it.http.installed);
    const connection = parseId("con", approval.connection!);
    const effect = { action: "gmail.send", connection, arguments: approval.changed as typeof OTHER };
    const digest = digestEffect(keys, effect);
    expect(digestOf(keys, effect)).toEqual(digest);
    expect(approval.digest).toBe(digest.toString("hex"));
    expect(await it.inbox(asked.run)).toMatchObject([
      { how: "approved", changed: { arguments: approval.changed, digest: digest.toString("base64url") } },
    ]);
  });

  test("that the action does not take are refused by their field, and nothing is said", async () => {
    const asked = await it.ask();
    const cases: readonly (readonly [given: object, field: string])[] = [
      [{ ...OTHER, to: 5 }, "arguments.to"],
      [{ ...OTHER, evil: true }, "arguments.evil"],
      [{ subject: "no address" }, "arguments.to"],
    ];
    for (const [given, field] of cases)
      expect(refusal(await decide(asked, it.owner, { arguments: given }))).toEqual(["value_invalid", field]);
    expect(refusal(await decide(asked, it.owner, { decision: "reject", arguments: OTHER }))).toEqual([
      "value_invalid",
      "arguments",
    ]);
    expect(await it.read(asked.id)).toMatchObject({
      status: "open",
      changed: null,
      decisions: [],
      digest: asked.digest,
    });
    const step = await it.ask({ kind: "step", action: "approval" });
    expect(refusal(await decide(step, it.owner, { arguments: OTHER }))).toEqual(["value_invalid", "arguments"]);
  });

  test("that no grant covers are refused with the sentence that refuses, and it stays open for better ones", async () => {
    const asked = await it.ask();
    const answer = await decide(asked, it.owner, { arguments: { ...MAIL, to: ["eve@evil.test"] } });
    expect([answer.status, refusal(answer)]).toEqual([422, ["value_invalid", "arguments"]]);
    expect(answer.json()["detail"]).toMatch(/No grant covers gmail\.send.*eve@evil\.test/s);
    expect(await it.read(asked.id)).toMatchObject({ status: "open", changed: null, decisions: [], mine: true });
    expect(await it.inbox(asked.run)).toEqual([]);
    expect((await decide(asked, it.owner, { arguments: OTHER })).json()).toMatchObject({ status: "approved" });
  });

  test("that a limit refuses are refused by it, whatever is granted", async () => {
    const asked = await it.ask();
    const deny = { deny: true, lines: [{ actions: ["gmail.send"], when: [{ field: "to", domains: ["evil.test"] }] }] };
    const made = await it.owner.call("POST", "/v1/limits", { body: deny });
    expect([made.status, made.text]).toEqual([201, made.text]);
    const answer = await decide(asked, it.owner, { arguments: { ...OTHER, to: ["eve@evil.test"] } });
    expect(answer.json()["detail"]).toMatch(/A limit of the project refuses gmail\.send/);
    expect((await decide(asked, it.owner, { arguments: OTHER })).json()).toMatchObject({ status: "approved" });
  });

  test("are what the others decide on: a word on the former ones is none on them, and must be said anew", async () => {
    const [one, two] = [await it.http.signIn({ role: "operator" }), await it.http.signIn({ role: "operator" })];
    const asked = await it.ask({ parties: [party(["role:operator"], { quorum: 2 })] });
    await decide(asked, one);
    const changed = (await decide(asked, two, { arguments: OTHER })).json() as Approval;
    expect(changed).toMatchObject({ status: "open", changed: OTHER });
    expect(refusal(await decide(asked, one))).toBe("precondition_failed"); // of what they saw before
    expect((await it.read(asked.id, one)).mine).toBe(true);
    const again = await decide({ ...asked, digest: changed.digest }, one);
    expect(again.json()).toMatchObject({ status: "approved" });
    expect((await it.inbox(asked.run)).map(({ how, changed: with_ }) => [how, with_ !== undefined])).toEqual([
      ["approved", true],
    ]);
  });

  test("the same arguments are no change", async () => {
    const asked = await it.ask({ arguments: { ...MAIL } });
    const answer = (
      await decide(asked, it.owner, { arguments: { text: MAIL.text, subject: MAIL.subject, to: MAIL.to } })
    ).json();
    expect(answer).toMatchObject({ status: "approved" });
    expect(await it.inbox(asked.run)).toHaveLength(1);
  });
});

describe("what is shown", () => {
  const list = async (query: string, by = it.owner): Promise<ApprovalSummary[]> =>
    ((await by.call("GET", `/v1/approvals?${query}`)).json() as { items: ApprovalSummary[] }).items;

  test("lists are the newest first, by status, run, flow and whose word is wanted, page by page", async () => {
    const person = await it.http.signIn({ role: "operator" });
    const [one, two, three] = [
      await it.ask({ flow: "listed", parties: [party([member(person)])] }),
      await it.ask({ flow: "listed" }),
      await it.ask({ flow: "listed", parties: [party(["role:operator", "role:owner"], { quorum: 2 })] }),
    ];
    const idsOf = async (query: string, by?: TestPerson): Promise<string[]> =>
      (await list(query, by)).map(({ id }) => id);
    expect(await idsOf("flow=listed")).toEqual([three.id, two.id, one.id]);
    expect(await idsOf("flow=listed&mine=true", person)).toEqual([three.id, one.id]);
    expect(await idsOf("flow=listed&mine=true")).toEqual([three.id, two.id]);
    expect(await idsOf(`run=${showId("run", two.run)}`)).toEqual([two.id]);
    expect(await idsOf("run=run_nonsense")).toEqual([]);
    await decide(three, person);
    expect(await idsOf("flow=listed&mine=true", person)).toEqual([one.id]);
    await decide(one, person, { decision: "reject" });
    expect(await idsOf("flow=listed&status=rejected")).toEqual([one.id]);
    expect(await idsOf("flow=listed&status=all")).toEqual([three.id, two.id, one.id]);
    const page = (await it.owner.call("GET", "/v1/approvals?flow=listed&status=all&limit=2")).json();
    expect(page).toMatchObject({ items: [{ id: three.id }, { id: two.id }], next: two.id });
    expect(await idsOf(`flow=listed&status=all&limit=2&cursor=${two.id}`)).toEqual([one.id]);
  });

  test("what would be sent is for those who may see runs; digest and decision are for whoever may decide", async () => {
    const at = `/v1/organizations/${showId("org", it.http.installed.organization)}/roles`;
    const permissions = ["organization.read", "project.read", "approval.read", "approval.decide"];
    const role = String((await it.owner.call("POST", at, { body: { name: "Blind", permissions } })).json()["id"]);
    const person = await it.http.signIn({ role: "viewer" });
    await it.http.db.admin.query({
      text: "update steward.members set role = 'custom', custom_role = $2 where id = $1",
      values: [person.member!, parseId("rol", role)!],
    });
    const asked = await it.ask({ parties: [party([`role:${role}`, "role:owner"], { quorum: 2 })] });
    await decide(asked, it.owner, { note: "secret words" });
    const answer = await person.call("GET", `/v1/approvals/${asked.id}`);
    expect(answer.json()).toMatchObject({ arguments: null, digest: asked.digest, mine: true });
    expect(answer.text).not.toMatch(/bob@|secret words|Olive/);
    await it.ask({ kind: "step", action: "approval", arguments: { message: "secret words" } });
    expect((await person.call("GET", "/v1/approvals?limit=100")).text).not.toContain("secret words");
  });

  test("the line that asks is told as a sentence, as it stood when it asked", async () => {
    await it.flow("refund", "Refund");
    const form = (domains: string[]) => ({
      to: "flow:refund",
      connection: "mail",
      lines: [{ actions: ["gmail.send"], when: [{ field: "to", domains }], approval: { when: "always" } }],
    });
    const grant = (await it.owner.call("POST", "/v1/grants", { body: form(["example.com"]) })).json() as Grant;
    const of = { kind: "grant", id: grant.id, version: 1, line: 0 } as const;
    const asked = await it.ask({ reasons: [{ kind: "always", field: null, of }] });
    const told = "Refund may send a mail with mail (Gmail) to example.com; each time";
    expect((await it.read(asked.id)).sentence).toBe(`${told} Olive must approve.`);
    await it.owner.call("PUT", `/v1/grants/${grant.id}`, { body: { version: 1, form: form(["example.org"]) } });
    expect(await it.read(asked.id)).toMatchObject({
      why: [{ kind: "always", field: null, of: grant.id }],
      sentence: `${told} whoever gave it must approve.`,
    });
  });

  test("an id that nobody has is answered like one of another form", async () => {
    const none = showId("apr", it.http.parts.ids.uuid());
    for (const id of [none, "apr_x", "grt_x"])
      expect(refusal(await it.owner.call("GET", `/v1/approvals/${id}`))).toBe("not_found");
    const body = { decision: "approve", digest: "0".repeat(64) };
    expect(refusal(await it.owner.call("POST", `/v1/approvals/${none}/decision`, { body }))).toBe("not_found");
  });
});

test("they are counted for the rail: those open, and those that wait for the caller", async () => {
  const count = async (by: TestPerson): Promise<{ mine: number; open: number }> =>
    (await by.call("GET", "/v1/approvals/count")).json() as { mine: number; open: number };
  const person = await it.http.signIn({ role: "operator", name: "Cora" });
  const viewer = await it.http.signIn({ role: "viewer", name: "Vito" });
  const before = await count(person);
  const asked = await it.ask({ parties: [party([member(person)])] });
  await it.ask({ parties: [party([member(it.owner)])] });
  expect(await count(person)).toEqual({ mine: before.mine + 1, open: before.open + 2 });
  expect((await count(viewer)).mine).toBe(0);
  await decide(asked, person);
  expect(await count(person)).toEqual({ mine: before.mine, open: before.open + 1 });
});

test("what a model wrote of it is told to whoever sees what it carries", async () => {
  const asked = await it.ask();
  expect((await it.read(asked.id)).byModel).toEqual(["body"]);
});

test("the list tells what a step asks in its own words, and of an effect none", async () => {
  const step = await it.ask({ kind: "step", action: "approval", arguments: { message: "May A-1 be refunded?" } });
  const effect = await it.ask();
  const { items } = (await it.owner.call("GET", "/v1/approvals?limit=100")).json() as { items: ApprovalSummary[] };
  const messageOf = (id: string) => items.find((one) => one.id === id)?.message;
  expect([messageOf(step.id), messageOf(effect.id)]).toEqual(["May A-1 be refunded?", null]);
  expect((await it.read(step.id)).message).toBe("May A-1 be refunded?");
});

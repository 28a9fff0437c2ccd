/** What becomes due by itself: who is asked, reminded, escalated to, and the end of what nobody decided. */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { showId } from "../core/id.ts";
import type { TestPerson } from "../../test/http-server.ts";
import { accountText } from "../grants/grants.testsuite.ts";
import { approvalWorld, type ApprovalWorld, party } from "./approvals.testsuite.ts";
import { createApprovalTurns } from "./approval-turns.ts";

const HOUR_MS = 3_600_000;
let it: ApprovalWorld;
let ann: TestPerson;
let bob: TestPerson;
beforeAll(async () => {
  it = await approvalWorld();
  ann = await it.http.signIn({ role: "operator", name: "Ann" });
  bob = await it.http.signIn({ role: "builder", name: "Bob" });
});
afterAll(async () => await it.close());
beforeEach(() => void it.mails.splice(0));

const member = (person: TestPerson): string => `member:${accountText(person)}`;
/** What goes out at the next look, to whom. */
async function next(): Promise<readonly string[]> {
  it.mails.splice(0);
  await it.turns.tick();
  return it.mails.map(({ to, values }) => `${values.how} ${to}`);
}
const decide = (id: string, digest: string, by: TestPerson, decision = "approve"): Promise<unknown> =>
  by.call("POST", `/v1/approvals/${id}/decision`, { body: { decision, digest } });

test("people are asked at once and once, by every way in which they are named, and nobody who may not decide", async () => {
  const viewer = await it.http.signIn({ role: "viewer" });
  await it.ask({ parties: [party(["role:operator", member(ann), member(bob), member(viewer)]), party([member(bob)])] });
  expect((await next()).toSorted()).toEqual([`asked ${ann.email}`, `asked ${bob.email}`].toSorted());
  expect(await next()).toEqual([]);
});

test("those who have not said their word are reminded, once for however many were missed", async () => {
  const asked = await it.ask({ parties: [party([member(ann), member(bob)], { quorum: 2, remindHours: 10 })] });
  await next();
  it.http.clock.jump(10 * HOUR_MS - 60_000);
  expect(await next()).toEqual([]);
  it.http.clock.jump(60_000);
  expect(await next()).toHaveLength(2);
  await decide(asked.id, asked.digest, bob);
  it.http.clock.jump(35 * HOUR_MS);
  expect(await next()).toEqual([`reminded ${ann.email}`]);
  expect(await next()).toEqual([]);
  await decide(asked.id, asked.digest, ann);
  it.http.clock.jump(10 * HOUR_MS);
  expect(await next()).toEqual([]);
});

test("others are asked beside them from the escalation on", async () => {
  const escalate = { afterHours: 4, to: [member(bob)] };
  await it.ask({ parties: [party([member(ann)], { escalate, remindHours: 5 })] });
  expect(await next()).toEqual([`asked ${ann.email}`]);
  it.http.clock.jump(4 * HOUR_MS);
  expect(await next()).toEqual([`escalated ${bob.email}`]);
  it.http.clock.jump(HOUR_MS);
  expect((await next()).toSorted()).toEqual([`reminded ${ann.email}`, `reminded ${bob.email}`].toSorted());
});

test("what nobody decided in time expires, its run hears that, and nobody decides it after", async () => {
  const asked = await it.ask({ expiresHours: 2 });
  await next();
  it.http.clock.jump(2 * HOUR_MS - 60_000);
  await it.turns.tick();
  expect((await it.read(asked.id)).status).toBe("open");
  it.http.clock.jump(60_000);
  await it.turns.tick();
  expect((await it.read(asked.id)).status).toBe("expired");
  expect(await it.inbox(asked.run)).toEqual([{ kind: "approval", approval: asked.uuid, how: "expired", by: "system" }]);
  expect(it.woken.at(-1)).toBe(asked.run);
  expect(await it.acts("approval.expired")).toContainEqual(
    expect.objectContaining({ target: asked.id, actor: "system" }),
  );
  await decide(asked.id, asked.digest, it.owner);
  expect(await it.inbox(asked.run)).toHaveLength(1);
});

test("of a run that has ended it is withdrawn, without a word to anybody", async () => {
  const asked = await it.ask({ expiresHours: 1 });
  await it.http.db.admin.query({ text: "delete from steward.queue where run = $1", values: [asked.run] });
  it.http.clock.jump(HOUR_MS);
  await it.turns.tick();
  expect((await it.read(asked.id)).status).toBe("withdrawn");
  expect(await it.inbox(asked.run)).toEqual([]);
});

test("two processes that look at once say each thing once, and so does one beside a person who decides", async () => {
  await it.turns.tick();
  it.mails.splice(0);
  const other = createApprovalTurns(it.http.parts);
  await Promise.all([1, 2, 3, 4].map(() => it.ask({ parties: [party([member(ann)])] })));
  await Promise.all([it.turns.tick(), other.tick(), it.turns.tick()]);
  expect(it.mails).toHaveLength(4);
  for (let round = 0; round < 5; round++) {
    const asked = await it.ask({ expiresHours: 1 });
    it.http.clock.jump(HOUR_MS - 1);
    const late = decide(asked.id, asked.digest, it.owner);
    it.http.clock.jump(1);
    await Promise.all([late, it.turns.tick(), other.tick()]);
    const { status } = await it.read(asked.id);
    expect(await it.inbox(asked.run)).toMatchObject([{ how: status }]);
  }
});

test("one that can't be attended to is logged and keeps no other waiting", async () => {
  await it.turns.tick();
  const broken = await it.ask({ parties: [party([member(ann)])] });
  await it.ask({ parties: [party([member(bob)])] });
  await it.http.db.admin.query({
    text: "update steward.approvals set parties = '[{}]', due_at = due_at - interval '1 hour' where id = $1",
    values: [broken.uuid],
  });
  const before = it.http.logs.length;
  expect(await next()).toEqual([`asked ${bob.email}`]);
  expect(it.http.logs.slice(before).join()).toContain(showId("apr", broken.uuid));
  const known = it.http.logs.length;
  await it.turns.tick();
  expect(it.http.logs).toHaveLength(known); // not before a minute
  await it.http.db.admin.query({ text: "delete from steward.approvals where id = $1", values: [broken.uuid] });
});

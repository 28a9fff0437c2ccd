import { expect, test } from "vitest";
import type { MailTransport } from "../core/ports/mail-transport.ts";
import { AppError } from "../core/errors.ts";
import { publishFlow } from "../flows/publish-flow.ts";
import { publishOwnFlow } from "../flows/publish-own-flow.ts";
import { saveDraft } from "../flows/save-draft.ts";
import { checkCode } from "../adapters/quickjs/check-code.ts";
import { stepKinds } from "../steps/kinds.ts";
import { INSTALLATION_SCOPE } from "../store/installation.ts";
import { countOutbox } from "../store/outbox.ts";
import { inScope } from "../store/scope.ts";
import { MAIL_FLOW, MAIL_SLUG } from "./mail-flow.ts";
import { auditOf, recordsOf, scriptedTransport, testMail, type TestMail } from "./mail.testsuite.ts";
import { retryMail } from "./retry-mail.ts";

/** On a busy machine. */
const SOON = { timeout: 15_000 };

const CANARIES = /canary|ada@|example\.org|Set a new password/i;

test("a message is sent by a run of its own, and neither the run nor the audit holds a word of it", async () => {
  const steward = await testMail();
  const transport = scriptedTransport();
  const { running, mailer } = await steward.worker(transport);
  const id = await steward.write();
  expect(await mailer.tick()).toBe(1);
  await expect.poll(async () => (await mailer.tick(), (await steward.row(id)).status), SOON).toBe("sent");
  expect(transport.sent).toMatchObject([{ to: "ada@example.org", subject: "Set a new password" }]);
  expect(transport.sent[0]?.text).toContain("https://steward.test/reset?token=canary-token");
  const row = await steward.row(id);
  expect(row.body).toBeNull();
  expect(await recordsOf(running, row.run!)).not.toMatch(CANARIES);
  const audit = await auditOf(steward.db);
  expect(audit).toContain('"effect":"mail.send"');
  expect(audit).toContain('"host":"mail.test"');
  expect(audit).not.toMatch(CANARIES);
  expect(steward.logs).toEqual([]);
});

test("whoever waits hears of a message when its transaction commits, and never of one that is rolled back", async () => {
  const steward = await testMail();
  const transport = scriptedTransport();
  const { mailer } = await steward.worker(transport);
  await mailer.start();
  const values = { name: "Ada", link: "https://steward.test/", lifeMinutes: 5 };
  const { database } = steward.db;
  const undone = inScope(database, steward.other, async (tx) => {
    await steward.mail.send(tx, { to: "eve@example.org", template: "verify", values });
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
  await steward.write();
  await expect.poll(() => transport.sent.map((each) => each.to), SOON).toEqual(["ada@example.org"]);
});

test("the caller's scope is as it was, whether there was one or none", async () => {
  const steward = await testMail();
  const scopeNow = {
    text: "select current_setting('steward.organization', true) as o, current_setting('steward.project', true) as p",
  };
  const values = { name: "Ada", link: "https://steward.test/", lifeMinutes: 5 };
  const send = { to: "ada@example.org", template: "verify", values } as const;
  await inScope(steward.db.database, steward.other, async (tx) => {
    const [, seen] = await Promise.all([steward.mail.send(tx, send), tx.query(scopeNow)]);
    expect(seen.rows).toEqual([{ o: steward.other.organization, p: steward.other.project }]);
    expect((await tx.query(scopeNow)).rows).toEqual([{ o: steward.other.organization, p: steward.other.project }]);
    expect((await tx.query({ text: "select from steward.outbox" })).count).toBe(0);
  });
  await steward.db.database.transaction(async (tx) => {
    await steward.mail.send(tx, send);
    expect((await tx.query(scopeNow)).rows).toEqual([{ o: "", p: "" }]);
  });
  expect(await countOutbox(steward.db.database)).toMatchObject({ queued: 2 });
});

test("what is no mail address is refused and nothing is written", async () => {
  const steward = await testMail();
  for (const to of ["", "ada", "a@b, c@d", "a@b\r\nBcc: c@d", "<a@b>", "a b@c", "@b", "a@", "a@b@c"]) {
    await expect(steward.write(to)).rejects.toMatchObject({ code: "value_invalid" });
  }
  expect(await steward.rows()).toEqual([]);
});

test("O1 a crash between the run's commit and its mark starts no second run, nor do two that look at once", async () => {
  const steward = await testMail();
  const transport = scriptedTransport();
  const [one, two] = [await steward.worker(transport), await steward.worker(transport)];
  const id = await steward.write();
  await Promise.all([one.mailer.tick(), two.mailer.tick()]);
  const { run } = await steward.row(id);
  await inScope(steward.db.database, INSTALLATION_SCOPE, async (tx) => {
    await tx.query({ text: "update steward.outbox set status = 'queued', run = null where id = $1", values: [id] });
  });
  await two.mailer.tick();
  expect((await steward.row(id)).run).toBe(run);
  await expect.poll(async () => (await one.mailer.tick(), (await steward.row(id)).status), SOON).toBe("sent");
  expect(transport.sent).toHaveLength(1);
  const runs = await steward.db.admin.query({ text: "select id from steward.runs" });
  expect(runs.count).toBe(1);
});

test("O2 a message whose life is over is not begun, and its words are erased", async () => {
  const steward = await testMail();
  const transport = scriptedTransport();
  const { mailer } = await steward.worker(transport);
  const id = await steward.write("ada@example.org", 10);
  steward.clock.jump(10 * 60_000);
  await mailer.tick();
  expect(await steward.row(id)).toMatchObject({ status: "failed", errorCode: "mail_expired", body: null, run: null });
  expect(transport.sent).toEqual([]);
  steward.clock.jump(31 * 86_400_000);
  steward.clock.advance(60_000);
  await mailer.tick();
  expect(await steward.rows()).toEqual([]);
});

test("O2 a message that dies while the mail server can't be reached is not sent any more", async () => {
  const steward = await testMail();
  const transport = scriptedTransport(async () => ({ kind: "unsent", code: "connect", message: "no connection" }));
  const { mailer } = await steward.worker(transport);
  const id = await steward.write("ada@example.org", 2);
  await mailer.tick();
  await waiting(steward);
  steward.clock.advance(34_000);
  await expect.poll(() => transport.sent.length, SOON).toBe(2);
  await waiting(steward);
  steward.clock.advance(90_000);
  await expect.poll(async () => (await mailer.tick(), (await steward.row(id)).errorCode), SOON).toBe("mail_expired");
  expect(transport.sent).toHaveLength(2);
});

test("a server that can't take it now is asked again later, and one that refuses it for good is not", async () => {
  const steward = await testMail();
  const answers: Awaited<ReturnType<MailTransport["send"]>>[] = [
    { kind: "rejected", permanent: false, status: 451, message: "451" },
    { kind: "unknown", code: "reset", message: "closed without an answer" },
    { kind: "accepted", status: 250, bytes: 1 },
    { kind: "rejected", permanent: true, status: 550, message: "550" },
  ];
  const transport = scriptedTransport(async () => answers[transport.sent.length - 1]!);
  const { mailer } = await steward.worker(transport);
  const id = await steward.write("ada@example.org", 600);
  await mailer.tick();
  for (const [sendings, ms] of [
    [1, 34_000],
    [2, 67_000],
  ] as const) {
    await expect.poll(() => transport.sent.length, SOON).toBe(sendings);
    await waiting(steward);
    steward.clock.advance(ms);
  }
  await expect.poll(async () => (await mailer.tick(), (await steward.row(id)).status), SOON).toBe("sent");
  expect(transport.sent).toHaveLength(3);
  expect(new Set(transport.sent.map((each) => each.id)).size).toBe(1);
  const gone = await steward.write("gone@example.org", 600);
  await mailer.tick();
  await expect.poll(async () => (await mailer.tick(), (await steward.row(gone)).status), SOON).toBe("failed");
  expect(await steward.row(gone)).toMatchObject({ errorCode: "mail_rejected" });
  expect(transport.sent).toHaveLength(4);
});

/** Settles when a run waits for its next attempt, held by nobody. */
async function waiting({ db }: TestMail): Promise<void> {
  const held = { text: "select from steward.queue where worker is null and due_at > '-infinity' and isfinite(due_at)" };
  await expect.poll(async () => (await db.admin.query(held)).count, SOON).toBe(1);
}

test("an operator's retry sends what failed anew, once, and the audit says who asked", async () => {
  const steward = await testMail();
  let refuse = true;
  const transport = scriptedTransport(async () =>
    refuse
      ? { kind: "rejected", permanent: true, status: 550, message: "550" }
      : { kind: "accepted", status: 250, bytes: 1 },
  );
  const { mailer } = await steward.worker(transport);
  const id = await steward.write();
  const parts = { database: steward.db.database, clock: steward.clock };
  await expect(retryMail(parts, id, "acc_1")).rejects.toMatchObject({ code: "conflict" });
  await expect(retryMail(parts, steward.ids.uuid(), "acc_1")).rejects.toMatchObject({ code: "not_found" });
  await mailer.tick();
  await expect.poll(async () => (await mailer.tick(), (await steward.row(id)).status), SOON).toBe("failed");
  refuse = false;
  await retryMail(parts, id, "acc_1");
  await expect.poll(async () => (await mailer.tick(), (await steward.row(id)).status), SOON).toBe("sent");
  expect(await steward.row(id)).toMatchObject({ attempt: 2, errorCode: null });
  expect(transport.sent).toHaveLength(2);
  expect(await auditOf(steward.db)).toContain('"action":"mail.retried"');
  await expect(retryMail(parts, id, "acc_1")).rejects.toBeInstanceOf(AppError);
});

test("O3 without a mail server nothing is begun", async () => {
  const steward = await testMail();
  const { mailer } = await steward.worker(null);
  const id = await steward.write();
  await mailer.tick();
  expect(await steward.row(id)).toMatchObject({ status: "queued", run: null });
});

test("R5 a worker that dies between intent and outcome leaves a message that is sent again, by whoever takes over", async () => {
  const steward = await testMail();
  const dying = scriptedTransport(() => new Promise(() => undefined));
  const first = await steward.worker(dying, false);
  const id = await steward.write();
  await first.mailer.tick();
  await expect.poll(() => dying.sent.length, SOON).toBe(1);
  const { live } = first.running.parts;
  for (const run of live.values()) run.gone = true;
  live.clear();

  const living = scriptedTransport();
  const { running, mailer } = await steward.worker(living, false);
  await running.lease.beat();
  for (let beats = 0; beats < 2; beats += 1) {
    steward.clock.advance(8_000);
    await running.lease.beat();
  }
  await running.tick();
  await expect.poll(async () => (await mailer.tick(), (await steward.row(id)).status), SOON).toBe("sent");
  expect(living.sent.map((each) => each.id)).toEqual(dying.sent.map((each) => each.id));
  expect(dying.sent).toHaveLength(1);
});

test("the flow is published once, and again only when the program's file means something else", async () => {
  const steward = await testMail();
  expect(await publishOwnFlow(steward.flowParts, MAIL_SLUG, MAIL_FLOW)).toBe(1);
  expect(await publishOwnFlow(steward.flowParts, MAIL_SLUG, { ...MAIL_FLOW, timeoutMs: 200_000_000 })).toBe(2);
});

test("no other project can publish a step of kind mail, and one that asked all the same would be refused", async () => {
  const steward = await testMail();
  const parts = { ...steward.flowParts, kinds: stepKinds({ checkCode }) };
  const file = { ...MAIL_FLOW, name: "mine" };
  const { draft } = await saveDraft(parts, steward.other, "mine", JSON.stringify(file), "application/json");
  expect(draft.problems[0]?.field).toBe("steps[0].kind");
  await expect(publishFlow(parts, steward.other, "mine", steward.ids.uuid(), "mem_1")).rejects.toMatchObject({
    code: "flow_has_problems",
  });

  const transport = scriptedTransport();
  const { running } = await steward.worker(transport);
  const id = await steward.write();
  await saveDraft(steward.flowParts, steward.other, "mine", JSON.stringify(file), "application/json");
  await publishFlow(steward.flowParts, steward.other, "mine", steward.ids.uuid(), "mem_1");
  const version = await steward.flowParts.versions.published(steward.other, "mine");
  const input = { body: { message: id, template: "reset" } };
  const wish = { scope: steward.other, version: version!, trigger: "manual", input };
  const started = await running.engine.startRun(wish, null, 0);
  await expect
    .poll(
      async () =>
        (
          await steward.db.admin.query({
            text: "select 1 from steward.audit_batches where entries::text like '%own_run%'",
          })
        ).count,
      SOON,
    )
    .toBeGreaterThan(0);
  expect(started.repeated).toBe(false);
  expect(transport.sent).toEqual([]);
});

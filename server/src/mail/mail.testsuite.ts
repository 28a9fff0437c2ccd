/** The installation's project on a real database with an engine that sends its mail, and the outbox's entrance. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { fakeClock, type FakeClock } from "../../test/engine.ts";
import { openTestKeys } from "../../test/open-test-keys.ts";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import { checkCode } from "../adapters/quickjs/check-code.ts";
import { systemIds } from "../adapters/system/system-ids.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { Mail } from "../core/mail-message.ts";
import type { MailTransport } from "../core/ports/mail-transport.ts";
import type { RunningEngine } from "../engine/create-engine.ts";
import { createProjects, type Projects } from "../engine/projects.ts";
import type { FlowParts } from "../flows/flow-parts.ts";
import { createVersions } from "../flows/load-versions.ts";
import { publishOwnFlow } from "../flows/publish-own-flow.ts";
import type { Keyring } from "../keyring/keyring.ts";
import { installationKinds } from "../steps/installation-kinds.ts";
import { stepKinds } from "../steps/kinds.ts";
import { INSTALLATION, INSTALLATION_SCOPE } from "../store/installation.ts";
import { findOutbox, listOutbox, type OutboxRow } from "../store/outbox.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { createMail } from "./create-mail.ts";
import { MAIL_FLOW, MAIL_SLUG } from "./mail-flow.ts";
import { mailWorker, type MailWorker } from "./mail-worker.testsuite.ts";

export interface TestMail {
  readonly db: StewardDatabase;
  readonly clock: FakeClock;
  readonly ids: Ids;
  /** Where keys and blobs lie. */
  readonly folder: string;
  readonly keyring: Keyring;
  readonly projects: Projects;
  readonly flowParts: FlowParts;
  readonly mail: Mail;
  readonly logs: string[];
  /** A project beside the installation's. */
  readonly other: Scope;
  /** A worker process that sends by this transport. */
  worker(transport: MailTransport | null, start?: boolean): Promise<MailWorker>;
  /** Writes one message in a transaction of its own; gives its id. */
  write(to?: string, lifeMinutes?: number): Promise<string>;
  rows(): Promise<readonly OutboxRow[]>;
  row(id: string): Promise<OutboxRow>;
}

export async function testMail(): Promise<TestMail> {
  const db = await stewardDatabase();
  const folder = mkdtempSync(path.join(tmpdir(), "steward-mail-"));
  const clock = fakeClock(Date.now());
  const ids = systemIds(() => clock.nowMs());
  const keyring = await openTestKeys(folder, clock);
  const other = { organization: ids.uuid(), project: ids.uuid() };
  await makeProject(db, keyring, INSTALLATION_SCOPE);
  await makeProject(db, keyring, other);
  const logs: string[] = [];
  const log = (message: string, error?: unknown): void =>
    void logs.push(error instanceof Error ? `${message}: ${error.stack}` : message);
  const projects = createProjects(keyring, () => Promise.resolve({}));
  const kinds = installationKinds(stepKinds({ checkCode }));
  const { database } = db;
  const versions = createVersions({ database, projects, kinds, clock });
  const changes = { flow: (flow: string) => versions.forget(flow), project: () => undefined };
  const flowParts = { database, clock, ids, projects, versions, kinds, changes, publicUrl: "http://steward.test" };
  await publishOwnFlow(flowParts, MAIL_SLUG, MAIL_FLOW);
  const keysOf = async (scope: Scope) => (await projects.get(scope)).keys;
  const mail = createMail({ keysOf, ids, clock });
  const { dispatch } = db;
  const ground = { database, dispatch, clock, ids, projects, versions, folder, log, keysOf };
  const closing: (() => Promise<unknown>)[] = [];
  onTestFinished(async () => {
    for (const close of closing.toReversed()) await close();
    await db.drop();
    rmSync(folder, { recursive: true, force: true });
  });
  const row = async (id: string): Promise<OutboxRow> => {
    const found = await findOutbox(database, id);
    if (found === null) throw new Error(`no message ${id}`);
    return found;
  };
  return {
    db,
    clock,
    ids,
    projects,
    folder,
    keyring,
    other,
    logs,
    mail,
    flowParts,
    row,
    rows: () => listOutbox(database, { before: null, limit: 100 }),
    async write(to = "ada@example.org", lifeMinutes = 60) {
      const values = { name: "Ada", link: "https://steward.test/reset?token=canary-token", lifeMinutes };
      await inScope(database, other, (tx) => mail.send(tx, { to, template: "reset", values }));
      return (await listOutbox(database, { before: null, limit: 1 }))[0]!.id;
    },
    async worker(transport, start = true) {
      const notifications = await db.notifications(`w${ids.bytes(6).toString("hex")}`);
      const worker = await mailWorker({ ...ground, notifications }, transport);
      if (start) worker.running.start();
      closing.push(async () => {
        await worker.mailer.stop();
        await worker.running.stop(500);
      });
      return worker;
    },
  };
}

async function makeProject({ database }: StewardDatabase, keyring: Keyring, scope: Scope): Promise<void> {
  await keyring.createOrganization(scope.organization);
  await keyring.createProject(scope.organization, scope.project);
  await inScope(database, scope, async (tx) => {
    await tx.query({
      text: "insert into steward.organizations (id, name, created_at) values ($1, 'test', now())",
      values: [scope.organization],
    });
    await tx.query({
      text: "insert into steward.projects (organization, id, slug, name, created_at) values ($1, $2, 'test', 'test', now())",
      values: [scope.organization, scope.project],
    });
  });
}

/** A transport that answers as told and keeps what it was given. */
export function scriptedTransport(
  answer: MailTransport["send"] = async () => ({ kind: "accepted", status: 250, bytes: 1 }),
): MailTransport & { readonly sent: Parameters<MailTransport["send"]>[0][] } {
  const sent: Parameters<MailTransport["send"]>[0][] = [];
  return {
    host: "mail.test",
    sent,
    send(message, sending) {
      if (!sending.beforeFirstByte()) {
        return Promise.resolve({ kind: "refused", code: "cancelled", message: "It was cancelled." });
      }
      sent.push(message);
      return answer(message, sending);
    },
    abortAll: () => undefined,
    close: () => Promise.resolve(),
  };
}

/** All that the installation's runs have kept: records, opened. */
export async function recordsOf(running: RunningEngine, run: string): Promise<string> {
  const [view, steps] = await Promise.all([
    running.engine.readRun(INSTALLATION_SCOPE, run),
    running.engine.listSteps(INSTALLATION_SCOPE, run, 0, 100, null),
  ]);
  return JSON.stringify({ view, steps });
}

/** All that the audit of the installation has. */
export async function auditOf({ database }: StewardDatabase): Promise<string> {
  return await inScope(database, INSTALLATION_SCOPE, async (tx) => {
    const { rows } = await tx.query<{ entries: unknown }>({
      text: "select entries from steward.audit_batches where organization = $1",
      values: [INSTALLATION],
    });
    return JSON.stringify(rows);
  });
}

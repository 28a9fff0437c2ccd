/** An engine and a mailer as a worker process has them, on parts that are given: for tests, and for processes that tests kill. */
import path from "node:path";
import { diskBlobs } from "../adapters/blobs/disk-blobs.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { CodeRunner } from "../core/ports/code-runner.ts";
import type { Database } from "../core/ports/database.ts";
import type { Egress } from "../core/ports/egress.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { MailTransport } from "../core/ports/mail-transport.ts";
import type { Notifications } from "../core/ports/notifications.ts";
import { createBlobValues } from "../engine/blob-values.ts";
import { createEngine, type RunningEngine } from "../engine/create-engine.ts";
import { ENGINE_LIMITS } from "../engine/engine-parts.ts";
import type { Projects } from "../engine/projects.ts";
import type { Versions } from "../engine/versions.ts";
import { createGate } from "../gate/create-gate.ts";
import { inForce } from "../gate/policy.testsuite.ts";
import { sendMail } from "../gate/send-mail.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { findOutbox } from "../store/outbox.ts";
import type { Scope } from "../store/scope.ts";
import { createMailer, type Mailer } from "./create-mailer.ts";

export interface MailWorker {
  readonly running: RunningEngine;
  readonly mailer: Mailer;
}

export interface MailWorkerParts {
  readonly database: Database;
  readonly dispatch: Database;
  readonly notifications: Notifications;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly projects: Projects;
  readonly versions: Versions;
  readonly keysOf: (scope: Scope) => Promise<ProjectKeys>;
  /** Where blobs lie. */
  readonly folder: string;
  readonly log: (message: string, error?: unknown) => void;
}

const NEVER: Egress = {
  request: () => Promise.reject(new Error("no HTTP here")),
  abortAll: () => undefined,
  inFlight: () => 0,
  close: () => Promise.resolve(),
};
const NO_CODE = { run: () => Promise.reject(new Error("no code here")) } as unknown as CodeRunner;

/** Without a transport it has no mail server. Neither engine nor mailer is started. */
export async function mailWorker(parts: MailWorkerParts, transport: MailTransport | null): Promise<MailWorker> {
  const { database, clock, ids, projects, versions, folder, log, keysOf, notifications } = parts;
  const findMessage = (id: string): ReturnType<typeof findOutbox> => findOutbox(database, id);
  const gate = createGate({
    egress: NEVER,
    findCredential: () => Promise.resolve(null),
    ...inForce(clock),
    keysOf,
    clock,
    log,
    actions: transport === null ? {} : { "mail.send": sendMail({ transport, findMessage, clock, log }) },
  });
  const running = await createEngine({
    ...parts,
    gate,
    code: NO_CODE,
    blobs: createBlobValues(
      diskBlobs(path.join(folder, "blobs"), () => ids.bytes(4).toString("hex")),
      database,
      clock,
    ),
    limits: ENGINE_LIMITS,
    host: "test",
    process: process.pid,
    abortEffects: () => undefined,
    loadAnew: () => Promise.resolve(),
    lanes: 1,
  });
  const { engine } = running;
  const sends = transport !== null;
  const mailer = createMailer({ database, clock, projects, versions, engine, notifications, sends, log });
  return { running, mailer };
}

/**
 * A worker that sends the outbox's mail, as a process of its own that tests may kill: `node sending-process.testsuite.ts
 * <settings as JSON>`. It sends to a mail server on this machine and says nothing.
 */
import type { ClientConfig } from "pg";
import { openTestKeys } from "../../test/open-test-keys.ts";
import { openNotifications } from "../adapters/postgres/notifications.ts";
import { openPool, type Pool } from "../adapters/postgres/pool.ts";
import { checkCode } from "../adapters/quickjs/check-code.ts";
import { createMailTransport } from "../adapters/smtp/create-mail-transport.ts";
import { systemClock } from "../adapters/system/system-clock.ts";
import { systemIds } from "../adapters/system/system-ids.ts";
import { parseAllowList } from "../core/egress/allow-list.ts";
import { invariant } from "../core/invariant.ts";
import { parseSmtpUrl } from "../core/smtp-url.ts";
import { createProjects } from "../engine/projects.ts";
import { createVersions } from "../flows/load-versions.ts";
import { installationKinds } from "../steps/installation-kinds.ts";
import { stepKinds } from "../steps/kinds.ts";
import { mailWorker } from "./mail-worker.testsuite.ts";

export interface SendingSettings {
  readonly connection: ClientConfig;
  /** Where keys and blobs lie. */
  readonly folder: string;
  readonly smtpUrl: string;
}

const { connection, folder, smtpUrl }: SendingSettings = JSON.parse(process.argv[2] ?? "{}");
const log = (message: string, error?: unknown): void => console.error(message, error);
const pool = (options: ClientConfig): Pool =>
  openPool({ connection: { ...connection, ...options }, max: 4, applicationName: "sending", log });
const database = pool({});
const ids = systemIds(() => systemClock.nowMs());
const keyring = await openTestKeys(folder, systemClock);
const projects = createProjects(keyring, () => Promise.resolve({}));
const kinds = installationKinds(stepKinds({ checkCode }));
const server = parseSmtpUrl(smtpUrl);
invariant(server !== null, "the settings name a mail server");
const worker = await mailWorker(
  {
    database,
    dispatch: pool({ options: "-c role=steward_dispatch" }),
    notifications: await openNotifications({
      connection,
      applicationName: "sending",
      worker: `w${ids.bytes(6).toString("hex")}`,
      log,
    }),
    clock: systemClock,
    ids,
    projects,
    versions: createVersions({ database, projects, kinds, clock: systemClock }),
    keysOf: async (scope) => (await projects.get(scope)).keys,
    folder,
    log,
  },
  createMailTransport({
    server,
    from: "steward@example.com",
    allow: parseAllowList("127.0.0.1"),
    nowMs: () => systemClock.monotonicMs(),
    note: () => undefined,
  }),
);
worker.running.start();
await worker.mailer.start();

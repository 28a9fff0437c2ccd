/** What revokes, as a worker has it: an engine and the revoker, on a connecting person's database. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Connecting } from "./connecting.testsuite.ts";
import { diskBlobs } from "../adapters/blobs/disk-blobs.ts";
import { checkCode } from "../adapters/quickjs/check-code.ts";
import type { CodeRunner } from "../core/ports/code-runner.ts";
import type { Gate } from "../core/ports/gate.ts";
import { createBlobValues } from "../engine/blob-values.ts";
import { createEngine, type RunningEngine } from "../engine/create-engine.ts";
import { ENGINE_LIMITS } from "../engine/engine-parts.ts";
import { createVersions } from "../flows/load-versions.ts";
import { publishOwnFlow } from "../flows/publish-own-flow.ts";
import { createGate } from "../gate/create-gate.ts";
import { inForce } from "../gate/policy.testsuite.ts";
import { revokeConnection } from "../gate/revoke-connection.ts";
import { installationKinds } from "../steps/installation-kinds.ts";
import { stepKinds } from "../steps/kinds.ts";
import { createRevoker, type Revoker } from "./create-revoker.ts";
import { REVOKE_FLOW, REVOKE_SLUG } from "./revoke-flow.ts";

export interface Revoking {
  readonly running: RunningEngine;
  readonly revoker: Revoker;
  readonly gate: Gate;
  /** Another process's, on the same engine. */
  another(): Revoker;
  close(): Promise<void>;
}

const NO_CODE = { run: () => Promise.reject(new Error("no code here")) } as unknown as CodeRunner;

export async function revoking({ http }: Connecting): Promise<Revoking> {
  const { clock, db, parts, connections } = http;
  const { database, dispatch, ids, projects, log } = parts;
  const kinds = installationKinds(stepKinds({ checkCode, connectors: [] }));
  const versions = createVersions({ database, projects, kinds, clock });
  const changes = { flow: (flow: string) => versions.forget(flow), project: () => undefined };
  await publishOwnFlow({ ...parts, versions, kinds, changes }, REVOKE_SLUG, REVOKE_FLOW);
  const gate = createGate({
    ...inForce(clock),
    egress: connections.parts.egress,
    findCredential: () => Promise.resolve(null),
    keysOf: async (scope) => (await projects.get(scope)).keys,
    clock,
    log,
    actions: { "connection.revoke": revokeConnection(connections.parts) },
  });
  const folder = mkdtempSync(path.join(tmpdir(), "steward-revoke-"));
  const running = await createEngine({
    database,
    dispatch,
    clock,
    ids,
    notifications: await db.notifications(`w${randomUUID().slice(0, 8)}`),
    projects,
    versions,
    gate,
    code: NO_CODE,
    blobs: createBlobValues(
      diskBlobs(folder, () => ids.bytes(4).toString("hex")),
      database,
      clock,
    ),
    limits: ENGINE_LIMITS,
    host: "test",
    process: process.pid,
    abortEffects: () => undefined,
    loadAnew: () => Promise.resolve(),
    lanes: 1,
    log,
  });
  running.start();
  const another = (): Revoker =>
    createRevoker({ database, dispatch, clock, projects, versions, engine: running.engine, log });
  return {
    running,
    gate,
    revoker: another(),
    another,
    async close() {
      await running.stop(500);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

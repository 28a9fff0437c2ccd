/** An organization with an audit of its own, for tests: real batches of acts and of writers, and a key that signs. */
import { testKey, type TestKey } from "../../test/audit-key.ts";
import { fakeClock, type FakeClock } from "../../test/engine.ts";
import { stewardDatabase, type StewardDatabase } from "../../test/steward-database.ts";
import { systemIds } from "../adapters/system/system-ids.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import { createAuditChain, type AuditChain } from "../engine/audit-chain.ts";
import { appendActs } from "../store/append-acts.ts";
import { insertAuditBatch } from "../store/audit.ts";
import { insertOrganization, organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import { exportAudit, type ExportSpan } from "./export-audit.ts";
import { createHeadSigner, type HeadSigner } from "./sign-heads.ts";

export interface AuditWorld {
  readonly db: StewardDatabase;
  readonly clock: FakeClock;
  readonly organization: string;
  readonly heads: HeadSigner;
  readonly logs: string[];
  key: TestKey;
  uuid(): string;
  act(action?: string, more?: Partial<AuditEntry>): Promise<void>;
  /** One flush of a writer's chain. */
  write(chain: AuditChain, entries: number): Promise<void>;
  export(span?: Partial<ExportSpan>): Promise<string>;
  /** Another process's signer. */
  signer(): HeadSigner;
}

export function entryOf(atMs: number, action: string, more: Partial<AuditEntry> = {}): AuditEntry {
  return { atMs, project: null, actor: "mem_1", action, target: "member:1", facts: { n: 1 }, ...more };
}

/** @param db a database to share; its own when it is left out */
export async function auditWorld(db?: StewardDatabase): Promise<AuditWorld> {
  const own = db ?? (await stewardDatabase());
  const clock = fakeClock(Date.parse("2026-11-21T12:00:00Z"));
  const ids = systemIds(() => clock.nowMs());
  const organization = ids.uuid();
  const scope = organizationScope(organization);
  const logs: string[] = [];
  await inScope(own.database, scope, (tx) =>
    tx.query(insertOrganization({ id: organization, name: "Audited", createdAt: clock.nowMs() })),
  );
  const signer = (): HeadSigner =>
    createHeadSigner({
      database: own.database,
      dispatch: own.dispatch,
      clock,
      openKey: () => Promise.resolve(world.key),
      log: (message, error) => void logs.push(`${message} ${error instanceof Error ? error.message : ""}`),
    });
  const world: AuditWorld = {
    db: own,
    clock,
    organization,
    heads: signer(),
    logs,
    key: testKey(),
    signer,
    uuid: () => ids.uuid(),
    act: (action = "member.removed", more = {}) =>
      inScope(own.database, scope, (tx) =>
        appendActs(tx, organization, [entryOf(clock.nowMs(), action, more)], clock.nowMs()),
      ),
    async write(chain, entries) {
      const list = Array.from({ length: entries }, (_, n) =>
        entryOf(clock.nowMs(), "effect.intent", { actor: "flow:order", target: `run_1/step${n}`, facts: { n } }),
      );
      const batch = chain.next(organization, list, clock.nowMs());
      await inScope(own.database, scope, (tx) => tx.query(insertAuditBatch(batch)));
      chain.advance(batch);
    },
    async export(span = {}) {
      const parts = { database: own.database, clock, heads: world.heads };
      const pieces = await Array.fromAsync(exportAudit(parts, organization, { fromMs: null, toMs: null, ...span }));
      return pieces.join("");
    },
  };
  return world;
}

/** Some hours of acts and effects by two writers, with heads between. */
export async function busyWorld(): Promise<AuditWorld> {
  const world = await auditWorld();
  const chains = [createAuditChain(world.uuid()), createAuditChain(world.uuid())];
  for (let hour = 0; hour < 4; hour++) {
    await world.act("flow.published");
    for (const chain of chains) for (let n = 1; n <= 3; n++) await world.write(chain, n);
    await world.act("credential.set");
    world.clock.advance(3_600_000);
    await world.heads.tick();
  }
  await world.act("flow.deleted");
  return world;
}

export function chainOf(world: AuditWorld): AuditChain {
  return createAuditChain(world.uuid());
}

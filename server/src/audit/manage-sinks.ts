/** Where an organization's audit is sent: added, listed and removed by people with `audit.write`. */
import type { AuditSink, NewAuditSink } from "@steward/sdk";
import { judgeHttpAddress, parseSyslogAddress } from "../core/audit-address.ts";
import type { AuditEntry } from "../core/audit-entry.ts";
import { AppError } from "../core/errors.ts";
import { parseId, showId, uuidBytes } from "../core/id.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Database } from "../core/ports/database.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { appendActs } from "../store/append-acts.ts";
import { deleteSink, insertSink, listSinks, skipToEnds, type NewSink, type SinkRow } from "../store/audit-sinks.ts";
import { lockOrganization, organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import { SINK_SECRET } from "./deliver-sinks.ts";

export interface ManageSinkParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Of INSTALLATION_SCOPE. */
  readonly keys: () => Promise<ProjectKeys>;
}

/** Who does it, and in which organization. */
export interface SinkCaller {
  readonly organization: string;
  readonly member: string;
  /** As the audit names them. */
  readonly shownId: string;
}

export const SINKS_MAX = 10;

/** Throws `value_invalid` with `field`, and `conflict` when there are `SINKS_MAX`. */
export async function createSink(
  parts: ManageSinkParts,
  { organization, member, shownId }: SinkCaller,
  { kind, address, secret, since }: NewAuditSink,
): Promise<AuditSink> {
  const wrong = kind === "http" ? judgeHttpAddress(address) : phraseOf(parseSyslogAddress(address));
  if (wrong !== null) throw new AppError("value_invalid", `address: ${wrong}`, { field: "address" });
  if (kind === "syslog" && secret !== undefined)
    throw new AppError("value_invalid", "secret: syslog carries none", { field: "secret" });
  const id = parts.ids.uuid();
  const createdAt = parts.clock.nowMs();
  const sealed = secret === undefined ? null : await sealSecret(parts, id, secret);
  const sink: NewSink = { organization, id, kind, address, secret: sealed, createdAt, createdBy: member };
  await inScope(parts.database, organizationScope(organization), async (tx) => {
    await lockOrganization(tx, organization);
    if ((await listSinks(tx, organization)).length >= SINKS_MAX)
      throw new AppError("conflict", `The organization has ${SINKS_MAX} sinks already: delete one first.`);
    await tx.query(insertSink(sink));
    if (since !== "start") await tx.query(skipToEnds(organization, id));
    await appendActs(tx, organization, [actOf(shownId, "audit_sink.created", id, { kind }, createdAt)], createdAt);
  });
  const fresh = { failures: 0, lastError: null, lastErrorAt: null, sent: 0, sentAt: null, dueAt: createdAt };
  return showSink({ ...sink, ...fresh });
}

export async function listSinksOf(
  { database }: Pick<ManageSinkParts, "database">,
  organization: string,
): Promise<readonly AuditSink[]> {
  return (await inScope(database, organizationScope(organization), (tx) => listSinks(tx, organization))).map(showSink);
}

/** Throws `not_found`. */
export async function removeSink(
  parts: Pick<ManageSinkParts, "database" | "clock">,
  { organization, shownId }: SinkCaller,
  shown: string,
): Promise<void> {
  const id = parseId("snk", shown);
  await inScope(parts.database, organizationScope(organization), async (tx) => {
    if (id === null || !(await deleteSink(tx, organization, id)))
      throw new AppError("not_found", "There is no such sink in this organization.");
    const now = parts.clock.nowMs();
    await appendActs(tx, organization, [actOf(shownId, "audit_sink.deleted", id, {}, now)], now);
  });
}

function actOf(actor: string, action: string, id: string, facts: AuditEntry["facts"], atMs: number): AuditEntry {
  return { atMs, project: null, actor, action, target: showId("snk", id), facts };
}

async function sealSecret(parts: ManageSinkParts, id: string, secret: string): Promise<Buffer> {
  const plain = Buffer.from(secret, "utf8");
  const sealed = (await parts.keys()).seal("sink", SINK_SECRET, uuidBytes(id), plain);
  plain.fill(0);
  return sealed;
}

function phraseOf(parsed: ReturnType<typeof parseSyslogAddress>): string | null {
  return typeof parsed === "string" ? parsed : null;
}

function time(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

function showSink(row: SinkRow): AuditSink {
  return {
    id: showId("snk", row.id),
    kind: row.kind,
    address: row.address,
    secret: row.secret !== null,
    createdAt: new Date(row.createdAt).toISOString(),
    sent: row.sent,
    sentAt: time(row.sentAt),
    failures: row.failures,
    lastError: row.lastError,
    lastErrorAt: time(row.lastErrorAt),
  };
}

/** The end of a connection, in one transaction: what it was is erased, what rests on it ends, the provider is to be told. */
import { actOn, type AuditEntry } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import { endLineCaps } from "../store/caps.ts";
import { deleteConnectStates } from "../store/connect-states.ts";
import { type ConnectionRow, findOwnIn, lockConnection, setDisconnected } from "../store/connections.ts";
import { endGrants } from "../store/grants.ts";
import { newRevocation } from "../store/new-revocation.ts";
import { insertRevocation } from "../store/revocations.ts";
import type { Scope } from "../store/scope.ts";
import type { ConnectionParts } from "./connection-parts.ts";

export interface EndConnection {
  readonly connection: string;
  /** The id of its receipt. */
  readonly revocation: string;
  /** As the audit names who ends it. */
  readonly by: string;
  /** Why, where it was not asked for itself. */
  readonly because?: "member" | "project" | "abandoned";
}

type Parts = Pick<ConnectionParts, "clock" | "connections">;

/**
 * In the project's scope. Gives what is to be audited with it, by the last statement; null when it was over already, or
 * never there. Locks: the connection first, then its grants and their caps, then the flows that use it.
 */
export async function endConnection(
  parts: Parts,
  tx: Transaction,
  scope: Scope,
  end: EndConnection,
): Promise<readonly AuditEntry[] | null> {
  const { project, organization } = scope;
  const row = await lockConnection(tx, project, end.connection);
  if (row === null || row.status === "disconnected") return null;
  const isOwn = row.owner !== null && (await findOwnIn(tx, project, row.owner, row.connector)) === row.id;
  const atMs = parts.clock.nowMs();
  const { slot, way } = await parts.connections.secrets.toRevoke({ ...scope, ...row }, end.revocation);
  const { by } = end;
  await tx.query(setDisconnected(project, row.id, atMs));
  await deleteConnectStates(tx, project, row.id);
  const receipt = { id: end.revocation, connection: row, slot, way, erased: erasedOf(row), by, atMs };
  await tx.query(insertRevocation(scope, newRevocation(receipt)));
  const grants = await endGrants(tx, project, { connection: row.id }, { by, atMs });
  await tx.query(
    endLineCaps(
      organization,
      grants.map((grant) => `grant:${showId("grt", grant.id)}`),
      atMs,
    ),
  );
  const { id, slug, connector, owner, flow } = row;
  const acts = await parts.connections.endings.begin(tx, scope, {
    id: end.revocation,
    of: { kind: "connection", connection: { id, slug, connector, owner, flow, isOwn }, grants },
    by,
    atMs,
    cancels: end.because !== "project",
  });
  const facts = {
    slug,
    connector,
    grants: grants.length,
    revocation: showId("rev", end.revocation),
    because: end.because ?? null,
  };
  return [...acts, actOn(project, by, "connection.disconnected", showId("con", id), facts, atMs)];
}

/** What there was of it, as the receipt names it. */
function erasedOf(row: ConnectionRow): string[] {
  const had: readonly (readonly [name: string, had: boolean])[] = [
    ["tokens", row.secret !== null],
    ["scopes", row.scopes.length > 0],
    ["account", row.account !== null],
    ["address", row.hosts.length > 0],
    ["times", row.connectedAt !== null],
  ];
  return had.flatMap(([name, was]) => (was ? [name] : []));
}

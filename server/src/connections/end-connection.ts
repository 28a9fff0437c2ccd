/** The end of a connection, in one transaction: what it was is erased, what rests on it ends, the provider is to be told. */
import { actOn } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import type { Transaction } from "../core/ports/database.ts";
import { appendActs } from "../store/append-acts.ts";
import { endLineCaps } from "../store/caps.ts";
import { deleteConnectStates } from "../store/connect-states.ts";
import { type ConnectionRow, lockConnection, setDisconnected } from "../store/connections.ts";
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
 * In the project's scope. False when it was over already, or never there. The last statement writes the audit. Locks: the
 * connection first, then its grants and their caps.
 */
export async function endConnection(parts: Parts, tx: Transaction, scope: Scope, end: EndConnection): Promise<boolean> {
  const { project, organization } = scope;
  const row = await lockConnection(tx, project, end.connection);
  if (row === null || row.status === "disconnected") return false;
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
      grants.map((grant) => `grant:${showId("grt", grant)}`),
      atMs,
    ),
  );
  const { slug, connector } = row;
  const facts = {
    slug,
    connector,
    grants: grants.length,
    revocation: showId("rev", end.revocation),
    because: end.because ?? null,
  };
  const act = actOn(project, by, "connection.disconnected", showId("con", row.id), facts, atMs);
  await appendActs(tx, organization, [act], atMs);
  return true;
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

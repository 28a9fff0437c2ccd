import type { TestedConnection } from "@steward/sdk";
import { actOn } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import { appendActs } from "../store/append-acts.ts";
import { setAccount, setConnectionError } from "../store/connections.ts";
import { inScope } from "../store/scope.ts";
import type { ConnectionCaller, ConnectionParts } from "./connection-parts.ts";
import { requireOwn } from "./connection-refusals.ts";
import { getConnection, requireConnection } from "./list-connections.ts";
import { sealAccount } from "./provider-account.ts";

/** Asks the provider whose account it is, or tries to sign in where nobody could say. A connection that it finds dead is `reauth_required` from then on. */
export async function testConnection(
  parts: ConnectionParts,
  caller: ConnectionCaller,
  slug: string,
): Promise<TestedConnection> {
  const { scope, shownId } = caller;
  const row = await requireConnection(parts, caller, slug);
  requireOwn(parts, caller, row, "testConnection");
  const asked = await parts.connections.secrets.askAccount({ ...scope, id: row.id });
  const ok = asked.kind === "account";
  const keys = await parts.connections.keysOf(scope);
  const atMs = parts.clock.nowMs();
  await inScope(parts.database, scope, async (tx) => {
    if (ok) {
      const { account, label } = asked;
      await tx.query(setAccount(scope.project, row.id, sealAccount(keys, row.id, { account, label })));
    }
    if (!ok) await tx.query(setConnectionError(scope.project, row.id, asked.code));
    const facts = { slug, connector: row.connector, code: ok ? null : asked.code };
    const act = actOn(scope.project, shownId, "connection.tested", showId("con", row.id), facts, atMs);
    await appendActs(tx, scope.organization, [act], atMs);
  });
  const connection = await getConnection(parts, caller, slug);
  return { ok, code: ok ? null : asked.code, message: ok ? (asked.note ?? null) : asked.message, connection };
}

/** The end of every consent: fresh tokens take their place, if the connection still is what was consented for. */
import { actOn } from "../core/audit-entry.ts";
import { showId } from "../core/id.ts";
import type { SealedTokens } from "../core/ports/connections.ts";
import { appendActs } from "../store/append-acts.ts";
import { type ConnectionRow, lockConnection, setConnected } from "../store/connections.ts";
import { newRevocation } from "../store/new-revocation.ts";
import { insertRevocation } from "../store/revocations.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { ConnectionParts } from "./connection-parts.ts";
import { openAccount, sealAccount } from "./provider-account.ts";

/** `other_account`: grants were given on another one; `account_unknown`: nobody could tell; `gone`: it was disconnected meanwhile. */
export type KeptConnected = "connected" | "other_account" | "account_unknown" | "gone";

export interface ConsentEnded {
  /** As it was before; with the client that the consent was asked with. */
  readonly row: ConnectionRow;
  readonly authentication: "oauth2" | "device";
  readonly tokens: SealedTokens;
  /** As the audit names who consented. */
  readonly by: string;
}

/**
 * What the grants on a connection allow, they allow on the account they were given for: tokens of another are not kept.
 * Nor are they revoked, for at some providers that would end all grants of that account to the same client.
 */
export async function keepConnected(parts: ConnectionParts, scope: Scope, ended: ConsentEnded): Promise<KeptConnected> {
  const { row, tokens, by } = ended;
  const keys = await parts.connections.keysOf(scope);
  const known = openAccount(keys, row);
  if (known !== null && tokens.account === null) return "account_unknown";
  if (known !== null && tokens.account?.account !== known.account) return "other_account";
  const atMs = parts.clock.nowMs();
  const kept = await inScope(parts.database, scope, async (tx): Promise<KeptConnected> => {
    const now = await lockConnection(tx, scope.project, row.id);
    if (now === null || now.status === "disconnected") {
      const revocation = parts.ids.uuid();
      const connection = { ...scope, ...row, secret: tokens.secret };
      const { slot, way } = await parts.connections.secrets.toRevoke(connection, revocation);
      await tx.query(
        insertRevocation(scope, newRevocation({ id: revocation, connection: row, slot, way, erased: [], by, atMs })),
      );
      return "gone";
    }
    const account = tokens.account === null ? null : sealAccount(keys, row.id, tokens.account);
    const { secret, scopes, expiresAt: secretExpiresAt } = tokens;
    const { authentication } = ended;
    await tx.query(
      setConnected(scope.project, row.id, {
        authentication,
        secret,
        scopes,
        secretExpiresAt,
        account,
        client: row.client,
        atMs,
      }),
    );
    const facts = { slug: row.slug, connector: row.connector, scopes: scopes.length, before: row.status };
    const act = actOn(scope.project, by, "connection.connected", showId("con", row.id), facts, atMs);
    await appendActs(tx, scope.organization, [act], atMs);
    return "connected";
  });
  if (kept === "gone") parts.connections.revokeSoon();
  else await parts.connections.words.sayChanged(scope);
  return kept;
}

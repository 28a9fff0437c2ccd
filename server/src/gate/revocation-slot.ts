/** What is kept of a connection's tokens for one purpose: to have them revoked at the provider. */
import type { Connector } from "@steward/sdk";
import { placeOf } from "../catalogue/tables.ts";
import { isElsewhere } from "../core/connectors/is-elsewhere.ts";
import { uuidBytes } from "../core/id.ts";
import { parseOwn } from "../core/json.ts";
import type { ConnectionToMake } from "../core/ports/connections.ts";
import type { ProjectKeys } from "../keyring/keyring.ts";
import { openCredential } from "../keyring/open-credential.ts";
import { SealError } from "../keyring/seal-error.ts";
import { newRevocation } from "../store/new-revocation.ts";
import { findConnectionById } from "../store/connections.ts";
import { listHooksOf } from "../store/event-hooks.ts";
import { insertRevocation } from "../store/revocations.ts";
import { inScope, type Scope } from "../store/scope.ts";
import { type HeldSecret, openHeld, type readySecret } from "./connection-secret.ts";
import { type ConnectionGateParts, openOAuthClient } from "./oauth-client.ts";

const SLOT = placeOf("revocations", "slot");

/** Copied from where they were, so that what happens there from now on does not matter. */
export interface RevocationSlot {
  readonly access: string;
  readonly refresh: string | null;
  readonly clientId: string;
  readonly clientSecret: string | null;
  /** Hooks that are to be taken away before; left out where there were none. */
  readonly hooks?: SlotHooks;
  /** The provider has no way to revoke: only the hooks are left to do. */
  readonly hooksOnly?: true;
}

/** What calls to the provider need after the connection has ended. */
export interface SlotHooks {
  readonly held: HeldSecret;
  readonly facts: Parameters<typeof readySecret>[1];
}

/** Throws `SealError`. */
export function openSlot(keys: ProjectKeys, revocation: string, sealed: Buffer): RevocationSlot {
  const plain = openCredential(keys, SLOT, uuidBytes(revocation), sealed);
  const slot = parseOwn<RevocationSlot>(plain.toString("utf8"));
  plain.fill(0);
  return slot;
}

function sealSlot(keys: ProjectKeys, revocation: string, slot: RevocationSlot): Buffer {
  const plain = Buffer.from(JSON.stringify(slot));
  const sealed = keys.seal("credential", SLOT, uuidBytes(revocation), plain);
  plain.fill(0);
  return sealed;
}

/** As `ConnectionSecrets.toRevoke` says. A secret that does not open any more is as good as none. */
export async function toRevoke(
  parts: ConnectionGateParts,
  connection: ConnectionToMake & { readonly secret: Buffer | null },
  revocation: string,
): Promise<{ readonly slot: Buffer | null; readonly way: "supported" | "unsupported" | "nothing_held" }> {
  const { organization, project, id, secret } = connection;
  if (secret === null) return { slot: null, way: "nothing_held" };
  try {
    const keys = await parts.keysOf({ organization, project });
    const held = openHeld(keys, id, secret);
    const slot = withHooks(await slotOf(parts, connection, held), await hooksOf(parts, connection, held));
    return slot === null ? { slot, way: "unsupported" } : { slot: sealSlot(keys, revocation, slot), way: "supported" };
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    parts.log(
      `the secret of a connection of ${connection.connector} does not open, so that it can't be revoked`,
      error,
    );
    return { slot: null, way: "nothing_held" };
  }
}

async function slotOf(
  parts: ConnectionGateParts,
  connection: ConnectionToMake,
  held: HeldSecret,
): Promise<RevocationSlot | null> {
  const connector = await parts.connectors.find(connection, connection.connector);
  if (held.kind !== "tokens" || connector === null || !canRevoke(connector) || isElsewhere(connector, connection))
    return null;
  const client = await openOAuthClient(parts, connection, connection.connector, connection.client);
  if (client === null) return null;
  return { access: held.access, refresh: held.refresh, ...client };
}

/** Null where the provider knows no address of ours. */
async function hooksOf(parts: ConnectionGateParts, at: ConnectionToMake, held: HeldSecret): Promise<SlotHooks | null> {
  const { organization, project, id } = at;
  const scope = { organization, project };
  const [hooks, row] = await Promise.all([
    listHooksOf(parts.database, scope, id, 1),
    findConnectionById(parts.database, scope, id),
  ]);
  if (hooks.length === 0 || row === null) return null;
  const { address, authentication, scopes, hosts, generation } = row;
  return { held, facts: { address, authentication, scopes, hosts, generation } };
}

function withHooks(slot: RevocationSlot | null, hooks: SlotHooks | null): RevocationSlot | null {
  if (hooks === null) return slot;
  return slot === null
    ? { access: "", refresh: null, clientId: "", clientSecret: null, hooks, hooksOnly: true }
    : { ...slot, hooks };
}

function canRevoke({ authentication }: Connector): boolean {
  return authentication.some(
    (way) => way.kind === "oauth2" && (way.revocationUrl !== null || way.revocation !== undefined),
  );
}

/** Tokens that came after the connection was disconnected: they are revoked too, under a receipt of their own. */
export async function revokeLate(
  parts: ConnectionGateParts,
  scope: Scope,
  connection: Omit<ConnectionToMake, "organization" | "project"> & { readonly slug: string },
  held: HeldSecret,
): Promise<void> {
  const slot = await slotOf(parts, { ...scope, ...connection }, held);
  if (slot === null) return;
  const id = parts.ids.uuid();
  const sealed = sealSlot(await parts.keysOf(scope), id, slot);
  const row = newRevocation({
    id,
    connection,
    slot: sealed,
    way: "supported",
    erased: [],
    by: "system",
    atMs: parts.clock.nowMs(),
  });
  await inScope(parts.database, scope, (tx) => tx.query(insertRevocation(scope, row)));
}

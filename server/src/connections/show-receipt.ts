import { type Receipt, Stopped } from "@steward/sdk";
import { showId } from "../core/id.ts";
import { isoTime, isoTimeOrNull } from "../people/iso-time.ts";
import type { RevocationRow } from "../store/revocations.ts";
import type { Scope } from "../store/scope.ts";
import type { ConnectionParts } from "./connection-parts.ts";
import { consentWayOf } from "./prepare-consent.ts";

/** What is left of a connection, as its receipt says it. */
export async function showReceipt(
  { connections }: Pick<ConnectionParts, "connections">,
  scope: Scope,
  row: RevocationRow,
): Promise<Receipt> {
  const connector = await connections.connectors.find(scope, row.connector);
  return {
    id: showId("rev", row.id),
    connection: showId("con", row.connection),
    connector: row.connector,
    slug: row.slug,
    status: row.status,
    providerCode: row.providerCode,
    revokesAll: connector !== null && consentWayOf(connector)?.revokesAll === true,
    attempts: row.attempt,
    erased: [...row.erased],
    stopped: Stopped.safeParse(row.inFlight).data ?? null,
    createdAt: isoTime(row.createdAt),
    createdBy: row.createdBy,
    expiresAt: isoTime(row.expiresAt),
    endedAt: isoTimeOrNull(row.endedAt),
  };
}

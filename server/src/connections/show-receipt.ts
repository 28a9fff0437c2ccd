import { type Receipt, Stopped } from "@steward/sdk";
import { showId } from "../core/id.ts";
import { isoTime, isoTimeOrNull } from "../people/iso-time.ts";
import type { RevocationRow } from "../store/revocations.ts";

/** What is left of a connection, as its receipt says it. */
export function showReceipt(row: RevocationRow): Receipt {
  return {
    id: showId("rev", row.id),
    connection: showId("con", row.connection),
    connector: row.connector,
    slug: row.slug,
    status: row.status,
    providerCode: row.providerCode,
    attempts: row.attempt,
    erased: [...row.erased],
    stopped: Stopped.safeParse(row.inFlight).data ?? null,
    createdAt: isoTime(row.createdAt),
    createdBy: row.createdBy,
    expiresAt: isoTime(row.expiresAt),
    endedAt: isoTimeOrNull(row.endedAt),
  };
}

import type { SupportConsent } from "@steward/sdk";
import { showId } from "../core/id.ts";
import type { SupportConsentRow } from "../store/support-consents.ts";
import { isoTime, isoTimeOrNull } from "./iso-time.ts";

export function showConsent(row: SupportConsentRow): SupportConsent {
  return {
    id: showId("sup", row.id),
    reason: row.reason,
    grantedBy: showId("mem", row.grantedBy),
    grantedAt: isoTime(row.grantedAt),
    expiresAt: isoTime(row.expiresAt),
    revokedAt: isoTimeOrNull(row.revokedAt),
  };
}

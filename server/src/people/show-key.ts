import { type ApiKey, isPermission } from "@steward/sdk";
import { showId } from "../core/id.ts";
import type { ApiKeyRow } from "../store/api-keys.ts";
import { isoTime, isoTimeOrNull } from "./iso-time.ts";

export function showKey(row: Omit<ApiKeyRow, "createdBy">): ApiKey {
  return {
    id: showId("key", row.id),
    name: row.name,
    prefix: row.prefix,
    member: showId("mem", row.member),
    reach: row.reach,
    permissions: row.permissions?.filter(isPermission) ?? null,
    createdAt: isoTime(row.createdAt),
    lastUsedAt: isoTimeOrNull(row.lastUsedAt),
    expiresAt: isoTimeOrNull(row.expiresAt),
    revokedAt: isoTimeOrNull(row.revokedAt),
    replaces: row.replaces === null ? null : showId("key", row.replaces),
  };
}

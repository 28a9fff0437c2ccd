import type { ScimToken } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { base32, parseId, showId } from "../core/id.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import {
  forgetScimTokens,
  insertScimToken,
  listScimTokens,
  revokeScimToken,
  type ScimTokenRow,
} from "../store/scim-tokens.ts";
import { hashApiKey } from "./first-start.ts";
import { isoTime, isoTimeOrNull } from "./iso-time.ts";
import { requireAll, tooMany } from "./refusals.ts";
import { actOnSignOn, reachOf } from "./sign-on-act.ts";
import type { SignOnActor, SignOnParts } from "./sign-on-parts.ts";

/** Two while one takes over from the other, and some room. */
const TOKENS_MAX = 5;
const TOKEN_BYTES = 32;
const PREFIX_LENGTH = 9;
const DAY_MS = 86_400_000;
const FORGOTTEN_MS = 90 * DAY_MS;

/** Newest first, those that are over too. */
export async function listScimTokensOf(parts: SignOnParts, organization: string): Promise<readonly ScimToken[]> {
  const scope = organizationScope(organization);
  return (await inScope(parts.database, scope, (tx) => listScimTokens(tx, organization))).map(showToken);
}

/**
 * Makes a token; its text is given this once. To rotate, make the next one and revoke the old one. Throws `conflict` when 5
 * stand, `forbidden` without `member.write`, since its client adds and removes members.
 */
export async function createScimToken(
  parts: SignOnParts,
  actor: SignOnActor,
  organization: string,
  { expiresInDays }: { readonly expiresInDays: number | null },
): Promise<ScimToken & { readonly token: string }> {
  return await actOnSignOn(parts, actor, organization, "createScimToken", async (acting) => {
    const { tx, nowMs, own } = acting;
    requireAll(own, ["member.write"], "What a SCIM client does with members");
    await tx.query(forgetScimTokens(organization, nowMs - FORGOTTEN_MS));
    const standing = (await listScimTokens(tx, organization)).filter((one) => stands(one, nowMs));
    if (standing.length >= TOKENS_MAX) throw tooMany("tokens in use", TOKENS_MAX);
    const token = `sm_0_${base32(parts.ids.bytes(TOKEN_BYTES))}`;
    const row: ScimTokenRow = {
      id: parts.ids.uuid(),
      prefix: token.slice(0, PREFIX_LENGTH),
      reach: reachOf(acting),
      createdBy: actor.member,
      createdAt: nowMs,
      expiresAt: expiresInDays === null ? null : nowMs + expiresInDays * DAY_MS,
      revokedAt: null,
      lastUsedAt: null,
    };
    await tx.query(insertScimToken(organization, row, hashApiKey(token)));
    const shown = showToken(row);
    return { result: { ...shown, token }, acts: [{ action: "scim_token.created", target: shown.id }] };
  });
}

/** Revokes a token at once; one that is over stays so. Throws `not_found`. */
export async function revokeScimTokenOf(
  parts: SignOnParts,
  actor: SignOnActor,
  { organization, token: shown }: { readonly organization: string; readonly token: string },
): Promise<void> {
  await actOnSignOn(parts, actor, organization, "revokeScimToken", async ({ tx, nowMs }) => {
    const id = parseId("key", shown);
    if (!(await listScimTokens(tx, organization)).some((one) => one.id === id))
      throw new AppError("not_found", `There is no SCIM token ${shown} here.`);
    const revoked = await revokeScimToken(tx, organization, id ?? "", nowMs);
    return { result: null, acts: revoked ? [{ action: "scim_token.revoked", target: shown }] : [] };
  });
}

function stands({ revokedAt, expiresAt }: ScimTokenRow, nowMs: number): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > nowMs);
}

function showToken(row: ScimTokenRow): ScimToken {
  return {
    id: showId("key", row.id),
    prefix: row.prefix,
    createdBy: showId("mem", row.createdBy),
    createdAt: isoTime(row.createdAt),
    expiresAt: isoTimeOrNull(row.expiresAt),
    revokedAt: isoTimeOrNull(row.revokedAt),
    lastUsedAt: isoTimeOrNull(row.lastUsedAt),
  };
}

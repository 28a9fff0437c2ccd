/** How a mail is answered: by a link for one person, one approval and the arguments that it was sent for, used once. */
import { createHash } from "node:crypto";
import type { ApprovalByLink } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { showId } from "../core/id.ts";
import { knowing } from "../grants/grant-parts.ts";
import type { Ids } from "../core/ports/ids.ts";
import type { Transaction } from "../core/ports/database.ts";
import { readApprovalLink, findLinkScope, type ApprovalLinkRow, useApprovalLinks } from "../store/approval-links.ts";
import { type ApprovalRow, readApproval } from "../store/approvals.ts";
import { findOrganizationRules } from "../store/organizations.ts";
import { readNames } from "../store/names.ts";
import { inScope, type Scope } from "../store/scope.ts";
import type { ApprovalParts } from "./approval-parts.ts";
import { decide } from "./decide-approval.ts";
import { type PersonThere, readPeople } from "./person-in-project.ts";
import { shownApproval } from "./read-approval.ts";
import { presentDigest } from "./show-approval.ts";

const TOKEN_BYTES = 32;

export function makeLinkToken(ids: Pick<Ids, "bytes">): string {
  return ids.bytes(TOKEN_BYTES).toString("base64url");
}

/** What it is looked up by; the token itself is in the mail only. */
export function hashLinkToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** Where the page takes it: behind `#`, so that no server, log or referrer along the way sees it. */
export function approvalLinkUrl(publicUrl: string, token: string): string {
  return `${publicUrl}/approve#${token}`;
}

/** The same for whatever keeps a link from being good, so that nobody learns more from it. */
function noLink(): AppError {
  return new AppError("token_invalid", "This link is not known, was used, or is over; or you are not asked any more.");
}

/**
 * Whether a mail may answer in an organization: a mailbox is no second factor, and none of its sign-on. Its people are
 * mailed where to sign in instead.
 */
export async function linksDecide(tx: Transaction, organization: string): Promise<boolean> {
  const rules = await findOrganizationRules(tx, organization);
  return rules !== null && !rules.secondFactorRequired && !rules.signOnEnforced;
}

/** What a link asks its person for; looking changes nothing, however often. Throws `token_invalid`. */
export async function lookAtApproval(parts: ApprovalParts, token: string): Promise<ApprovalByLink> {
  const { scope, hash } = await findLink(parts, token);
  const { keys } = await parts.projects.get(scope);
  const known = await knowing(parts, scope);
  const nowMs = parts.clock.nowMs();
  return await inScope(parts.database, scope, async (tx) => {
    const link = await requireLink(tx, scope, hash, { lock: false, nowMs });
    const row = await readApproval(tx, scope.project, link.approval);
    if (row === null) throw noLink();
    const person = await requireStanding(tx, scope, row, link);
    const seen = { person, mayDecide: true, nowMs, scope, keys, permissions: person.permissions };
    return { ...(await placeOf(tx, scope, person)), approval: await shownApproval(known, tx, row, seen) };
  });
}

interface Answer {
  readonly decision: "approve" | "reject";
  readonly digest: string;
  readonly note?: string | undefined;
}

/** As `decideApproval`, for the link's person; it and the others they were mailed of this approval are used up. */
export async function decideByLink(
  parts: ApprovalParts,
  { token, decision, digest, note }: Answer & { readonly token: string },
): Promise<ApprovalByLink> {
  const { scope, hash } = await findLink(parts, token);
  const found = await inScope(parts.database, scope, (tx) =>
    requireLink(tx, scope, hash, { lock: false, nowMs: parts.clock.nowMs() }),
  );
  const { account, approval: id } = found;
  const decider = { scope, account, by: showId("acc", account), via: "mail", permissions: null } as const;
  const given = { decision, digest, ...(note === undefined ? {} : { note }) };
  const approval = await decide(parts, decider, id, given, async (tx, row) => {
    const nowMs = parts.clock.nowMs();
    const link = await requireLink(tx, scope, hash, { lock: true, nowMs });
    await requireStanding(tx, scope, row, link);
    await tx.query(useApprovalLinks(scope.project, row.id, account, nowMs));
  });
  return await inScope(parts.database, scope, async (tx) => {
    const person = (await readPeople(tx, scope, [account])).get(account);
    if (person === undefined) throw noLink();
    return { ...(await placeOf(tx, scope, person)), approval };
  });
}

async function findLink(
  { dispatch }: Pick<ApprovalParts, "dispatch">,
  token: string,
): Promise<{ readonly scope: Scope; readonly hash: Buffer }> {
  const hash = hashLinkToken(token);
  const scope = await findLinkScope(dispatch, hash);
  if (scope === null) throw noLink();
  return { scope, hash };
}

async function requireLink(
  tx: Transaction,
  { project }: Scope,
  hash: Buffer,
  { lock, nowMs }: { readonly lock: boolean; readonly nowMs: number },
): Promise<ApprovalLinkRow> {
  const link = await readApprovalLink(tx, project, hash, lock);
  if (link === null || link.usedAt !== null || link.expiresAt <= nowMs) throw noLink();
  return link;
}

/** The link's person, if it is still for them and for what the approval asks now. */
async function requireStanding(
  tx: Transaction,
  scope: Scope,
  row: ApprovalRow,
  { account, digest }: ApprovalLinkRow,
): Promise<PersonThere> {
  const person = (await readPeople(tx, scope, [account])).get(account);
  if (person === undefined || person.texts.size === 0 || !presentDigest(row).equals(digest)) throw noLink();
  if (!(await linksDecide(tx, scope.organization))) throw noLink();
  return person;
}

async function placeOf(
  tx: Transaction,
  { organization, project }: Scope,
  { name }: PersonThere,
): Promise<Pick<ApprovalByLink, "project" | "name">> {
  const [named] = await readNames(tx, organization, { mem: [], acc: [], prj: [project], rol: [] });
  return { project: named?.name ?? "", name };
}

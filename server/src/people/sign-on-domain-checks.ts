import { showId } from "../core/id.ts";
import { listMembersOfRole } from "../store/members-of-role.ts";
import { organizationScope } from "../store/organizations.ts";
import { scopeStatement } from "../store/scope.ts";
import { type DomainRow, listDomains, listDueDomains, setDomainChecked } from "../store/sign-on-domains.ts";
import { type Act, actAs, type Acting } from "./act.ts";
import { isoTime } from "./iso-time.ts";
import { hasRecord } from "./sign-on-domains.ts";
import type { DomainMessage, SignOnParts } from "./sign-on-parts.ts";
import { domainRecord } from "./sign-on-show.ts";

const DAY_MS = 86_400_000;
/** A domain counts this long without its record. */
const GRACE_MS = 7 * DAY_MS;
const PER_TICK_MAX = 100;
const OWNERS_TOLD_MAX = 20;

type Parts = Pick<SignOnParts, "database" | "dispatch" | "clock" | "signOn"> & {
  readonly log: (message: string, error?: unknown) => void;
};

/**
 * Looks once a day for the record of each domain that counts. The first time it is missing, and when it has been for 7 days
 * and the domain counts no longer, the owners are told. A name server that does not answer changes nothing. To be called
 * every few minutes, by any process; gives how many were looked at.
 */
export async function checkDomains(parts: Parts): Promise<number> {
  const due = await listDueDomains(parts.dispatch, parts.clock.nowMs() - DAY_MS, PER_TICK_MAX);
  for (const { organization, id } of due) {
    try {
      await checkDomain(parts, organization, id);
    } catch (error) {
      parts.log(`domain ${showId("dom", id)} was not looked at`, error);
    }
  }
  return due.length;
}

async function checkDomain(parts: Parts, organization: string, id: string): Promise<void> {
  const before = await parts.database.transaction(async (tx) => {
    await tx.query(scopeStatement(organizationScope(organization)));
    return (await listDomains(tx, organization)).find((one) => one.id === id);
  });
  if (before === undefined) return;
  const answer = await parts.signOn.texts.lookUp(before.domain);
  const place = { organization, project: null, evenDeleted: true };
  await actAs(parts, place, "system", async (acting) => {
    const row = (await listDomains(acting.tx, organization)).find((one) => one.id === id && one.verifiedAt !== null);
    if (row === undefined) return { result: null, acts: [] };
    const next = judge(row, answer.kind === "failed" ? null : hasRecord(answer, row.token), acting.nowMs);
    await acting.tx.query(setDomainChecked(organization, next));
    const acts = actsOf(row, next);
    if (acts.length > 0 && next.failingSince !== null) await tellOwners(parts, acting, next);
    return { result: null, acts };
  });
}

/** `found`: null when nobody could say. */
function judge(row: DomainRow, found: boolean | null, nowMs: number): DomainRow {
  if (found === null) return { ...row, checkedAt: nowMs };
  if (found) return { ...row, checkedAt: nowMs, failingSince: null };
  const failingSince = row.failingSince ?? nowMs;
  const verifiedAt = nowMs - failingSince >= GRACE_MS ? null : row.verifiedAt;
  return { ...row, checkedAt: nowMs, failingSince, verifiedAt };
}

function actsOf(before: DomainRow, after: DomainRow): readonly Act[] {
  const target = showId("dom", before.id);
  if (after.verifiedAt === null) return [{ action: "sign_on.domain_lost", target }];
  if (after.failingSince !== null && before.failingSince === null)
    return [{ action: "sign_on.domain_failing", target }];
  if (after.failingSince === null && before.failingSince !== null) return [{ action: "sign_on.domain_found", target }];
  return [];
}

async function tellOwners(
  { signOn }: Parts,
  { tx, organization: { id, name } }: Pick<Acting, "tx" | "organization">,
  { domain, token, verifiedAt, failingSince }: DomainRow,
): Promise<void> {
  const at = isoTime((failingSince ?? 0) + GRACE_MS);
  const values = { organization: name, domain, record: domainRecord(token), at };
  const template: DomainMessage["template"] = verifiedAt === null ? "domain_lost" : "domain_failing";
  for (const { email } of await listMembersOfRole(tx, id, "owner", OWNERS_TOLD_MAX)) {
    if (email !== null) await signOn.mail.send(tx, { to: email, template, values });
    await tx.query(scopeStatement(organizationScope(id)));
  }
}

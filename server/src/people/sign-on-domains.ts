import type { SignOnDomain } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { base32, parseId, showId } from "../core/id.ts";
import { isUniqueViolation, type Transaction } from "../core/ports/database.ts";
import type { TextAnswer } from "../core/ports/sign-on.ts";
import { organizationScope } from "../store/organizations.ts";
import { inScope } from "../store/scope.ts";
import { deleteDomain, type DomainRow, insertDomain, listDomains, setDomainChecked } from "../store/sign-on-domains.ts";
import { tooMany } from "./refusals.ts";
import { actOnSignOn } from "./sign-on-act.ts";
import { readDomainName } from "./sign-on-domain-name.ts";
import type { SignOnActor, SignOnParts } from "./sign-on-parts.ts";
import { domainRecord, showDomain } from "./sign-on-show.ts";

const DOMAINS_MAX = 20;
const TOKEN_BYTES = 20;
/** Between two looks that somebody asks for. */
const LOOK_MS = 5000;
/** Names the index of the migration: of one domain, one organization. */
const VERIFIED_ONCE = "sign_on_domains_verified";

type Where = { readonly organization: string; readonly domain: string };

export async function listSignOnDomains(parts: SignOnParts, organization: string): Promise<readonly SignOnDomain[]> {
  const scope = organizationScope(organization);
  return (await inScope(parts.database, scope, (tx) => listDomains(tx, organization))).map(showDomain);
}

/** Adds a domain that counts for nothing yet. Throws `value_invalid`, and `conflict` for one that is there, or the 21st. */
export async function addSignOnDomain(
  parts: SignOnParts,
  actor: SignOnActor,
  organization: string,
  given: { readonly domain: string },
): Promise<SignOnDomain> {
  const domain = readDomainName(given.domain);
  return await actOnSignOn(parts, actor, organization, "addSignOnDomain", async ({ tx, nowMs }) => {
    const there = await listDomains(tx, organization);
    if (there.some((one) => one.domain === domain)) throw new AppError("conflict", `${domain} is there already.`);
    if (there.length >= DOMAINS_MAX) throw tooMany("domains", DOMAINS_MAX);
    const token = base32(parts.ids.bytes(TOKEN_BYTES));
    const none = { verifiedAt: null, checkedAt: null, failingSince: null };
    const row = { id: parts.ids.uuid(), domain, token, createdAt: nowMs, ...none };
    await tx.query(insertDomain(organization, row));
    const acts = [{ action: "sign_on.domain_added", target: showId("dom", row.id) }];
    return { result: showDomain(row), acts };
  });
}

/**
 * Looks for the domain's record now; once it was seen, the domain is this organization's. Throws `conflict` when there is no
 * such record, or another organization holds the domain; `unavailable` when nobody could say; `overloaded` within 5 s.
 */
export async function verifySignOnDomain(
  parts: SignOnParts,
  actor: SignOnActor,
  { organization, domain: shown }: Where,
): Promise<SignOnDomain> {
  // The look may take seconds: it is made before the organization's row is held.
  const known = await inScope(parts.database, organizationScope(organization), (tx) =>
    readDomain(tx, organization, shown),
  );
  if (known.checkedAt !== null && parts.clock.nowMs() - known.checkedAt < LOOK_MS)
    throw new AppError("overloaded", "It was looked for a moment ago.", { retryAfterSeconds: LOOK_MS / 1000 });
  const answer = await parts.signOn.texts.lookUp(known.domain);
  const found = hasRecord(answer, known.token);
  const seen = await actOnSignOn(parts, actor, organization, "verifySignOnDomain", async ({ tx, nowMs }) => {
    const row = await readDomain(tx, organization, shown);
    const verified = { verifiedAt: row.verifiedAt ?? nowMs, failingSince: null };
    const next = { ...row, checkedAt: nowMs, ...(found ? verified : {}) };
    try {
      await tx.query(setDomainChecked(organization, next));
    } catch (error) {
      if (!isUniqueViolation(error, VERIFIED_ONCE)) throw error;
      throw new AppError("conflict", `${row.domain} is another organization's by now: it must let go of it first.`);
    }
    const isNew = found && row.verifiedAt === null;
    return { result: next, acts: isNew ? [{ action: "sign_on.domain_verified", target: shown }] : [] };
  });
  if (answer.kind === "failed")
    throw new AppError("unavailable", `The name server of ${known.domain} did not answer: ${answer.message}.`);
  if (!found)
    throw new AppError("conflict", `There is no TXT record ${domainRecord(known.token)} at ${known.domain} yet.`);
  return showDomain(seen);
}

/** Lets go of a domain. Throws `not_found`, and `conflict` for the last verified one while sign-on is enforced. */
export async function removeSignOnDomain(
  parts: SignOnParts,
  actor: SignOnActor,
  { organization, domain: shown }: Where,
): Promise<void> {
  await actOnSignOn(
    parts,
    actor,
    organization,
    "removeSignOnDomain",
    async ({ tx, organization: { signOnEnforced } }) => {
      const { id } = await readDomain(tx, organization, shown);
      const others = (await listDomains(tx, organization)).filter((one) => one.id !== id && one.verifiedAt !== null);
      if (signOnEnforced && others.length === 0)
        throw new AppError("conflict", "Sign-on is enforced, and nobody could come in without this domain.");
      await tx.query(deleteDomain(organization, id));
      return { result: null, acts: [{ action: "sign_on.domain_removed", target: shown }] };
    },
  );
}

/** Whether one of the texts is exactly the domain's record. */
export function hasRecord(answer: TextAnswer, token: string): boolean {
  return answer.kind === "found" && answer.records.some((text) => text.trim() === domainRecord(token));
}

async function readDomain(tx: Transaction, organization: string, shown: string): Promise<DomainRow> {
  const id = parseId("dom", shown);
  const row = (await listDomains(tx, organization)).find((one) => one.id === id);
  if (row === undefined) throw new AppError("not_found", `There is no domain ${shown} here.`);
  return row;
}

import type { SignOnConnection, SignOnDomain } from "@steward/sdk";
import { showId } from "../core/id.ts";
import { invariant } from "../core/invariant.ts";
import type { DomainRow } from "../store/sign-on-domains.ts";
import type { ConnectionRow } from "../store/sign-on.ts";
import { isoTime, isoTimeOrNull } from "./iso-time.ts";
import { readCertificate } from "./sign-on-certificate.ts";
import { acsUrl, metadataUrl, redirectUrl } from "./sign-on-parts.ts";

export function showConnection(publicUrl: string, row: ConnectionRow): SignOnConnection {
  const id = showId("sso", row.id);
  const { name, enabled, emailAttribute, nameAttribute, groupsAttribute, trustsSecondFactor, issuer } = row;
  const shown = {
    id,
    name,
    enabled,
    issuer,
    emailAttribute,
    nameAttribute,
    groupsAttribute,
    trustsSecondFactor,
    setBy: showId("mem", row.setBy),
    signsOnOwners: row.reach === null,
    createdAt: isoTime(row.createdAt),
    changedAt: isoTime(row.changedAt),
    lastUsedAt: isoTimeOrNull(row.usedAt),
  };
  if (row.kind === "oidc")
    return { ...shown, kind: "oidc", clientId: row.clientId ?? "", redirectUrl: redirectUrl(publicUrl, id) };
  return {
    ...shown,
    kind: "saml",
    signOnUrl: row.signOnUrl ?? "",
    certificates: (row.certificates ?? []).map(showCertificate),
    metadataUrl: metadataUrl(publicUrl, id),
    acsUrl: acsUrl(publicUrl, id),
  };
}

function showCertificate(pem: string): { sha256: string; expiresAt: string } {
  const certificate = readCertificate(pem);
  invariant(!("problem" in certificate), "only certificates that can be read are kept");
  return { sha256: certificate.sha256, expiresAt: isoTime(certificate.expiresAt) };
}

/** What a domain's TXT record says. */
export function domainRecord(token: string): string {
  return `steward-verification=${token}`;
}

export function showDomain(row: DomainRow): SignOnDomain {
  const verified = row.failingSince === null ? "verified" : "failing";
  return {
    id: showId("dom", row.id),
    domain: row.domain,
    state: row.verifiedAt === null ? "pending" : verified,
    record: domainRecord(row.token),
    createdAt: isoTime(row.createdAt),
    verifiedAt: isoTimeOrNull(row.verifiedAt),
    checkedAt: isoTimeOrNull(row.checkedAt),
    failingSince: isoTimeOrNull(row.failingSince),
  };
}

/** The two organizations in which promises are tried. Their ids are reserved: below every id that the program makes. */
import type { Statement } from "../core/ports/database.ts";
import type { Scope } from "./scope.ts";

export const PROOF_SCOPES: readonly [Scope, Scope] = [
  { organization: "00000000-0000-7000-8000-0000000000a0", project: "00000000-0000-7000-8000-0000000000a1" },
  { organization: "00000000-0000-7000-8000-0000000000b0", project: "00000000-0000-7000-8000-0000000000b1" },
];

/** In the organization's scope. Repeated, it makes nothing anew; rules that a broken-off proof has left are taken back. */
export function makeProofTenant({ organization, project }: Scope, nowMs: number): Statement[] {
  const at = nowMs / 1000;
  return [
    {
      name: "make_proof_organization",
      text: "insert into steward.organizations (id, name, created_at) values ($1, 'Proof', to_timestamp($2)) on conflict do nothing",
      values: [organization, at],
    },
    {
      name: "make_proof_project",
      text: `insert into steward.projects (organization, id, slug, name, created_at)
        values ($1, $2, 'proof', 'Proof', to_timestamp($3)) on conflict do nothing`,
      values: [organization, project, at],
    },
    {
      name: "reset_proof_organization",
      text: `update steward.organizations set second_factor_required = false, sign_on_enforced = false, region = null
        where id = $1 and (second_factor_required or sign_on_enforced or region is not null)`,
      values: [organization],
    },
    removeProofPeople(organization),
  ];
}

/** A rule of the organization for its people, as a check tries it. In its scope. */
export function setProofRule(
  organization: string,
  rule: "second_factor_required" | "sign_on_enforced",
  value: boolean,
): Statement {
  return {
    name: `set_proof_${rule}`,
    text: `update steward.organizations set ${rule} = $2 where id = $1`,
    values: [organization, value],
  };
}

/** A person's membership. In the organization's scope. */
export function makeProofPerson(
  organization: string,
  person: { readonly id: string; readonly account: string; readonly role: string; readonly nowMs: number },
): Statement {
  return {
    name: "make_proof_person",
    text: `insert into steward.members (organization, id, account, name, role, kind, created_at)
      values ($1, $2, $3, 'Proof', $4, 'person', to_timestamp($5))`,
    values: [organization, person.id, person.account, person.role, person.nowMs / 1000],
  };
}

/** In the organization's scope: nobody but its service accounts belongs to it. */
export function removeProofPeople(organization: string): Statement {
  return {
    name: "remove_proof_people",
    text: "delete from steward.members where organization = $1 and kind = 'person'",
    values: [organization],
  };
}

/** A service account for one role; the organization has at most one of each. */
export function makeProofMember(organization: string, id: string, role: string, nowMs: number): Statement {
  return {
    name: "make_proof_member",
    text: `insert into steward.members (organization, id, name, role, kind, created_at)
      values ($1, $2, $3, $3, 'service', to_timestamp($4)) on conflict do nothing`,
    values: [organization, id, role, nowMs / 1000],
  };
}

/** Ends one of a proof's own keys then. In the scope of the project. */
export function expireProofKey({ project }: Scope, key: string, atMs: number): Statement {
  return {
    name: "expire_proof_key",
    text: "update steward.api_keys set expires_at = to_timestamp($3) where project = $1 and id = $2",
    values: [project, key, atMs / 1000],
  };
}

/** A consent that lets support into a proof's own organization, over or not. In the organization's scope. */
export function makeProofConsent(
  organization: string,
  consent: { readonly id: string; readonly grantedBy: string; readonly nowMs: number; readonly expiresMs: number },
): Statement {
  return {
    name: "make_proof_consent",
    text: `insert into steward.support_consents (organization, id, reason, granted_by, granted_at, expires_at)
      values ($1, $2, 'Proof', $3, to_timestamp($4), to_timestamp($5))`,
    values: [organization, consent.id, consent.grantedBy, consent.nowMs / 1000, consent.expiresMs / 1000],
  };
}

/** In the organization's scope. */
export function removeProofConsent(organization: string, id: string): Statement {
  return {
    name: "remove_proof_consent",
    text: "delete from steward.support_consents where organization = $1 and id = $2",
    values: [organization, id],
  };
}

/**
 * What checks of connections, grants and budgets leave behind, all of it: nobody's is among it. In the scope of the
 * project. What refers goes before what it refers to.
 */
export function removeProofConnections({ organization, project }: Scope): readonly Statement[] {
  const own = ["approval_links", "approval_decisions", "approvals", "reservations", "grant_versions", "grants"];
  const after = ["connect_states", "revocations", "connections", "oauth_clients"];
  const deletion = (table: string): Statement => ({
    name: `remove_proof_${table}`,
    text: `delete from steward.${table} where project = $1`,
    values: [project],
  });
  return [
    ...own.map(deletion),
    {
      name: "remove_proof_cap_counters",
      text: `delete from steward.cap_counters k using steward.caps c
        where k.organization = $1 and c.organization = $1 and k.cap = c.id`,
      values: [organization],
    },
    { name: "remove_proof_caps", text: "delete from steward.caps where organization = $1", values: [organization] },
    ...after.map(deletion),
  ];
}

/** Takes away the keys of earlier proofs, all of them: nobody asks what became of them. In the scope of the project. */
export function deleteProofKeys({ project }: Scope): Statement {
  return {
    name: "delete_proof_keys",
    text: "delete from steward.api_keys where project = $1",
    values: [project],
  };
}

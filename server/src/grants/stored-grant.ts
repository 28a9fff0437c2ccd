import { GrantForm, LimitForm } from "@steward/sdk";
import { showId } from "../core/id.ts";
import type { StoredGrant, StoredLimit } from "../core/policy/compile-grant.ts";
import type { GrantRow } from "../store/grants.ts";
import type { OrganizationLimitRow } from "../store/limits.ts";

/** A grant's row as `core/policy` takes it, named as people see it. */
export function storedGrant(row: Pick<GrantRow, "id" | "version" | "createdAt" | "givenBy" | "form">): StoredGrant {
  const { id, version, createdAt, givenBy, form } = row;
  return {
    id: showId("grt", id),
    version,
    createdMs: createdAt,
    granter: memberText(givenBy),
    form: GrantForm.parse(form),
  };
}

/** A limit's, of a project. */
export function storedLimit(row: Pick<GrantRow, "id" | "version" | "createdAt" | "givenBy" | "form">): StoredLimit {
  const { id, version, createdAt, givenBy, form } = row;
  return {
    id: showId("lim", id),
    version,
    createdMs: createdAt,
    granter: memberText(givenBy),
    level: "project",
    form: LimitForm.parse(form),
  };
}

/** A limit's, of an organization. */
export function storedOrganizationLimit(row: Omit<OrganizationLimitRow, "updatedAt">): StoredLimit {
  const { id, version, createdAt, updatedBy, form } = row;
  return {
    id: showId("lim", id),
    version,
    createdMs: createdAt,
    granter: updatedBy.startsWith("acc_") ? `member:${updatedBy}` : null,
    level: "organization",
    form: LimitForm.parse(form),
  };
}

function memberText(account: string | null): string | null {
  return account === null ? null : `member:${showId("acc", account)}`;
}

/** People and groups as SCIM clients see them (RFC 7643). */
import type { ScimGroup } from "../people/sign-on-scim-groups.ts";
import { isoTime } from "../people/iso-time.ts";
import type { ScimUserRow } from "../store/scim-users.ts";

export const SCHEMA = {
  user: "urn:ietf:params:scim:schemas:core:2.0:User",
  group: "urn:ietf:params:scim:schemas:core:2.0:Group",
  list: "urn:ietf:params:scim:api:messages:2.0:ListResponse",
  error: "urn:ietf:params:scim:api:messages:2.0:Error",
  config: "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig",
  resourceType: "urn:ietf:params:scim:schemas:core:2.0:ResourceType",
  schema: "urn:ietf:params:scim:schemas:core:2.0:Schema",
} as const;

export function showScimUser(base: string, row: ScimUserRow) {
  const { id, userName, externalId, displayName, active } = row;
  return {
    schemas: [SCHEMA.user],
    id,
    ...(externalId === null ? {} : { externalId }),
    userName,
    displayName,
    active,
    meta: metaOf(`${base}/Users/${id}`, "User", row),
  };
}

export function showScimGroup(base: string, row: ScimGroup) {
  const { id, displayName, externalId, members } = row;
  return {
    schemas: [SCHEMA.group],
    id,
    ...(externalId === null ? {} : { externalId }),
    displayName,
    members: members.map((value) => ({ value, $ref: `${base}/Users/${value}`, type: "User" })),
    meta: metaOf(`${base}/Groups/${id}`, "Group", row),
  };
}

export function showScimList(resources: readonly object[], totalResults: number, skip: number) {
  return {
    schemas: [SCHEMA.list],
    totalResults,
    itemsPerPage: resources.length,
    startIndex: skip + 1,
    Resources: resources,
  };
}

function metaOf(
  location: string,
  resourceType: string,
  row: { readonly createdAt: number; readonly changedAt: number },
) {
  return { resourceType, created: isoTime(row.createdAt), lastModified: isoTime(row.changedAt), location };
}

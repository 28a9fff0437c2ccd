import { changeOrganization } from "../people/change-organization.ts";
import { createOrganization } from "../people/create-organization.ts";
import { deleteOrganization } from "../people/delete-organization.ts";
import { getOrganization } from "../people/get-organization.ts";
import { listEncryptionKeys } from "../people/list-encryption-keys.ts";
import { listOrganizations } from "../people/list-organizations.ts";
import { restoreOrganization } from "../people/restore-organization.ts";
import { retireEncryptionKey } from "../people/retire-encryption-key.ts";
import { rotateOrganizationKeys } from "../people/rotate-organization-keys.ts";
import { passedSecondFactor } from "../core/second-factor.ts";
import type { HttpParts } from "./http-parts.ts";
import type { OrganizationPrincipal } from "./principal.ts";
import type { Handlers } from "./route-call.ts";

type OrganizationRoutes =
  | "listOrganizations"
  | "createOrganization"
  | "getOrganization"
  | "changeOrganization"
  | "deleteOrganization"
  | "restoreOrganization"
  | "rotateOrganizationKeys"
  | "listEncryptionKeys"
  | "retireEncryptionKey";

export function organizationHandlers(parts: HttpParts): Pick<Handlers, OrganizationRoutes> {
  return {
    listOrganizations: async ({ principal }) => ({
      status: 200,
      body: await listOrganizations(parts, principal.account),
    }),
    createOrganization: async ({ principal, body }) => ({
      status: 201,
      body: await createOrganization(parts, principal, body),
    }),
    getOrganization: async ({ principal }) => ({
      status: 200,
      body: await getOrganization(parts, principal, principal.organization),
    }),
    changeOrganization: async ({ principal, body, headers }) => {
      const changer = await sessionOf(parts, principal, headers["cookie"]);
      const organization = await changeOrganization(parts, principal, principal.organization, body, changer);
      return { status: 200, body: organization };
    },
    deleteOrganization: async ({ principal }) => {
      await deleteOrganization(parts, principal, principal.organization);
      return { status: 204, body: null };
    },
    restoreOrganization: async ({ principal }) => ({
      status: 200,
      body: await restoreOrganization(parts, principal, principal.organization),
    }),
    rotateOrganizationKeys: async ({ principal }) => ({
      status: 200,
      body: await rotateOrganizationKeys(parts, principal, principal.organization),
    }),
    listEncryptionKeys: async ({ principal, query }) => ({
      status: 200,
      body: await listEncryptionKeys(parts, principal, principal.organization, query),
    }),
    retireEncryptionKey: async ({ principal, body }) => ({
      status: 200,
      body: await retireEncryptionKey(parts, principal, principal.organization, body),
    }),
  };
}

/** How the session that calls was begun; null for a key. A session that ended meanwhile counts as begun with nothing. */
async function sessionOf(
  { identity }: HttpParts,
  { session, organization }: OrganizationPrincipal,
  cookie: string | readonly string[] | undefined,
): Promise<{ readonly secondFactor: boolean } | null> {
  if (session === null || identity === null) return null;
  const found = typeof cookie === "string" ? await identity.findSignedIn(cookie) : null;
  return { secondFactor: found !== null && passedSecondFactor(found, organization) };
}

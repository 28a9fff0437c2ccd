import { changeMember } from "../people/change-member.ts";
import { createServiceAccount } from "../people/create-service-account.ts";
import { leaveOrganization } from "../people/leave-organization.ts";
import { listMembers } from "../people/list-members.ts";
import { listProjectMembers } from "../people/list-project-members.ts";
import { removeMember } from "../people/remove-member.ts";
import { setProjectMember } from "../people/set-project-member.ts";
import { unsetProjectMember } from "../people/unset-project-member.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Handlers } from "./route-call.ts";

type MemberRoutes =
  | "listMembers"
  | "changeMember"
  | "removeMember"
  | "leaveOrganization"
  | "createServiceAccount"
  | "listProjectMembers"
  | "setProjectMember"
  | "unsetProjectMember";

/** Members and service accounts, in the organization and in its projects. */
export function memberHandlers(parts: HttpParts): Pick<Handlers, MemberRoutes> {
  return {
    listMembers: async ({ principal, query }) => ({
      status: 200,
      body: await listMembers(parts, principal.organization, query),
    }),
    changeMember: async ({ principal, params, body }) => ({
      status: 200,
      body: await changeMember(parts, principal, principal.organization, params.member, body),
    }),
    removeMember: async ({ principal, params }) => {
      await removeMember(parts, principal, principal.organization, params.member);
      return { status: 204, body: null };
    },
    leaveOrganization: async ({ principal }) => {
      await leaveOrganization(parts, principal, principal.organization);
      return { status: 204, body: null };
    },
    createServiceAccount: async ({ principal, body }) => ({
      status: 201,
      body: await createServiceAccount(parts, principal, principal.organization, body),
    }),
    listProjectMembers: async ({ principal, params, query }) => ({
      status: 200,
      body: await listProjectMembers(parts, principal, principal.organization, params.project, query),
    }),
    setProjectMember: async ({ principal, params, body }) => {
      const place = { ...params, organization: principal.organization };
      return { status: 200, body: await setProjectMember(parts, principal, place, body) };
    },
    unsetProjectMember: async ({ principal, params }) => {
      await unsetProjectMember(parts, principal, { ...params, organization: principal.organization });
      return { status: 204, body: null };
    },
  };
}

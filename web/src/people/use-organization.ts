import type { Organization, Permission, Role } from "@steward/sdk";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useContext } from "react";
import { useClient } from "../api/client.ts";
import { rolesQuery } from "../api/people-queries.ts";
import { isOpen, seesProjects, SessionContext, useSignedIn } from "../api/session.ts";

/** The organization that the address names, else the one of the project that is worked in, and what the person may do in it. */
export function useOrganization(): {
  readonly organization: Organization;
  readonly may: (permission: Permission) => boolean;
} {
  const { organizations, locked } = useSignedIn();
  const session = useContext(SessionContext);
  const search: { organization?: string | undefined } = useSearch({ strict: false });
  const open = organizations.filter((one) => isOpen(one, locked));
  const organization = open.find(({ id }) => id === search.organization) ?? session?.here.organization ?? open[0];
  if (!organization) throw new Error("the shell shows these pages to members only");
  const held = new Set<Permission>(organization.permissions);
  return { organization, may: (permission) => held.has(permission) };
}

const NONE: readonly Role[] = [];

/** The organization's roles; none until they are known, or where the person's role doesn't show them. */
export function useRoles(organization: string): readonly Role[] {
  const { organizations } = useSignedIn();
  const enabled = organizations.every((one) => one.id !== organization || seesProjects(one));
  return useQuery({ ...rolesQuery(useClient(), organization), enabled }).data?.items ?? NONE;
}

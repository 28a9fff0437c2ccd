import { changeGrant } from "../grants/change-grant.ts";
import { giveGrant } from "../grants/give-grant.ts";
import { getGrant, listGrants, listGrantVersions } from "../grants/list-grants.ts";
import { listLimits, listLimitVersions, listOrganizationLimitVersions } from "../grants/list-limits.ts";
import {
  changeOrganizationLimit,
  endOrganizationLimit,
  listOrganizationLimits,
  setOrganizationLimit,
} from "../grants/organization-limits.ts";
import { revokeGrant } from "../grants/revoke-grant.ts";
import { changeLimit, endLimit, setLimit } from "../grants/set-limit.ts";
import { simulate } from "../grants/simulate.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Handlers } from "./route-call.ts";

type GrantRoutes =
  | "listGrants"
  | "giveGrant"
  | "getGrant"
  | "changeGrant"
  | "revokeGrant"
  | "listGrantVersions"
  | "simulate";
type LimitRoutes = "listLimits" | "setLimit" | "changeLimit" | "endLimit" | "listLimitVersions";
type OrganizationLimitRoutes =
  | "listOrganizationLimits"
  | "listOrganizationLimitVersions"
  | "setOrganizationLimit"
  | "changeOrganizationLimit"
  | "endOrganizationLimit";

/** Who may do what, and what binds everybody. */
export function grantHandlers(parts: HttpParts): Pick<Handlers, GrantRoutes | LimitRoutes | OrganizationLimitRoutes> {
  return { ...ofGrants(parts), ...ofLimits(parts), ...ofOrganizations(parts) };
}

function ofGrants(parts: HttpParts): Pick<Handlers, GrantRoutes> {
  return {
    listGrants: async ({ principal, query }) => ({ status: 200, body: await listGrants(parts, principal, query) }),
    giveGrant: async ({ principal, body }) => ({ status: 201, body: await giveGrant(parts, principal, body) }),
    getGrant: async ({ principal, params }) => ({ status: 200, body: await getGrant(parts, principal, params.grant) }),
    changeGrant: async ({ principal, params, body }) => ({
      status: 200,
      body: await changeGrant(parts, principal, params.grant, body),
    }),
    revokeGrant: async ({ principal, params }) => ({
      status: 200,
      body: await revokeGrant(parts, principal, params.grant),
    }),
    listGrantVersions: async ({ principal, params, query }) => ({
      status: 200,
      body: await listGrantVersions(parts, principal, params.grant, query),
    }),
    simulate: async ({ principal, body }) => ({ status: 200, body: await simulate(parts, principal, body) }),
  };
}

function ofLimits(parts: HttpParts): Pick<Handlers, LimitRoutes> {
  return {
    listLimits: async ({ principal }) => ({
      status: 200,
      body: { items: await listLimits(parts, principal), next: null },
    }),
    setLimit: async ({ principal, body }) => ({ status: 201, body: await setLimit(parts, principal, body) }),
    changeLimit: async ({ principal, params, body }) => ({
      status: 200,
      body: await changeLimit(parts, principal, params.id, body),
    }),
    endLimit: async ({ principal, params }) => {
      await endLimit(parts, principal, params.id);
      return { status: 204, body: null };
    },
    listLimitVersions: async ({ principal, params, query }) => ({
      status: 200,
      body: await listLimitVersions(parts, principal, params.id, query),
    }),
  };
}

function ofOrganizations(parts: HttpParts): Pick<Handlers, OrganizationLimitRoutes> {
  return {
    listOrganizationLimits: async ({ principal }) => ({
      status: 200,
      body: { items: await listOrganizationLimits(parts, principal, principal.organization), next: null },
    }),
    listOrganizationLimitVersions: async ({ principal, params, query }) => ({
      status: 200,
      body: await listOrganizationLimitVersions(parts, principal, principal.organization, params.id, query),
    }),
    setOrganizationLimit: async ({ principal, body }) => ({
      status: 201,
      body: await setOrganizationLimit(parts, principal, principal.organization, body),
    }),
    changeOrganizationLimit: async ({ principal, params, body }) => ({
      status: 200,
      body: await changeOrganizationLimit(parts, principal, principal.organization, params.id, body),
    }),
    endOrganizationLimit: async ({ principal, params }) => {
      await endOrganizationLimit(parts, principal, principal.organization, params.id);
      return { status: 204, body: null };
    },
  };
}

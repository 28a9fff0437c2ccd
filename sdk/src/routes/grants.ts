import { z } from "zod";
import { page } from "../api.ts";
import * as api from "../api/grants.ts";
import { Slug } from "../flow-file.ts";
import { paging, type Route } from "../route.ts";

const grant = z.object({ grant: z.string().max(64) });
const limit = z.object({ id: z.string().max(64) });
const organization = z.object({ organization: z.string().max(64) });
const organizationLimit = organization.extend({ id: z.string().max(64) });
const flag = z.enum(["true", "false"]).default("false");

/** Who may do what with which connection, what binds all of them, and what the two would say. */
export const grantRoutes = {
  listGrants: {
    method: "GET",
    path: "/v1/grants",
    summary: "Grants of the project, the oldest first; with ended=true the revoked ones too",
    access: { in: "project", needs: "grant.read" },
    query: z.object({
      ...paging,
      principal: api.Principal.optional(),
      connection: Slug.optional(),
      credential: Slug.optional(),
      ended: flag,
    }),
    answers: { 200: page(api.Grant) },
  },
  giveGrant: {
    method: "POST",
    path: "/v1/grants",
    summary: "Give a grant: with grant.write, or on a connection of one's own with connection.write",
    access: { in: "project", needs: "grant.read" },
    body: api.GrantForm,
    answers: { 201: api.Grant },
    problems: ["conflict"],
  },
  getGrant: {
    method: "GET",
    path: "/v1/grants/{grant}",
    summary: "A grant, as form and in words",
    access: { in: "project", needs: "grant.read" },
    params: grant,
    answers: { 200: api.Grant },
  },
  changeGrant: {
    method: "PUT",
    path: "/v1/grants/{grant}",
    summary: "Change a grant, for whoever may give it; what it counts goes on counting",
    access: { in: "project", needs: "grant.read" },
    params: grant,
    body: api.ChangeGrant,
    answers: { 200: api.Grant },
    problems: ["conflict", "precondition_failed"],
  },
  revokeGrant: {
    method: "DELETE",
    path: "/v1/grants/{grant}",
    summary: "Revoke a grant at once: with grant.write, or on a connection of one's own; tells what that stopped",
    access: { in: "project", needs: "grant.read" },
    params: grant,
    answers: { 200: api.RevokedGrant },
    problems: ["conflict"],
  },
  listGrantVersions: {
    method: "GET",
    path: "/v1/grants/{grant}/versions",
    summary: "Versions of a grant, the newest first, each with what it changed",
    access: { in: "project", needs: "grant.read" },
    params: grant,
    query: z.object(paging),
    answers: { 200: page(api.GrantVersion) },
  },
  simulate: {
    method: "POST",
    path: "/v1/grants/simulate",
    summary: "What the gate would say to an effect, and which line of which grant or limit decides; nothing is done",
    access: { in: "project", needs: "grant.read" },
    body: api.Simulate,
    answers: { 200: api.Simulated },
  },
  listLimits: {
    method: "GET",
    path: "/v1/limits",
    summary: "All limits that bind the project, those of its organization first",
    access: { in: "project", needs: "grant.read" },
    answers: { 200: z.object({ items: z.array(api.Limit), next: z.null() }) },
  },
  setLimit: {
    method: "POST",
    path: "/v1/limits",
    summary: "Set a limit that binds every grant of the project",
    access: { in: "project", needs: "limit.write" },
    body: api.LimitForm,
    answers: { 201: api.Limit },
    problems: ["conflict"],
  },
  changeLimit: {
    method: "PUT",
    path: "/v1/limits/{id}",
    summary: "Change a limit of the project",
    access: { in: "project", needs: "limit.write" },
    params: limit,
    body: api.ChangeLimit,
    answers: { 200: api.Limit },
    problems: ["conflict", "precondition_failed"],
  },
  endLimit: {
    method: "DELETE",
    path: "/v1/limits/{id}",
    summary: "End a limit of the project",
    access: { in: "project", needs: "limit.write" },
    params: limit,
    answers: { 204: z.null() },
    problems: ["conflict"],
  },
  listLimitVersions: {
    method: "GET",
    path: "/v1/limits/{id}/versions",
    summary: "Versions of a limit of the project, the newest first, each with what it changed",
    access: { in: "project", needs: "grant.read" },
    params: limit,
    query: z.object(paging),
    answers: { 200: page(api.LimitVersion) },
  },
  listOrganizationLimits: {
    method: "GET",
    path: "/v1/organizations/{organization}/limits",
    summary: "All limits of the organization",
    access: { in: "organization", needs: "organization.read" },
    params: organization,
    answers: { 200: z.object({ items: z.array(api.Limit), next: z.null() }) },
  },
  setOrganizationLimit: {
    method: "POST",
    path: "/v1/organizations/{organization}/limits",
    summary: "Set a limit that binds every grant of every project",
    access: { in: "organization", needs: "organization_limit.write" },
    params: organization,
    body: api.LimitForm,
    answers: { 201: api.Limit },
    problems: ["conflict"],
  },
  changeOrganizationLimit: {
    method: "PUT",
    path: "/v1/organizations/{organization}/limits/{id}",
    summary: "Change a limit of the organization",
    access: { in: "organization", needs: "organization_limit.write" },
    params: organizationLimit,
    body: api.ChangeLimit,
    answers: { 200: api.Limit },
    problems: ["conflict", "precondition_failed"],
  },
  endOrganizationLimit: {
    method: "DELETE",
    path: "/v1/organizations/{organization}/limits/{id}",
    summary: "End a limit of the organization",
    access: { in: "organization", needs: "organization_limit.write" },
    params: organizationLimit,
    answers: { 204: z.null() },
    problems: ["conflict"],
  },
} as const satisfies Record<string, Route>;

import { z } from "zod";
import { page } from "../api.ts";
import * as api from "../api/sign-on.ts";
import type { Route } from "../route.ts";

const organization = z.object({ organization: z.string().max(64) });
const connection = organization.extend({ connection: z.string().max(64) });
const domain = organization.extend({ domain: z.string().max(64) });
const token = organization.extend({ token: z.string().max(64) });
const reads = { in: "organization", needs: "sign_on.read" } as const;
const writes = { in: "organization", needs: "sign_on.write" } as const;

/** An organization's own sign-on; signing on itself is under `/v1/auth/`, SCIM under `/scim/v2/`, see docs/sign-on.md. */
export const signOnRoutes = {
  getSignOn: {
    method: "GET",
    path: "/v1/organizations/{organization}/sign-on",
    summary: "Whether sign-on is enforced, and the roles of who comes by it",
    access: reads,
    params: organization,
    answers: { 200: api.SignOnSettings },
  },
  setSignOnRoles: {
    method: "PUT",
    path: "/v1/organizations/{organization}/sign-on/roles",
    summary: "Set the roles of who comes by sign-on or SCIM; none beyond the caller's own",
    access: writes,
    params: organization,
    body: api.SignOnRoles,
    answers: { 200: api.SignOnSettings },
    problems: ["sign_on_required"],
  },
  setSignOnEnforcement: {
    method: "PUT",
    path: "/v1/organizations/{organization}/sign-on/enforcement",
    summary: "Let people in by sign-on only, or no longer; asked in a session that sign-on began",
    access: writes,
    params: organization,
    body: api.SignOnEnforcement,
    answers: { 200: api.SignOnSettings },
    problems: ["conflict", "sign_on_required"],
  },
  listSignOnConnections: {
    method: "GET",
    path: "/v1/organizations/{organization}/sign-on/connections",
    summary: "The providers that sign people on; the first enabled one is asked",
    access: reads,
    params: organization,
    answers: { 200: page(api.SignOnConnection) },
  },
  createSignOnConnection: {
    method: "POST",
    path: "/v1/organizations/{organization}/sign-on/connections",
    summary: "Add a provider, by OIDC or SAML",
    access: writes,
    params: organization,
    body: api.NewSignOnConnection,
    answers: { 201: api.SignOnConnection },
    problems: ["conflict", "sign_on_required"],
  },
  getSignOnConnection: {
    method: "GET",
    path: "/v1/organizations/{organization}/sign-on/connections/{connection}",
    summary: "A provider, and what it must know of us",
    access: reads,
    params: connection,
    answers: { 200: api.SignOnConnection },
  },
  changeSignOnConnection: {
    method: "PATCH",
    path: "/v1/organizations/{organization}/sign-on/connections/{connection}",
    summary: "Change a provider",
    access: writes,
    params: connection,
    body: api.SignOnConnectionChange,
    answers: { 200: api.SignOnConnection },
    problems: ["conflict", "sign_on_required"],
  },
  deleteSignOnConnection: {
    method: "DELETE",
    path: "/v1/organizations/{organization}/sign-on/connections/{connection}",
    summary: "Remove a provider; who came by it stays a member",
    access: writes,
    params: connection,
    answers: { 204: z.null() },
    problems: ["conflict", "sign_on_required"],
  },
  listSignOnDomains: {
    method: "GET",
    path: "/v1/organizations/{organization}/sign-on/domains",
    summary: "Mail domains, and what of them is proved",
    access: reads,
    params: organization,
    answers: { 200: page(api.SignOnDomain) },
  },
  addSignOnDomain: {
    method: "POST",
    path: "/v1/organizations/{organization}/sign-on/domains",
    summary: "Add a mail domain; it counts once its record was seen",
    access: writes,
    params: organization,
    body: api.NewSignOnDomain,
    answers: { 201: api.SignOnDomain },
    problems: ["conflict", "sign_on_required"],
  },
  verifySignOnDomain: {
    method: "POST",
    path: "/v1/organizations/{organization}/sign-on/domains/{domain}/verify",
    summary: "Look for the domain's record now",
    access: writes,
    params: domain,
    answers: { 200: api.SignOnDomain },
    problems: ["conflict", "overloaded", "sign_on_required", "unavailable"],
  },
  removeSignOnDomain: {
    method: "DELETE",
    path: "/v1/organizations/{organization}/sign-on/domains/{domain}",
    summary: "Let go of a mail domain",
    access: writes,
    params: domain,
    answers: { 204: z.null() },
    problems: ["conflict", "sign_on_required"],
  },
  listScimTokens: {
    method: "GET",
    path: "/v1/organizations/{organization}/sign-on/scim-tokens",
    summary: "Tokens of SCIM clients",
    access: reads,
    params: organization,
    answers: { 200: page(api.ScimToken) },
  },
  createScimToken: {
    method: "POST",
    path: "/v1/organizations/{organization}/sign-on/scim-tokens",
    summary: "Make a token for a SCIM client; its text is given this once",
    access: writes,
    params: organization,
    body: api.NewScimToken,
    answers: { 201: api.MadeScimToken },
    secret: "token",
    problems: ["conflict", "sign_on_required"],
  },
  revokeScimToken: {
    method: "DELETE",
    path: "/v1/organizations/{organization}/sign-on/scim-tokens/{token}",
    summary: "Revoke a SCIM client's token at once",
    access: writes,
    params: token,
    answers: { 204: z.null() },
    problems: ["sign_on_required"],
  },
} as const satisfies Record<string, Route>;

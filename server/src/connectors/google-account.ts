/** What all of Google's connectors have in common: how they sign in, whose account it is, what an error means. */
import type { Authentication, Calls, ConnectorAnswer, ProviderFailure } from "@steward/sdk";
import { z } from "zod";
import { readBody } from "./read-body.ts";
import { shortMessage, statusFailure } from "./status-failure.ts";

/** In full: Google answers with this where it is asked for `email`, and what was granted is compared to what was asked. */
const EMAIL_SCOPE = "https://www.googleapis.com/auth/userinfo.email";

/**
 * `access_type=offline` with `prompt=consent` brings a refresh token each time. Earlier grants are not included: a
 * connection has what it asked for and no more.
 */
export const googleAuthentication: Authentication = {
  kind: "oauth2",
  authorizationUrl: "https://accounts.google.com/o/oauth2/v2/auth",
  tokenUrl: "https://oauth2.googleapis.com/token",
  revocationUrl: "https://oauth2.googleapis.com/revoke",
  deviceUrl: null,
  parameters: { access_type: "offline", prompt: "consent" },
  client: "post",
  revokesAll: true,
  pkce: true,
  identityScopes: ["openid", EMAIL_SCOPE],
};

/** A key of a service account, which acts for itself, or for somebody where an administrator of Workspace has delegated that. */
export const googleServiceAccount: Authentication = {
  kind: "service_account",
  tokenUrl: "https://oauth2.googleapis.com/token",
};

export const googleIdentityScopes = {
  openid: "Know which Google account it is",
  [EMAIL_SCOPE]: "See the account's mail address",
};

/** Where `whoami` asks. */
export const GOOGLE_IDENTITY_HOST = "www.googleapis.com";

export function* googleWhoami(): Calls<{ account: string; label: string }> {
  const answer = yield { method: "GET", url: `https://${GOOGLE_IDENTITY_HOST}/oauth2/v2/userinfo` };
  const { email, name } = readBody(z.object({ email: z.string(), name: z.string().optional() }), answer);
  return { account: email, label: name === undefined ? email : `${name} (${email})` };
}

/** Steps that are the same whichever API it is, with the API's name. */
export function googleSetUp(api: string): readonly string[] {
  return [
    "At console.cloud.google.com make a project, or choose one.",
    `Under APIs & Services, Library, enable ${api}.`,
    "Under Google Auth Platform, Branding and Audience, name the app and say who may use it.",
    "Under Data Access, add the scopes listed here.",
    "Under Clients press Create client, choose Web application, and add the redirect address shown here.",
    "Copy the client id and the client secret.",
    "Or, for a service account: under IAM, Service Accounts, make one and a JSON key of it, and paste that file. To act for people of a Workspace, let its administrator delegate the scopes listed here to it.",
  ];
}

const ErrorBody = z.object({
  error: z.object({
    message: z.string().optional().catch(undefined),
    errors: z
      .array(z.object({ reason: z.string().optional() }))
      .optional()
      .catch(undefined),
    details: z
      .array(z.object({ reason: z.string().optional().catch(undefined) }))
      .optional()
      .catch(undefined),
  }),
});

/** Limits that come as 403. */
const LIMITS = new Set([
  "dailyLimitExceeded",
  "quotaExceeded",
  "rateLimitExceeded",
  "userRateLimitExceeded",
  "RATE_LIMIT_EXCEEDED",
]);

/** Google says why in `errors[].reason` and, in newer APIs, in `details[].reason`. */
export function googleFailure(answer: ConnectorAnswer): ProviderFailure | null {
  const body = ErrorBody.safeParse(answer.body);
  const error = body.success ? body.data.error : undefined;
  const failure = statusFailure(answer, error?.message);
  if (failure === null) return null;
  const reasons = [...(error?.errors ?? []), ...(error?.details ?? [])].map(({ reason }) => reason ?? "");
  if (answer.status === 403 && reasons.some((reason) => LIMITS.has(reason)))
    return { ...failure, kind: "rate_limited" };
  const why = reasons.find((reason) => reason !== "");
  return why === undefined ? failure : { ...failure, message: shortMessage(`${failure.message} (${why})`) };
}

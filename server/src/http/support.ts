import { createSupportConsent } from "../people/create-support-consent.ts";
import { listSupportConsents } from "../people/list-support-consents.ts";
import { revokeSupportConsent } from "../people/revoke-support-consent.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Handlers } from "./route-call.ts";

type SupportRoutes = "listSupportConsents" | "createSupportConsent" | "revokeSupportConsent";

/** When the operator's staff may look inside. */
export function supportHandlers(parts: HttpParts): Pick<Handlers, SupportRoutes> {
  return {
    listSupportConsents: async ({ principal, query }) => ({
      status: 200,
      body: await listSupportConsents(parts, principal.organization, query),
    }),
    createSupportConsent: async ({ principal, body }) => ({
      status: 201,
      body: await createSupportConsent(parts, principal, principal.organization, body),
    }),
    revokeSupportConsent: async ({ principal, params }) => {
      await revokeSupportConsent(parts, principal, principal.organization, params.consent);
      return { status: 204, body: null };
    },
  };
}

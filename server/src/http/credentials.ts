import { deleteCredential } from "../flows/delete-credential.ts";
import { listCredentials } from "../flows/list-credentials.ts";
import { putCredential } from "../flows/put-credential.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Handlers } from "./route-call.ts";

/** Credentials: written, never read. */
export function credentialHandlers(
  parts: HttpParts,
): Pick<Handlers, "listCredentials" | "putCredential" | "deleteCredential"> {
  return {
    listCredentials: async ({ principal, query }) => {
      const { items, next } = await listCredentials(parts, principal.scope, query);
      return { status: 200, body: { items: [...items], next } };
    },
    putCredential: async ({ principal, params, body }) => ({
      status: 200,
      body: await putCredential(parts, principal.scope, params.slug, body, principal.member, principal.shownId),
    }),
    deleteCredential: async ({ principal, params }) => {
      await deleteCredential(parts, principal.scope, params.slug, principal.shownId);
      return { status: 204, body: null };
    },
  };
}

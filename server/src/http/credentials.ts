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
    putCredential: async ({ principal, params, body }) => {
      const { scope, member, shownId } = principal;
      const credential = await putCredential(parts, scope, params.slug, body, member, shownId);
      await parts.grants.words.sayChanged(scope); // a grant came with it
      return { status: 200, body: credential };
    },
    deleteCredential: async ({ principal, params }) => {
      const { endings } = parts.connections;
      const stopped = await deleteCredential({ ...parts, endings }, principal.scope, params.slug, principal.shownId);
      return { status: 200, body: { stopped } };
    },
  };
}

import { createKey } from "../people/create-key.ts";
import { listKeys } from "../people/list-keys.ts";
import { revokeKey } from "../people/revoke-key.ts";
import { rotateKey } from "../people/rotate-key.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Handlers } from "./route-call.ts";

type KeyRoutes = "listKeys" | "createKey" | "rotateKey" | "revokeKey";

/** API keys. */
export function keyHandlers(parts: HttpParts): Pick<Handlers, KeyRoutes> {
  return {
    listKeys: async ({ principal, query }) => ({ status: 200, body: await listKeys(parts, principal.scope, query) }),
    createKey: async ({ principal, body }) => ({
      status: 201,
      body: await createKey(parts, principal, principal.scope, body),
    }),
    rotateKey: async ({ principal, params, body }) => ({
      status: 201,
      body: await rotateKey(parts, principal, principal.scope, params.key, body),
    }),
    revokeKey: async ({ principal, params }) => {
      await revokeKey(parts, principal, principal.scope, params.key);
      return { status: 204, body: null };
    },
  };
}

import { listOutbound } from "../audit/list-outbound.ts";
import { EFFECT_ERRORS } from "../gate/effect-errors.ts";
import type { HttpParts } from "./http-parts.ts";
import type { Handlers } from "./route-call.ts";

/** What flows reached outside. */
export function outboundHandlers(parts: Pick<HttpParts, "database">): Pick<Handlers, "listOutboundEffects"> {
  return {
    listOutboundEffects: async ({ principal, query }) => ({
      status: 200,
      body: await listOutbound(parts.database, principal.scope, query, reasonOf),
    }),
  };
}

function reasonOf(code: string): string | null {
  return Object.entries(EFFECT_ERRORS).find(([name]) => name === code)?.[1].title ?? null;
}

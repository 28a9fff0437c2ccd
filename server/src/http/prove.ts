import type { HttpParts } from "./http-parts.ts";
import type { Handlers } from "./route-call.ts";

/** The promises, tried. */
export function proveHandlers(parts: Pick<HttpParts, "prove">): Pick<Handlers, "prove"> {
  return { prove: async ({ body }) => ({ status: 200, body: await parts.prove(body.only ?? null) }) };
}

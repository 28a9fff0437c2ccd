import { page } from "../api.ts";
import { OutboundEffect, OutboundFilter } from "../api/outbound.ts";
import { paging, type Route } from "../route.ts";

/** What flows reached outside. */
export const outboundRoutes = {
  listOutboundEffects: {
    method: "GET",
    path: "/v1/outbound",
    summary: "What the project's flows reached outside and what was refused, newest first; kept for 90 days",
    access: { in: "project", needs: "run.read" },
    query: OutboundFilter.extend(paging),
    answers: { 200: page(OutboundEffect) },
  },
} as const satisfies Record<string, Route>;

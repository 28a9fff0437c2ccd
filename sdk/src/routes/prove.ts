import * as api from "../api/prove.ts";
import type { Route } from "../route.ts";

/** The promises, tried against the installation itself. */
export const proveRoutes = {
  prove: {
    method: "POST",
    path: "/v1/installation/prove",
    summary: "Try the promises against this installation",
    access: { in: "installation" },
    body: api.ProveRequest,
    answers: { 200: api.Proof },
  },
} as const satisfies Record<string, Route>;

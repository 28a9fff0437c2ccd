import type { RequestFilter, RequestNote } from "@steward/sdk";
import { AppError } from "../core/errors.ts";
import { INSTALLATION_SCOPE } from "../store/installation.ts";
import { listRequests, type RequestRow } from "../store/request-metadata.ts";
import type { Scope } from "../store/scope.ts";
import type { HttpParts } from "./http-parts.ts";
import { isoTime } from "./present-run.ts";
import type { Handlers } from "./route-call.ts";

type Query = RequestFilter & { readonly cursor?: string | undefined; readonly limit: number };

/** Who called what: of a project, and of the installation outside of projects. */
export function requestHandlers(
  parts: Pick<HttpParts, "database">,
): Pick<Handlers, "listRequests" | "listInstallationRequests"> {
  const list = async (scope: Scope, query: Query) => {
    const { cursor, limit, since, until, principal, route, status, address } = query;
    if (cursor !== undefined && !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(cursor))
      throw new AppError("invalid_request", "the cursor is not one of this list");
    const rows = await listRequests(parts.database, scope, {
      principal: principal ?? null,
      route: route ?? null,
      status: status ?? null,
      address: address ?? null,
      sinceMs: since === undefined ? null : Date.parse(since),
      untilMs: until === undefined ? null : Date.parse(until),
      before: cursor ?? null,
      limit: limit + 1,
    });
    const items = rows.slice(0, limit);
    return { items: items.map(present), next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
  };
  return {
    listRequests: async ({ principal, query }) => ({ status: 200, body: await list(principal.scope, query) }),
    listInstallationRequests: async ({ query }) => ({ status: 200, body: await list(INSTALLATION_SCOPE, query) }),
  };
}

function present({ minuteMs, latencyMsSum, ...row }: RequestRow): RequestNote {
  return { ...row, minute: isoTime(minuteMs), latencyMsMean: Math.round((latencyMsSum / row.count) * 10) / 10 };
}

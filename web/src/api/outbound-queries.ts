/** What the page asks about what left. Keys begin with the project: two never share an answer. */
import type { Client, OutboundFilter } from "@steward/sdk";
import { queryOptions } from "@tanstack/react-query";
import { paged } from "./people-queries.ts";

const LIVE_MS = 5000;
/** Of one run; who wants more looks at the ledger. */
const OF_RUN_MAX = 100;

export type OutboundAsked = Partial<OutboundFilter>;

export const outboundKeys = {
  all: (project: string) => ["outbound", project],
} as const;

export const ledgerQuery = (client: Client, project: string, asked: OutboundAsked) => ({
  ...paged([...outboundKeys.all(project), "list", asked], (at) => client.listOutboundEffects({ ...asked, ...at })),
  refetchInterval: LIVE_MS,
});

/** What one run reached, the newest first; asked again while it goes on. */
export const runEffectsQuery = (client: Client, project: string, run: string, live: boolean) =>
  queryOptions({
    queryKey: [...outboundKeys.all(project), "run", run],
    queryFn: ({ signal }) => client.listOutboundEffects({ cause: run, limit: OF_RUN_MAX, signal }),
    refetchInterval: live ? LIVE_MS : false,
  });

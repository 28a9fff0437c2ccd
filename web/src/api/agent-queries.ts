/** What the page asks of agents. */
import type { Client } from "@steward/sdk";
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";

const LIST_LIMIT = 50;
const FIRST = "";

export const agentKeys = { all: ["agents"], one: (slug: string) => ["agent", slug] } as const;

export const agentsQuery = (client: Client) =>
  infiniteQueryOptions({
    queryKey: [...agentKeys.all, "list"],
    queryFn: ({ pageParam, signal }) =>
      client.listAgents({ cursor: pageParam || undefined, limit: LIST_LIMIT, signal }),
    initialPageParam: FIRST,
    getNextPageParam: ({ next }) => next ?? undefined,
  });

export const agentQuery = (client: Client, slug: string) =>
  queryOptions({ queryKey: agentKeys.one(slug), queryFn: ({ signal }) => client.getAgent({ slug, signal }) });

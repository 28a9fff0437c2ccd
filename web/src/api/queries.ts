/** What the page asks the API, under one key each. */
import { type Client, isTerminal, type RunStatus } from "@steward/sdk";
import { infiniteQueryOptions, keepPreviousData, queryOptions } from "@tanstack/react-query";

const LIST_LIMIT = 50;
const LIVE_MS = 3000;
const CALM_MS = 15_000;
/** A list longer than this many pages is refreshed at the calm pace. */
const LIVE_PAGES_MAX = 3;

export const keys = {
  session: ["session"],
  flows: ["flows"],
  flow: (slug: string) => ["flow", slug],
  runs: ["runs"],
  run: (id: string) => ["run", id],
  credentials: ["credentials"],
  variables: ["variables"],
} as const;

export const entranceQuery = (client: Client) =>
  queryOptions({ queryKey: ["entrance"], queryFn: ({ signal }) => client.getEntrance({ signal }), staleTime: 60_000 });

/** The first page has no cursor. */
const FIRST = "";

export const flowsQuery = (client: Client, search: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.flows, search],
    queryFn: ({ pageParam, signal }) =>
      client.listFlows({
        search: search === "" ? undefined : search,
        cursor: pageParam || undefined,
        limit: LIST_LIMIT,
        signal,
      }),
    initialPageParam: FIRST,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });

export const flowQuery = (client: Client, slug: string) =>
  queryOptions({ queryKey: keys.flow(slug), queryFn: ({ signal }) => client.getFlow({ slug, signal }) });

export const versionQuery = (client: Client, slug: string, version: number) =>
  queryOptions({
    queryKey: [...keys.flow(slug), "version", version],
    queryFn: ({ signal }) => client.getVersion({ slug, version, signal }),
    // A published version never changes.
    staleTime: Number.POSITIVE_INFINITY,
  });

export interface RunFilters {
  readonly flow?: string | undefined;
  readonly status?: RunStatus | undefined;
}

export const runsQuery = (client: Client, filters: RunFilters) =>
  infiniteQueryOptions({
    queryKey: [...keys.runs, filters.flow ?? "", filters.status ?? ""],
    queryFn: ({ pageParam, signal }) =>
      client.listRuns({ ...filters, cursor: pageParam || undefined, limit: LIST_LIMIT, signal }),
    initialPageParam: FIRST,
    getNextPageParam: ({ next }) => next ?? undefined,
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) <= LIVE_PAGES_MAX ? LIVE_MS : CALM_MS),
  });

export const runQuery = (client: Client, id: string) =>
  queryOptions({
    queryKey: keys.run(id),
    queryFn: ({ signal }) => client.getRun({ id, signal }),
    // The events tell sooner; this is for when they are interrupted.
    refetchInterval: ({ state }) => (state.data && isTerminal(state.data.status) ? false : CALM_MS),
  });

export const examplesQuery = (client: Client) =>
  queryOptions({
    queryKey: ["examples"],
    queryFn: ({ signal }) => client.listExamples({ signal }),
    staleTime: CALM_MS,
  });

export const credentialsQuery = (client: Client) =>
  infiniteQueryOptions({
    queryKey: keys.credentials,
    queryFn: ({ pageParam, signal }) =>
      client.listCredentials({ cursor: pageParam || undefined, limit: LIST_LIMIT, signal }),
    initialPageParam: FIRST,
    getNextPageParam: ({ next }) => next ?? undefined,
  });

export const variablesQuery = (client: Client) =>
  infiniteQueryOptions({
    queryKey: keys.variables,
    queryFn: ({ pageParam, signal }) =>
      client.listVariables({ cursor: pageParam || undefined, limit: LIST_LIMIT, signal }),
    initialPageParam: FIRST,
    getNextPageParam: ({ next }) => next ?? undefined,
  });

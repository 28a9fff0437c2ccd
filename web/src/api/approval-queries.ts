/** What the page asks about approvals. Keys begin with the project: two never share an answer. */
import type { Client } from "@steward/sdk";
import { queryOptions } from "@tanstack/react-query";
import { paged } from "./people-queries.ts";

const LIVE_MS = 5000;

export const approvalKeys = {
  all: (project: string) => ["approvals", project],
} as const;

export interface ApprovalsAsked {
  readonly view: "mine" | "open" | "all";
  readonly flow?: string | undefined;
}

export const approvalsQuery = (client: Client, project: string, { view, flow }: ApprovalsAsked) => ({
  ...paged([...approvalKeys.all(project), "list", view, flow], (at) =>
    client.listApprovals({
      status: view === "all" ? "all" : "open",
      mine: view === "mine" ? "true" : "false",
      flow,
      ...at,
    }),
  ),
  refetchInterval: LIVE_MS,
});

/** How many wait, for the rail: asked as often as the lists are, and at once after a word was said. */
export const approvalCountQuery = (client: Client, project: string) =>
  queryOptions({
    queryKey: [...approvalKeys.all(project), "count"],
    queryFn: ({ signal }) => client.countApprovals({ signal }),
    refetchInterval: LIVE_MS,
  });

export const approvalQuery = (client: Client, project: string, approval: string) =>
  queryOptions({
    queryKey: [...approvalKeys.all(project), "one", approval],
    queryFn: ({ signal }) => client.getApproval({ approval, signal }),
    refetchInterval: ({ state }) => (state.data?.status === "open" ? LIVE_MS : false),
  });

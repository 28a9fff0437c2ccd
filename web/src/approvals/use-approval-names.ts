import type { ApprovalSummary } from "@steward/sdk";
import { useQueries, useQuery } from "@tanstack/react-query";
import { useClient } from "../api/client.ts";
import { connectionChoiceQuery, connectorQuery, connectorsQuery } from "../api/connection-queries.ts";
import { flowChoiceQuery } from "../api/grant-queries.ts";
import { useSession } from "../api/session.ts";
import { OWN_ACTIONS } from "../grants/own-actions.ts";
import { say } from "../language.ts";
import { shortId } from "../ui/Copy.tsx";
import { visible } from "../visible.ts";

type Asked = Pick<ApprovalSummary, "kind" | "action" | "message" | "connection">;

interface ApprovalNames {
  /** What is asked: the step's own words, or the action's title. */
  readonly titleOf: (approval: Asked) => string;
  readonly flowOf: (slug: string) => string;
  readonly connectionOf: (id: string) => string;
}

/** What people call what these approvals name by ids; by the ids themselves until that is known, or where it may not be seen. */
export function useApprovalNames(approvals: readonly Asked[]): ApprovalNames {
  const client = useClient();
  const { here, may } = useSession();
  const project = here.project.id;
  const seen = may("connection.read");
  const flows = useQuery({ ...flowChoiceQuery(client, project), enabled: may("flow.read") });
  const connections = useQuery({ ...connectionChoiceQuery(client, project), enabled: seen });
  const connectors = useQuery({ ...connectorsQuery(client, project, ""), enabled: seen });
  const connectorOf = ({ action, connection }: Asked) =>
    connections.data?.items.find(({ id }) => id === connection)?.connector ?? action.split(".", 1)[0];
  const asked = new Set(approvals.filter(({ kind }) => kind === "effect").map(connectorOf));
  const details = useQueries({
    queries: (connectors.data?.items ?? [])
      .filter(({ id }) => asked.has(id))
      .map(({ id }) => connectorQuery(client, project, id)),
  });
  const actions = [...details.flatMap(({ data }) => data?.actions ?? []), ...OWN_ACTIONS];
  return {
    titleOf: ({ kind, action, message }) => {
      if (kind === "step") return message === null ? say.approvals.step : visible(message);
      return visible(actions.find(({ id }) => id === action)?.title ?? action);
    },
    flowOf: (slug) => visible(flows.data?.items.find((one) => one.slug === slug)?.name ?? slug),
    connectionOf: (id) => {
      const slug = connections.data?.items.find((one) => one.id === id)?.slug;
      return slug === undefined ? shortId(id) : visible(slug);
    },
  };
}

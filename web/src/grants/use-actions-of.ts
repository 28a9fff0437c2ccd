import { useQuery } from "@tanstack/react-query";
import { useClient } from "../api/client.ts";
import { connectionChoiceQuery, connectorQuery } from "../api/connection-queries.ts";
import { useSession } from "../api/session.ts";
import { splitAbout } from "./grant-draft.ts";
import { HTTP_REQUEST, type OfferedAction, OWN_ACTIONS } from "./own-actions.ts";

/** What can be done with what a draft is about; without either, what needs no connection. */
export function useActionsOf(about: string): readonly OfferedAction[] {
  const client = useClient();
  const { here, may } = useSession();
  const [kind, slug] = splitAbout(about);
  const connections = useQuery({
    ...connectionChoiceQuery(client, here.project.id),
    enabled: kind === "connection" && may("connection.read"),
  });
  const connector = connections.data?.items.find((one) => one.slug === slug)?.connector ?? "";
  const details = useQuery({
    ...connectorQuery(client, here.project.id, connector),
    enabled: kind === "connection" && connector !== "",
  });
  if (kind === "credential") return [HTTP_REQUEST];
  if (kind === null) return OWN_ACTIONS;
  const { actions = [], triggers = [] } = details.data ?? {};
  return [
    ...actions.map(({ id, title, class: one, input }) => ({ id, title, classes: [one], input })),
    // What happens there is granted like an action that reads.
    ...triggers.map(({ id, title, settings }) => ({ id, title, classes: ["read" as const], input: settings })),
  ];
}

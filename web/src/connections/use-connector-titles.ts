import { useQuery } from "@tanstack/react-query";
import { useClient } from "../api/client.ts";
import { connectorsQuery } from "../api/connection-queries.ts";
import { useSession } from "../api/session.ts";
import { visible } from "../visible.ts";

/** What providers are called, by their connector's id; by the id itself until it is known, and where it is gone. */
export function useConnectorTitles(): (connector: string) => string {
  const { here, may } = useSession();
  const list = useQuery({ ...connectorsQuery(useClient(), here.project.id, ""), enabled: may("connection.read") });
  return (id) => visible(list.data?.items.find((one) => one.id === id)?.title ?? id);
}

import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useClient } from "../api/client.ts";
import { grantsQuery, limitsQuery } from "../api/grant-queries.ts";
import { useSession } from "../api/session.ts";
import { visible } from "../visible.ts";

/** What the line of a grant or limit says that a budget came with (`grant:grt_…:0`), where it is among the newest; else null. */
export function useLineSentence(): (subject: string) => string | null {
  const client = useClient();
  const { here, may } = useSession();
  const project = here.project.id;
  const grants = useInfiniteQuery({ ...grantsQuery(client, project, { ended: false }), enabled: may("grant.read") });
  const limits = useQuery({ ...limitsQuery(client, project), enabled: may("grant.read") });
  const known = [...(grants.data?.pages.flatMap(({ items }) => items) ?? []), ...(limits.data?.items ?? [])];
  return (subject) => {
    const [, id, line] = subject.split(":");
    const sentence = known.find((one) => one.id === id)?.sentences[Number(line)];
    return sentence === undefined ? null : visible(sentence);
  };
}

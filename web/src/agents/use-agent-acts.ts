import type { FlowDetail } from "@steward/sdk";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { agentKeys } from "../api/agent-queries.ts";
import { useClient } from "../api/client.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { useNotices } from "../ui/Notices.tsx";

/** What a person does with an agent. */
export function useAgentActs(slug: string) {
  const client = useClient();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { tell, fail } = useNotices();
  const refresh = async () => {
    await Promise.all([
      queries.invalidateQueries({ queryKey: agentKeys.one(slug) }),
      queries.invalidateQueries({ queryKey: agentKeys.all }),
    ]);
  };
  const publish = useMutation({
    mutationFn: () => client.publishAgent({ slug }),
    onSuccess: ({ version }) => tell(say.agents.published(version)),
    onError: fail,
    onSettled: refresh,
  });
  const setPaused = useMutation({
    mutationFn: (paused: boolean) => (paused ? client.pauseAgent({ slug }) : client.resumeAgent({ slug })),
    onSuccess: (agent) => queries.setQueryData<FlowDetail>(agentKeys.one(slug), agent),
    onError: fail,
    onSettled: refresh,
  });
  const restore = useMutation({
    mutationFn: () => client.restoreAgent({ slug }),
    onSuccess: async ({ name }) => {
      await refresh();
      tell(say.agents.restored(name));
      await navigate(paths.agent(slug));
    },
    onError: fail,
  });
  const remove = useMutation({
    mutationFn: (_name: string) => client.deleteAgent({ slug }),
    onSuccess: async (_ended, name) => {
      await navigate(paths.agents());
      queries.removeQueries({ queryKey: agentKeys.one(slug) });
      await queries.invalidateQueries({ queryKey: agentKeys.all });
      tell(say.agents.deleted(name), () => restore.mutate());
    },
    onError: fail,
  });
  return { publish, setPaused, remove, refresh };
}

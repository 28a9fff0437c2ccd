import type { FlowDetail } from "@steward/sdk";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useClient } from "../api/client.ts";
import { flowQuery, keys } from "../api/queries.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { useNotices } from "../ui/Notices.tsx";

/** What a person does with a flow. Pausing and resuming show at once and come back with the reason if refused. */
export function useFlowActs(slug: string) {
  const client = useClient();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { tell, fail } = useNotices();
  const { queryKey } = flowQuery(client, slug);
  const refresh = async () => {
    await Promise.all([queries.invalidateQueries({ queryKey }), queries.invalidateQueries({ queryKey: keys.flows })]);
  };

  const publish = useMutation({
    mutationFn: () => client.publishFlow({ slug }),
    onSuccess: ({ version }) => tell(say.flow.published(version)),
    onError: fail,
    onSettled: refresh,
  });

  const setPaused = useMutation({
    mutationFn: (paused: boolean) => (paused ? client.pauseFlow({ slug }) : client.resumeFlow({ slug })),
    onMutate: async (paused) => {
      await queries.cancelQueries({ queryKey });
      const before = queries.getQueryData<FlowDetail>(queryKey);
      if (before) queries.setQueryData<FlowDetail>(queryKey, { ...before, paused });
      return { before };
    },
    onSuccess: (flow, paused) => {
      queries.setQueryData<FlowDetail>(queryKey, flow);
      tell(paused ? say.flow.paused : say.flow.resumed);
    },
    onError: (error, _, context) => {
      if (context?.before) queries.setQueryData<FlowDetail>(queryKey, context.before);
      fail(error);
    },
    onSettled: refresh,
  });

  const restore = useMutation({
    mutationFn: () => client.restoreFlow({ slug }),
    onSuccess: async (flow) => {
      queries.setQueryData<FlowDetail>(queryKey, flow);
      await queries.invalidateQueries({ queryKey: keys.flows });
      tell(say.flow.restored(flow.name));
      await navigate(paths.flow(slug));
    },
    onError: fail,
  });

  const remove = useMutation({
    mutationFn: (_name: string) => client.deleteFlow({ slug }),
    onSuccess: async ({ stopped }, name) => {
      await navigate(paths.flows());
      queries.removeQueries({ queryKey });
      await queries.invalidateQueries({ queryKey: keys.flows });
      tell(say.flow.deleted(name, stopped.cancelledRunCount), () => restore.mutate());
    },
    onError: fail,
  });

  return { publish, setPaused, remove, refresh };
}

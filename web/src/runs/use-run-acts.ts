import { type ResolveEffect, type Run, type SendEvent } from "@steward/sdk";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useClient } from "../api/client.ts";
import { keys, runQuery } from "../api/queries.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { useNotices } from "../ui/Notices.tsx";

/** What a person does with a run. A retry opens the new run; the others stay. */
export function useRunActs(id: string) {
  const client = useClient();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { tell, fail } = useNotices();
  const keep = (run: Run) => queries.setQueryData<Run>(runQuery(client, run.id).queryKey, run);

  const retry = useMutation({
    mutationFn: (from: string | null) =>
      client.retryRun({ id, body: from === null ? {} : { from }, idempotencyKey: crypto.randomUUID() }),
    onSuccess: async (run) => {
      keep(run);
      tell(say.run.againDone);
      await queries.invalidateQueries({ queryKey: keys.runs });
      await navigate(paths.run(run.id));
    },
    onError: fail,
  });

  const cancel = useMutation({
    mutationFn: () => client.cancelRun({ id }),
    onSuccess: (run) => {
      keep(run);
      tell(say.run.stopped);
    },
    onError: fail,
  });

  const resolve = useMutation({
    mutationFn: (body: ResolveEffect) => client.resolveEffect({ id, body }),
    onSuccess: (run, { step, how }) => {
      keep(run);
      tell(step === undefined ? say.run.letGoOnDone : say.resolve.said[how]);
    },
    onError: fail,
  });

  const send = useMutation({
    mutationFn: (body: SendEvent) => client.sendEvent({ id, body }),
    onSuccess: (run, { name }) => {
      keep(run);
      tell(say.event.sent(name));
    },
    onError: fail,
  });

  return { retry, cancel, resolve, send };
}

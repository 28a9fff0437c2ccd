import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { useNotices } from "./Notices.tsx";

interface Act<Input, Result> {
  readonly act: (input: Input) => Promise<Result>;
  /** What it changes: asked anew before the act counts as done. */
  readonly changes: readonly QueryKey[];
  /** What it did, in words; without it nothing is told. */
  readonly said?: (input: Input, result: Result) => string;
  /** The way back, while the notice stands. */
  readonly undo?: (input: Input, result: Result) => Promise<unknown>;
  /** For what a form does, which shows itself what did not work. */
  readonly quiet?: boolean;
  readonly after?: (result: Result, input: Input) => unknown;
}

/** Something a person does with one press: what changed is asked anew, then it is told, or why it was not done. */
export function useAct<Input = void, Result = unknown>({
  act,
  changes,
  said,
  undo,
  quiet = false,
  after,
}: Act<Input, Result>) {
  const queries = useQueryClient();
  const { tell, fail } = useNotices();
  const refresh = () => Promise.all(changes.map((queryKey) => queries.invalidateQueries({ queryKey })));
  return useMutation({
    mutationFn: act,
    onSuccess: async (result, input) => {
      await refresh();
      await after?.(result, input);
      const words = said?.(input, result);
      if (words !== undefined) tell(words, undo && (() => void undo(input, result).then(refresh, fail)));
    },
    onError: (error) => quiet || fail(error),
  });
}

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useClient } from "../api/client.ts";
import { keys } from "../api/queries.ts";
import { useNotices } from "../ui/Notices.tsx";

/** Ends this browser's session; nothing of what was shown stays in the page's memory. */
export function useSignOut(): () => void {
  const client = useClient();
  const queries = useQueryClient();
  const { fail } = useNotices();
  const { mutate } = useMutation({
    mutationFn: () => client.signOut({}),
    onSuccess: async () => {
      // The page that says so comes first, then what lay under it is forgotten.
      await queries.invalidateQueries({ queryKey: keys.me });
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== keys.me[0] });
    },
    onError: fail,
  });
  return () => mutate();
}

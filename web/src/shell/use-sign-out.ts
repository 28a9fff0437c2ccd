import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useClient } from "../api/client.ts";
import { useNavigate } from "@tanstack/react-router";
import { paths } from "../paths.ts";
import { useNotices } from "../ui/Notices.tsx";

/** Ends this browser's session; nothing of what was shown stays in the page's memory. */
export function useSignOut(): () => void {
  const client = useClient();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { fail } = useNotices();
  const { mutate } = useMutation({
    mutationFn: () => client.signOut({}),
    onSuccess: async () => {
      // The way in comes first, then what lay under it is forgotten.
      await navigate({ ...paths.signIn(), replace: true });
      queries.clear();
    },
    onError: fail,
  });
  return () => mutate();
}

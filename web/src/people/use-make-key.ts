import type { Answer, CallArgs, RawBody } from "@steward/sdk";
import { useClient } from "../api/client.ts";
import { peopleKeys } from "../api/people-queries.ts";
import { useSession } from "../api/session.ts";
import { useAct } from "../ui/use-act.ts";

export type MadeApiKeyAnswer = Answer<"createKey">;
type NewKey = Exclude<CallArgs<"createKey">["body"], RawBody>;

/** Makes a key of the project that is worked in. */
export function useMakeKey(done: (made: MadeApiKeyAnswer) => void) {
  const client = useClient();
  const { here } = useSession();
  return useAct({
    act: (body: NewKey) => client.createKey({ body }),
    changes: [peopleKeys.apiKeys(here.project.id)],
    quiet: true,
    after: done,
  });
}

import type { SignOnConnection } from "@steward/sdk";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useSignInClient } from "../api/client.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { useOrganization } from "../people/use-organization.ts";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";

const { form: words } = say.people.signOn;

/** Signs on by a provider before anybody has to: comes back here in a session that it began, or is told why not. */
export function TryConnection({ connection: { id } }: { connection: SignOnConnection }) {
  const auth = useSignInClient();
  const router = useRouter();
  const { organization } = useOrganization();
  const begin = useMutation({
    mutationFn: async () => {
      const here = router.buildLocation(paths.signOn({ organization: organization.id, open: id })).href;
      window.location.assign(await auth.withConnection(id, here));
    },
  });
  return (
    <section aria-label={words.tryIt} className="space-y-2">
      <Button disabled={begin.isPending} onClick={() => begin.mutate()}>
        {words.tryIt}
      </Button>
      <p className="text-12 text-text-2">{words.tryItWhat}</p>
      {begin.isError && <ErrorNote error={begin.error} />}
    </section>
  );
}

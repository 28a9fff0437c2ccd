import { useMutation } from "@tanstack/react-query";
import { useSignInClient } from "../api/client.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { nextPath } from "./next-path.ts";
import { useKeptInvitation } from "./use-kept-invitation.ts";

const { signUp: words } = say.entry;

/**
 * The way to a provider, for who has an account and for who gets one by it: an invitation that this browser was on the way
 * to accept goes along, and leads on when nothing else does. A `birthDate` of null is asked for and not given yet.
 */
export function ProviderButton({
  id,
  label,
  next,
  birthDate = "",
}: {
  id: string;
  label: string;
  next: string | undefined;
  birthDate?: string | null;
}) {
  const auth = useSignInClient();
  const invitation = useKeptInvitation()?.token;
  const go = useMutation({
    mutationFn: async () => {
      if (birthDate === null) throw new Error(words.birthDateFirst);
      const to = next === undefined && invitation !== undefined ? "/invitation" : nextPath(next);
      const joining = birthDate === "" ? { invitation } : { invitation, birthDate };
      window.location.assign(await auth.withProvider(id, to, joining));
    },
  });
  return (
    <>
      <Button className="w-full" disabled={go.isPending} onClick={() => go.mutate()}>
        {label}
      </Button>
      {go.isError &&
        (birthDate === null ? (
          <p role="alert" className="text-12 text-failed">
            {words.birthDateFirst}
          </p>
        ) : (
          <ErrorNote error={go.error} />
        ))}
    </>
  );
}

import { startAuthentication } from "@simplewebauthn/browser";
import { useMutation } from "@tanstack/react-query";
import { useSignInClient } from "../api/client.ts";
import { say } from "../language.ts";
import { Button } from "../ui/Button.tsx";

const { signIn: words } = say.entry;

/** Asks the browser for a passkey of this installation: signs in by it, or, where one is signed in, adds it as the second factor. */
export function PasskeyButton({
  done,
  label = words.passkey,
  name,
  className = "w-full",
}: {
  done: () => void;
  label?: string;
  /** What a screen reader says, where the label alone does not say what for. */
  name?: string;
  className?: string;
}) {
  const auth = useSignInClient();
  const ask = useMutation({
    mutationFn: async () => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the library's own question, read as it is
      const optionsJSON = (await auth.passkeyQuestion()) as Parameters<typeof startAuthentication>[0]["optionsJSON"];
      await auth.verifyPasskey(await startAuthentication({ optionsJSON }));
      done();
    },
  });
  return (
    <>
      <Button className={className} aria-label={name} disabled={ask.isPending} onClick={() => ask.mutate()}>
        {label}
      </Button>
      {ask.isError && (
        <p role="alert" className="text-12 text-failed">
          {words.passkeyFailed}
        </p>
      )}
    </>
  );
}

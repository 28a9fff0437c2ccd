import { ProblemError } from "@steward/sdk";
import { useMutation } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useSignInClient } from "../api/client.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { EntryPage } from "./EntryPage.tsx";
import { linkAddress, linkPurpose } from "./link-purpose.ts";
import { nextPath } from "./next-path.ts";
import { useLinkToken } from "./use-link-token.ts";

const { verify: words, reset } = say.entry;

/** Confirms an address by the link of a mail, once its reader says so: programs that open links use none up. */
export function Verify() {
  const { next } = useSearch({ from: "/verify-email" });
  const token = useLinkToken() ?? "";
  const auth = useSignInClient();
  const confirm = useMutation({ mutationFn: () => auth.verifyEmail(token) });
  const purpose = linkPurpose(token);
  const about = words[purpose];
  const address = purpose === "change_new" ? linkAddress(token) : null;
  if (confirm.isSuccess)
    return (
      <EntryPage title={about.done} what={about.doneWhat}>
        <a href={nextPath(next)} className={buttonClasses("primary")}>
          {words.on}
        </a>
      </EntryPage>
    );
  const status = confirm.error instanceof ProblemError ? confirm.error.status : null;
  if (token === "" || status === 400 || status === 401)
    return (
      <EntryPage
        title={status === 401 ? words.signInFirst : words.failed}
        what={status === 401 ? words.signInFirstWhat : words.failedWhat}
      >
        <Link {...paths.signIn({ next })} className={buttonClasses("primary")}>
          {reset.signIn}
        </Link>
      </EntryPage>
    );
  return (
    <EntryPage title={about.title} what={address === null ? about.what : words.change_new.whatFor(address)}>
      <Button look="primary" disabled={confirm.isPending} onClick={() => confirm.mutate()}>
        {about.go}
      </Button>
      {confirm.isError && <ErrorNote error={confirm.error} />}
    </EntryPage>
  );
}

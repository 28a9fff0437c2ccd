import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useSignInClient } from "../api/client.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { buttonClasses } from "../ui/Button.tsx";
import { nextPath } from "./next-path.ts";
import { EntryPage } from "./EntryPage.tsx";
import { useLinkToken } from "./use-link-token.ts";

const { verify: words, reset } = say.entry;

/** Uses up the link of the mail that verifies an address: once, however often the page is drawn. */
export function Verify() {
  const { next } = useSearch({ from: "/verify-email" });
  const token = useLinkToken() ?? "";
  const auth = useSignInClient();
  const used = useQuery({
    queryKey: ["verify", token],
    queryFn: async () => {
      await auth.verifyEmail(token);
      return true;
    },
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (used.isPending) return <EntryPage title={words.title}>{null}</EntryPage>;
  if (used.isError)
    return (
      <EntryPage title={words.failed} what={words.failedWhat}>
        <Link {...paths.signIn({ next })} className={buttonClasses("primary")}>
          {reset.signIn}
        </Link>
      </EntryPage>
    );
  return (
    <EntryPage title={words.done}>
      <a href={nextPath(next)} className={buttonClasses("primary")}>
        {words.go}
      </a>
    </EntryPage>
  );
}

import { ProblemError } from "@steward/sdk";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useClient } from "../api/client.ts";
import { keys } from "../api/queries.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { useNotices } from "../ui/Notices.tsx";
import { forgetInvitation, keepInvitation } from "./kept-invitation.ts";
import { EntryPage } from "./EntryPage.tsx";
import { useKeptInvitation } from "./use-kept-invitation.ts";
import { useLinkToken } from "./use-link-token.ts";

const { invitation: words } = say.entry;

/** What an invitation offers; taking it needs an account with the invited address. */
export function Invitation() {
  // The link's own, else the one that this browser was on the way to accept when it signed up or in.
  const kept = useKeptInvitation();
  const token = useLinkToken() ?? kept?.token ?? "";
  const client = useClient();
  const offer = useQuery({
    queryKey: ["invitation", token],
    queryFn: async ({ signal }) => {
      const found = await client.lookAtInvitation({ body: { token }, signal });
      keepInvitation(localStorage, { token, email: found.email }, Date.now());
      return found;
    },
    retry: false,
    // Without one: while the page is being left for another.
    enabled: token !== "",
  });
  if (offer.isError || token === "")
    return (
      <EntryPage title={words.gone} what={words.goneWhat}>
        {offer.isError && !(offer.error instanceof ProblemError && offer.error.status === 404) && (
          <ErrorNote error={offer.error} />
        )}
      </EntryPage>
    );
  if (offer.data === undefined) return <EntryPage title={words.title("…")}>{null}</EntryPage>;
  const { organization, email, role } = offer.data;
  return (
    <EntryPage title={words.title(organization.name)} what={words.what(email, role)}>
      <Accept token={token} email={email} organization={organization.name} />
    </EntryPage>
  );
}

function Accept({ token, email, organization }: { token: string; email: string; organization: string }) {
  const client = useClient();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { tell } = useNotices();
  const account = useQuery({
    queryKey: ["account"],
    queryFn: ({ signal }) => client.getAccount({ signal }),
    retry: false,
  });
  const join = useMutation({
    mutationFn: () => client.acceptInvitation({ body: { token } }),
    onSuccess: async () => {
      forgetInvitation(localStorage);
      tell(words.joined(organization));
      await queries.invalidateQueries({ queryKey: keys.session });
      await navigate(paths.home());
    },
  });
  const next = "/invitation";
  if (account.isPending) return null;
  if (account.isError)
    return (
      <div className="flex gap-2">
        <Link {...paths.signUp({ next })} className={buttonClasses("primary")}>
          {words.signUp}
        </Link>
        <Link {...paths.signIn({ email, next })} className={buttonClasses("plain")}>
          {words.signIn}
        </Link>
      </div>
    );
  if (account.data.email.toLowerCase() !== email.toLowerCase()) return <p className="text-13">{words.other}</p>;
  return (
    <div className="space-y-3">
      <Button look="primary" disabled={join.isPending} onClick={() => join.mutate()}>
        {words.join}
      </Button>
      {join.isError && <ErrorNote error={join.error} />}
    </div>
  );
}

import { useQueryClient } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import type { Locked } from "../api/session.ts";
import { useSignedIn } from "../api/session.ts";
import { PasskeyButton } from "../entry/PasskeyButton.tsx";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { buttonClasses } from "../ui/Button.tsx";

const { organizations: words } = say.account;

/** The way into an organization that asks for more than this session was begun with. */
export function Unlock({ locked: { organization, needs }, className }: { locked: Locked; className?: string }) {
  const { account } = useSignedIn();
  const { pathname } = useLocation();
  const queries = useQueryClient();
  const look = buttonClasses("plain", className);
  if (needs === "sign_on_required")
    return (
      <Link {...paths.signIn({ email: account.email })} aria-label={words.signOnOf(organization.name)} className={look}>
        {words.signOn}
      </Link>
    );
  if (account.secondFactor)
    return (
      <Link {...paths.secondFactor({ next: pathname })} aria-label={words.codeOf(organization.name)} className={look}>
        {words.code}
      </Link>
    );
  if (account.hasPasskey)
    return (
      <PasskeyButton
        label={words.passkey}
        name={words.passkeyOf(organization.name)}
        className={className ?? ""}
        done={() => void queries.invalidateQueries()}
      />
    );
  return (
    <Link {...paths.account()} hash="second-factor" aria-label={words.setUpOf(organization.name)} className={look}>
      {words.setUp}
    </Link>
  );
}

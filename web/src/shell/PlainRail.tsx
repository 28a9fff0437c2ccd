import { Link } from "@tanstack/react-router";
import { isOpen, useSignedIn } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button } from "../ui/Button.tsx";
import { ThemeSwitch } from "./ThemeSwitch.tsx";
import { useSignOut } from "./use-sign-out.ts";

const ITEM =
  "flex h-8 shrink-0 items-center rounded-md px-2 text-13 font-medium text-text-2 hover:bg-surface-2 hover:text-text-1 aria-[current=page]:bg-surface-3/70 aria-[current=page]:text-text-1";

/** The rail of somebody who has no project to work in: the pages that are theirs, and the way out. */
export function PlainRail() {
  const { account, organizations, locked } = useSignedIn();
  const logs = organizations.find((one) => isOpen(one, locked) && one.permissions.includes("audit.read"));
  const signOut = useSignOut();
  const { shell } = say;
  return (
    <header className="flex shrink-0 gap-1 border-line bg-surface-1 max-md:items-center max-md:border-b max-md:px-2 max-md:py-1.5 md:w-[216px] md:flex-col md:border-r md:p-3">
      <Link {...paths.home()} className="flex h-8 items-center gap-2.5 px-1 font-semibold md:mb-2">
        <img src="/icon.svg" alt="" className="size-6 shrink-0" />
        <span className="max-md:sr-only">{say.product}</span>
      </Link>
      <nav
        aria-label={say.nav.label}
        className="flex gap-0.5 max-md:min-w-0 max-md:overflow-x-auto max-md:[scrollbar-width:none] md:flex-col"
      >
        <Link {...paths.account()} className={ITEM}>
          {shell.account}
        </Link>
        {organizations.some((one) => isOpen(one, locked)) && (
          <Link {...paths.organization()} className={ITEM}>
            {shell.organizationShort}
          </Link>
        )}
        {logs && (
          <Link {...paths.audit({ organization: logs.id })} activeOptions={{ includeSearch: false }} className={ITEM}>
            {shell.audit}
          </Link>
        )}
        {account.operator && (
          <Link {...paths.installation()} className={ITEM}>
            {shell.installation}
          </Link>
        )}
      </nav>
      <div className="flex items-center gap-2 max-md:ml-auto md:mt-auto md:justify-between">
        <span className="max-md:hidden">
          <ThemeSwitch />
        </span>
        <Button look="quiet" onClick={signOut}>
          {say.signOut}
        </Button>
      </div>
    </header>
  );
}

import { useNavigate } from "@tanstack/react-router";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { ActionMenu } from "../ui/ActionMenu.tsx";
import { Icon } from "../ui/Icon.tsx";
import { visible } from "../visible.ts";
import { useSignOut } from "./use-sign-out.ts";

/** Who is signed in, and the pages that are theirs rather than a project's. */
export function AccountMenu() {
  const { account, may } = useSession();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const { shell } = say;
  return (
    <ActionMenu
      label={say.account.menu(account.name)}
      triggerClass="flex h-8 min-w-0 flex-1 items-center gap-2.5 rounded-md px-2 text-left text-13 font-medium text-text-2 hover:bg-surface-2 hover:text-text-1 max-md:flex-none"
      trigger={
        <>
          <Icon name="person" />
          <span className="min-w-0 flex-1 truncate max-md:sr-only">{visible(account.name)}</span>
          <Icon name="chevron" className="-rotate-90 text-text-3 max-md:hidden" />
        </>
      }
      actions={[
        { label: shell.account, icon: "person", run: () => void navigate(paths.account()) },
        { label: shell.organization, icon: "people", run: () => void navigate(paths.organization()) },
        ...(may("audit.read")
          ? [{ label: shell.audit, icon: "log" as const, run: () => void navigate(paths.audit()) }]
          : []),
        ...(account.operator
          ? [{ label: shell.installation, icon: "server" as const, run: () => void navigate(paths.installation()) }]
          : []),
        { label: say.signOut, icon: "leave", run: signOut },
      ]}
    />
  );
}

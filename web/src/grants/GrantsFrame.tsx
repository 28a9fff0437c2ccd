import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { NotYours } from "../shell/NotYours.tsx";
import { Page } from "../ui/Page.tsx";
import { TAB, TabBar } from "../ui/TabBar.tsx";

const { grants: words } = say;

/** The frame of grants, limits and the simulator, for those who may see them. */
export function GrantsFrame({
  actions,
  panel,
  children,
}: {
  actions?: ReactNode;
  panel?: ReactNode;
  children: ReactNode;
}) {
  const { here, may } = useSession();
  const tab = { activeOptions: { exact: true, includeSearch: false }, className: TAB };
  if (!may("grant.read"))
    return (
      <Page title={words.title}>
        <NotYours needs="grant.read" organization={here.organization.name} />
      </Page>
    );
  return (
    <Page title={words.title} actions={actions} panel={panel}>
      <TabBar label={words.tabs.label}>
        <Link {...paths.grants()} {...tab}>
          {words.tabs.grants}
        </Link>
        <Link {...paths.limits()} {...tab}>
          {words.tabs.limits}
        </Link>
        <Link {...paths.simulator()} {...tab}>
          {words.tabs.simulator}
        </Link>
      </TabBar>
      {children}
    </Page>
  );
}

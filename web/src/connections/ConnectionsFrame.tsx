import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { NotYours } from "../shell/NotYours.tsx";
import { Page } from "../ui/Page.tsx";
import { TAB, TabBar } from "../ui/TabBar.tsx";

const { connections: words } = say;

/** The frame of connections, for those who may see them. */
export function ConnectionsFrame({
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
  if (!may("connection.read"))
    return (
      <Page title={words.title}>
        <NotYours needs="connection.read" organization={here.organization.name} />
      </Page>
    );
  return (
    <Page title={words.title} actions={actions} panel={panel}>
      <TabBar label={words.tabs.label}>
        <Link {...paths.connections()} {...tab}>
          {words.tabs.connections}
        </Link>
        <Link {...paths.catalogue()} {...tab}>
          {words.tabs.catalogue}
        </Link>
        <Link {...paths.imported()} {...tab}>
          {words.tabs.imported}
        </Link>
        <Link {...paths.receipts()} {...tab}>
          {words.tabs.receipts}
        </Link>
        {may("run.read") && (
          <Link {...paths.ledger()} {...tab}>
            {words.tabs.outbound}
          </Link>
        )}
      </TabBar>
      {children}
    </Page>
  );
}

import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { NotYoursHere } from "../people/NotYoursHere.tsx";
import { useOrganization } from "../people/use-organization.ts";
import { Page } from "../ui/Page.tsx";
import { TAB, TabBar } from "../ui/TabBar.tsx";
import { visible } from "../visible.ts";

const words = say.people.audit;

/** The frame of an organization's audit log, for those who may read it. */
export function AuditFrame({
  actions,
  panel,
  children,
}: {
  actions?: ReactNode;
  panel?: ReactNode;
  children: ReactNode;
}) {
  const { organization, may } = useOrganization();
  if (!may("audit.read")) return <NotYoursHere needs="audit.read" />;
  const of = { organization: organization.id };
  const tab = { activeOptions: { exact: true, includeSearch: false }, className: TAB };
  return (
    <Page title={words.title} trail={visible(organization.name)} actions={actions} panel={panel}>
      <TabBar label={words.tabs.label}>
        <Link {...paths.audit(of)} {...tab}>
          {words.tabs.entries}
        </Link>
        <Link {...paths.auditHeads(of)} {...tab}>
          {words.tabs.heads}
        </Link>
        <Link {...paths.auditSinks(of)} {...tab}>
          {words.tabs.sinks}
        </Link>
      </TabBar>
      {children}
    </Page>
  );
}

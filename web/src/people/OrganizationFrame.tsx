import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Page } from "../ui/Page.tsx";
import { TAB, TabBar } from "../ui/TabBar.tsx";
import { useOrganization } from "./use-organization.ts";

const { tabs: words } = say.people;

/** The frame of the organization's pages: its name and the parts that the person may see. */
export function OrganizationFrame({
  actions,
  panel,
  children,
}: {
  actions?: ReactNode;
  panel?: ReactNode;
  children: ReactNode;
}) {
  const { organization, may } = useOrganization();
  const of = { organization: organization.id };
  const tab = { activeOptions: { exact: true, includeSearch: false }, className: TAB };
  return (
    <Page title={organization.name} actions={actions} panel={panel}>
      <TabBar label={words.label}>
        {may("member.read") && (
          <>
            <Link {...paths.organization(of)} {...tab}>
              {words.members}
            </Link>
            <Link {...paths.invitations(of)} {...tab}>
              {words.invitations}
            </Link>
            <Link {...paths.serviceAccounts(of)} {...tab}>
              {words.services}
            </Link>
          </>
        )}
        {may("organization.read") && (
          <>
            <Link {...paths.roles(of)} {...tab}>
              {words.roles}
            </Link>
            <Link {...paths.projects(of)} {...tab}>
              {words.projects}
            </Link>
          </>
        )}
        {may("sign_on.read") && (
          <Link {...paths.signOn(of)} {...tab}>
            {words.signOn}
          </Link>
        )}
        {may("organization.read") && (
          <Link {...paths.supportAccess(of)} {...tab}>
            {words.support}
          </Link>
        )}
        <Link {...paths.generalOrganization(of)} {...tab}>
          {words.general}
        </Link>
      </TabBar>
      {children}
    </Page>
  );
}

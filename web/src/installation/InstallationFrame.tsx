import { ProblemError } from "@steward/sdk";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useClient } from "../api/client.ts";
import { installationQuery } from "../api/installation-queries.ts";
import { useSignedIn } from "../api/session.ts";
import { PasskeyButton } from "../entry/PasskeyButton.tsx";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { NotFound } from "../shell/NotFound.tsx";
import { buttonClasses } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Page } from "../ui/Page.tsx";
import { TAB, TabBar } from "../ui/TabBar.tsx";

const words = say.people.installation;

/** The frame of the installation's pages, for its operators. */
export function InstallationFrame({
  actions,
  panel,
  children,
}: {
  actions?: ReactNode;
  panel?: ReactNode;
  children: ReactNode;
}) {
  const { account } = useSignedIn();
  const facts = useQuery({ ...installationQuery(useClient()), enabled: account.operator });
  if (!account.operator) return <NotFound />;
  if (facts.error instanceof ProblemError && facts.error.code === "second_factor_required") return <FactorFirst />;
  const { tabs } = words;
  const tab = { activeOptions: { exact: true, includeSearch: false }, className: TAB };
  return (
    <Page title={words.title} actions={actions} panel={panel}>
      <TabBar label={tabs.label}>
        <Link {...paths.installation()} {...tab}>
          {tabs.overview}
        </Link>
        <Link {...paths.mail()} {...tab}>
          {tabs.mail}
        </Link>
        <Link {...paths.outbound()} {...tab}>
          {tabs.outbound}
        </Link>
        <Link {...paths.proof()} {...tab}>
          {tabs.proof}
        </Link>
        <Link {...paths.installationAudit()} {...tab}>
          {tabs.audit}
        </Link>
      </TabBar>
      {children}
    </Page>
  );
}

/** Operators prove themselves twice; until then nothing of the installation is shown. */
function FactorFirst() {
  const { account } = useSignedIn();
  const { pathname } = useLocation();
  const queries = useQueryClient();
  const { factor } = words;
  return (
    <Page title={words.title}>
      <EmptyState title={factor.title} what={account.secondFactor || account.hasPasskey ? factor.enter : factor.setUp}>
        {account.secondFactor ? (
          <Link {...paths.secondFactor({ next: pathname })} className={buttonClasses("primary")}>
            {factor.enterGo}
          </Link>
        ) : account.hasPasskey ? (
          <PasskeyButton label={factor.passkeyGo} className="" done={() => void queries.invalidateQueries()} />
        ) : (
          <Link {...paths.account()} hash="second-factor" className={buttonClasses("primary")}>
            {factor.setUpGo}
          </Link>
        )}
      </EmptyState>
    </Page>
  );
}

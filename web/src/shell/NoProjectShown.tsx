import { Link } from "@tanstack/react-router";
import { Unlock } from "../account/Unlock.tsx";
import { isOpen, seesProjects, useSignedIn } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { buttonClasses } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Page } from "../ui/Page.tsx";

const { noProjectShown: words } = say.shell;

/** For whoever belongs to organizations whose projects their role doesn't show: which, what it takes, and the way on. */
export function NoProjectShown() {
  const { organizations, locked } = useSignedIn();
  const kept = organizations.filter((one) => isOpen(one, locked) && !seesProjects(one));
  return (
    <Page title={words.title}>
      {kept.map(({ id, name }) => (
        <EmptyState key={id} title={words.of(name)} what={words.what(name)}>
          <Link {...paths.generalOrganization({ organization: id })} className={buttonClasses("plain")}>
            {words.way(name)}
          </Link>
        </EmptyState>
      ))}
      {locked.length > 0 && (
        <div className="flex flex-wrap gap-2 px-4 md:px-6">
          {locked.map((one) => (
            <Unlock key={one.organization.id} locked={one} />
          ))}
        </div>
      )}
    </Page>
  );
}

import { Link, useSearch } from "@tanstack/react-router";
import { Unlock } from "../account/Unlock.tsx";
import { useSignedIn } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { buttonClasses } from "../ui/Button.tsx";
import { EmptyState } from "../ui/EmptyState.tsx";
import { Page } from "../ui/Page.tsx";
import { visible } from "../visible.ts";
import { BringProjectBack } from "./BringProjectBack.tsx";

/** Instead of every page of a project that the address names and that the person can't enter; never another project's. */
export function NoSuchProject() {
  const { places, locked, deleted } = useSignedIn();
  const { project: named } = useSearch({ strict: false });
  const [first] = places;
  const gone = deleted.find(({ project }) => project.id === named);
  const title = gone ? say.notFound.deleted(gone.project.name) : say.notFound.title;
  return (
    <Page title={title}>
      <EmptyState title={title} what={gone ? say.notFound.deletedWhat : say.notFound.whatProject}>
        <div className="flex flex-wrap gap-2">
          {gone && <BringProjectBack deleted={gone} />}
          {first && (
            <Link {...paths.flows()} search={{ project: first.project.id }} className={buttonClasses("plain")}>
              {say.notFound.wayToProject(visible(first.project.name))}
            </Link>
          )}
          {locked.map((one) => (
            <Unlock key={one.organization.id} locked={one} />
          ))}
        </div>
      </EmptyState>
    </Page>
  );
}

import { useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { ActionMenu } from "../ui/ActionMenu.tsx";
import { Icon } from "../ui/Icon.tsx";
import { visible } from "../visible.ts";

const ProjectSearch = lazy(() => import("./ProjectSearch.tsx").then((module) => ({ default: module.ProjectSearch })));
/** What a menu shows at once; the others are found by name. */
const SHOWN_MAX = 20;

/** The project that is worked in, and the way to the others. */
export function ProjectSwitch() {
  const { here, places, all } = useSession();
  const [finding, setFinding] = useState(false);
  const [asked, setAsked] = useState(false);
  const navigate = useNavigate();
  const many = new Set(places.map(({ organization }) => organization.id)).size > 1;
  const nameOf = (place: (typeof places)[number]): string =>
    many ? `${visible(place.organization.name)} / ${visible(place.project.name)}` : visible(place.project.name);
  const others = places.filter(({ project }) => project.id !== here.project.id);
  const shown = others.length < places.length ? places.slice(0, SHOWN_MAX) : [here, ...others.slice(0, SHOWN_MAX - 1)];
  const find = () => {
    setAsked(true);
    setFinding(true);
  };
  return (
    <>
      <ActionMenu
        label={say.shell.switchProject(nameOf(here))}
        triggerClass="flex h-8 min-w-0 flex-1 items-center gap-1 rounded-md px-1 text-left hover:bg-surface-2"
        trigger={
          <>
            <span className="min-w-0 flex-1 truncate font-semibold max-md:sr-only">{nameOf(here)}</span>
            <Icon name="chevron" className="rotate-90 text-text-3" />
          </>
        }
        actions={[
          ...shown.map((place) => ({
            label: nameOf(place),
            icon: place.project.id === here.project.id ? ("check" as const) : ("flows" as const),
            run: () => void navigate({ ...paths.flows(), search: { project: place.project.id } }),
          })),
          ...(all && places.length <= SHOWN_MAX
            ? []
            : [{ label: say.shell.findProject, icon: "search" as const, run: find }]),
          { label: say.shell.organization, icon: "people" as const, run: () => void navigate(paths.organization()) },
        ]}
      />
      {asked && (
        <Suspense fallback={null}>
          <ProjectSearch open={finding} setOpen={setFinding} />
        </Suspense>
      )}
    </>
  );
}

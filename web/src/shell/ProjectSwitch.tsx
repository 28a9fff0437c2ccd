import { useNavigate } from "@tanstack/react-router";
import { useSession } from "../api/session.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { ActionMenu } from "../ui/ActionMenu.tsx";
import { Icon } from "../ui/Icon.tsx";
import { visible } from "../visible.ts";

/** The project that is worked in, and the way to the others. */
export function ProjectSwitch() {
  const { here, places } = useSession();
  const navigate = useNavigate();
  const many = new Set(places.map(({ organization }) => organization.id)).size > 1;
  const nameOf = (place: (typeof places)[number]): string =>
    many ? `${visible(place.organization.name)} / ${visible(place.project.name)}` : visible(place.project.name);
  return (
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
        ...places.map((place) => ({
          label: nameOf(place),
          icon: place.project.id === here.project.id ? ("check" as const) : ("flows" as const),
          run: () => void navigate({ ...paths.flows(), search: { project: place.project.id } }),
        })),
        { label: say.shell.organization, icon: "people" as const, run: () => void navigate(paths.organization()) },
        // The menu at the rail's foot has no room on a phone.
        { label: say.shell.account, icon: "person" as const, run: () => void navigate(paths.account()) },
      ]}
    />
  );
}

import type { Permission, Project } from "@steward/sdk";
import { Link } from "@tanstack/react-router";
import { useClient } from "../api/client.ts";
import { peopleKeys } from "../api/people-queries.ts";
import { keys } from "../api/queries.ts";
import { say } from "../language.ts";
import { paths } from "../paths.ts";
import { Button, buttonClasses } from "../ui/Button.tsx";
import { needed, wrongs } from "../ui/checks.ts";
import { CopyId } from "../ui/Copy.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Field } from "../ui/Field.tsx";
import { Panel } from "../ui/Panel.tsx";
import { useAct } from "../ui/use-act.ts";
import { useForm } from "../ui/use-form.ts";
import { visible } from "../visible.ts";
import { timeZoneWrong } from "./project-form.ts";
import { ProjectAccess } from "./ProjectAccess.tsx";
import { ProjectEnd } from "./ProjectEnd.tsx";
import { TimeZoneField } from "./TimeZoneField.tsx";
import { useOrganization } from "./use-organization.ts";

const { projects: words } = say.people;

/** A project: its name and zone, who has another role in it, its end. */
export function ProjectPanel({ project, close }: { project: Project; close: () => void }) {
  const { may } = useOrganization();
  const mayHere = (permission: Permission) => project.permissions.includes(permission);
  const live = project.deletedAt === null;
  return (
    <Panel title={visible(project.name)} label={words.panel(project.name)} close={close}>
      <div className="space-y-8 p-4">
        <div className="flex items-center justify-between gap-3">
          <CopyId id={project.id} />
          {live && (
            <Link {...paths.flows()} search={{ project: project.id }} className={buttonClasses("plain")}>
              {words.enter}
            </Link>
          )}
        </div>
        {live && mayHere("project.write") && <ProjectForm key={project.name} project={project} />}
        {live && may("member.read") && <ProjectAccess project={project} />}
        {mayHere("project.delete") && <ProjectEnd project={project} close={close} />}
      </div>
    </Panel>
  );
}

function ProjectForm({ project }: { project: Project }) {
  const client = useClient();
  const { organization } = useOrganization();
  const save = useAct({
    act: (body: { name: string; timeZone: string }) =>
      client.changeProject({ organization: organization.id, project: project.id, body }),
    changes: [peopleKeys.projects(organization.id), keys.session],
    said: ({ name }) => words.saved(name),
    quiet: true,
  });
  const form = useForm(
    { name: project.name, timeZone: project.timeZone },
    ({ name, timeZone }) => wrongs({ name: needed(name), timeZone: timeZoneWrong(timeZone) }),
    async ({ name, timeZone }) => void (await save.mutateAsync({ name: name.trim(), timeZone: timeZone.trim() })),
  );
  const same = form.values.name.trim() === project.name && form.values.timeZone.trim() === project.timeZone;
  return (
    <form className="space-y-4" onSubmit={form.submit} noValidate>
      <Field label={words.name} error={form.errors.name}>
        {(control) => (
          <input {...control} maxLength={100} value={form.values.name} onChange={form.type("name")} className="field" />
        )}
      </Field>
      <TimeZoneField value={form.values.timeZone} change={form.type("timeZone")} error={form.errors.timeZone} />
      {form.error !== null && <ErrorNote error={form.error} />}
      <Button type="submit" disabled={form.busy || same}>
        {say.people.save}
      </Button>
    </form>
  );
}
